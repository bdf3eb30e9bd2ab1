#include "cli/campaign/trace_replay.hpp"

#include <algorithm>
#include <ranges>
#include <system_error>
#include <utility>
#include <variant>

#include "cli/command.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "sim/registry/program_registry.hpp"
#include "sim/storage/disk_trace.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {

namespace {

traces::Verdict verdict_on_disk(const std::string& file, const traces::Trace& trace,
                                const std::string& backend) {
  const auto open = sim::storage_named(backend);
  if (!open && (sim::is_program(backend) || sim::is_on_server(backend))) {
    throw Stop{file + ": recorded on processes or sessions of " + backend +
               "; a file starts no program and no server, so name it with --backend"};
  }
  if (!open) {
    throw Stop{file + ": a trace of the simulated disk, which \"" + backend +
               "\" does not use; expected sqlite or a planted defect of storage"};
  }
  auto verdict = sim::replay_on_disk(trace, *open);
  if (!verdict) throw Stop{file + ": stale trace: " + verdict.error(), ExitCode::inconclusive};
  return *std::move(verdict);
}

// The verdict on processes of a program or sessions of a server, which the backend names.
traces::Verdict verdict_elsewhere(const std::string& file, const traces::Trace& trace,
                                  const sim::Backend& backend) {
  auto verdict = sim::is_program(backend.name)
                     ? sim::replay_on_programs(trace, backend.name, backend.subject_timeout)
                     : sim::replay_on_server(trace, backend.name);
  if (!verdict) throw Stop{file + ": " + verdict.error(), ExitCode::inconclusive};
  return *std::move(verdict);
}

// On the backend that is named, or else on the one on which it was recorded.
ReplayedTrace replay_case(const std::string& file, traces::Trace trace,
                          const std::optional<sim::Backend>& backend) {
  traces::Verdict verdict =
      backend && (sim::is_program(backend->name) || sim::is_on_server(backend->name))
          ? verdict_elsewhere(file, trace, *backend)
          : verdict_on_disk(file, trace, backend ? backend->name : trace.head.backend);
  sim::ReplayResult result;
  result.verdict = std::move(verdict);
  result.tally.operations =
      static_cast<std::uint64_t>(std::ranges::count_if(trace.steps, [](const traces::Step& step) {
        return std::holds_alternative<traces::Call>(step.what);
      }));
  return {.file = file,
          .head = std::move(trace.head),
          .recorded = std::move(trace.verdict),
          .now = std::move(result)};
}

traces::Trace trace_in(const std::string& file) {
  auto trace = traces::read_file(file);
  if (trace) return *std::move(trace);
  const bool is_stale = trace.error().kind == traces::ReadError::Kind::stale;
  throw Stop{trace.error().message, is_stale ? ExitCode::inconclusive : ExitCode::usage};
}

ReplayedTrace replay_on(sim::Subject& subject, const std::string& file,
                        const traces::Trace& trace) {
  auto result = sim::replay(trace, subject);
  if (!result) throw Stop{file + ": stale trace: " + result.error(), ExitCode::inconclusive};
  return {.file = file, .head = trace.head, .recorded = trace.verdict, .now = *std::move(result)};
}

}  // namespace

ReplayedTrace replay_file(const std::string& file, const std::optional<sim::Backend>& backend) {
  traces::Trace trace = trace_in(file);
  if (traces::is_disk_trace(trace)) {
    return replay_case(file, std::move(trace), backend);
  }
  const std::expected<sim::Backend, std::string> chosen =
      backend ? *backend : sim::recorded_backend(trace.head.backend);
  if (!chosen) throw Stop{file + ": " + chosen.error()};
  const auto subject = make_subject(*chosen);
  return replay_on(*subject, file, trace);
}

ReplayedTrace Replays::replay(const std::string& file) {
  traces::Trace trace = trace_in(file);
  if (traces::is_disk_trace(trace)) return replay_case(file, std::move(trace), backend_);
  if (subject_ && subject_->begin_anew().value_or(false)) {
    ReplayedTrace replayed = replay_on(*subject_, file, trace);
    if (replayed.now.verdict.result == traces::Result::held) return replayed;
  }
  // The one before it ends first: it may have a file that is for one subject at a time.
  subject_.reset();
  subject_ = make_subject(backend_);
  return replay_on(*subject_, file, trace);
}

bool Replays::is_hopeless() const {
  return subject_ && subject_->profile().operations.empty();
}

bool shows_nothing(const ReplayedTrace& replayed) {
  const auto& skipped = replayed.now.tally.skipped;
  if (replayed.now.verdict.result != traces::Result::violated || skipped.empty()) return false;
  const auto names = std::views::keys(skipped);
  const auto trace = traces::read_file(replayed.file);
  return trace && !sim::holds_without(*trace, sim::Names(names.begin(), names.end()));
}

std::optional<traces::Trace> as_it_goes_now(const ReplayedTrace& replayed,
                                            const sim::Backend& backend) {
  const traces::Verdict& verdict = replayed.now.verdict;
  if (verdict.result != traces::Result::violated) return std::nullopt;
  auto trace = traces::read_file(replayed.file);
  if (!trace) return std::nullopt;
  if (traces::is_disk_trace(*trace)) {
    trace->verdict = verdict;
    return *std::move(trace);
  }
  const auto subject = make_subject(backend);
  auto again = sim::rerun(*trace, *subject);
  if (!again || again->verdict.result != verdict.result) return std::nullopt;
  return *std::move(again);
}

std::vector<std::string> traces_in(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) throw Stop{directory.string() + ": " + error.message()};
  std::vector<std::string> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
  }
  if (files.empty()) throw Stop{directory.string() + ": holds no trace (*.jsonl)"};
  std::ranges::sort(files);
  return files;
}

}  // namespace leasecheck::cli
