#include "leasecheck/recorded_failures.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "sim/kit/checked_repository.hpp"
#include "sim/oracle/replay.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"
#include "traces/shell_word.hpp"
#include "traces/views/promise.hpp"

namespace leasecheck {
namespace {

using traces::Result;

/// Why a trace shows nothing when it is replayed on a repository of somebody's own.
std::optional<std::string> unfit(const traces::Trace& trace) {
  if (trace.verdict.result != Result::violated && trace.verdict.result != Result::broken) {
    return "its verdict is \"" + std::string(word(trace.verdict.result)) +
           "\": nothing failed when it was recorded, so that nothing is shown if it holds now";
  }
  if (traces::is_disk_trace(trace)) {
    return "it is a trace of the simulated disk, which only `leasecheck replay` has";
  }
  return std::nullopt;
}

Violation of_no_use(const std::string& file, const std::string& why) {
  return {.what = file + ": " + why + "\nto do: take the file out of the folder, or record it anew",
          .trace = {},
          .page = {}};
}

/// What the replay showed.
std::optional<Violation> judged(const RepositoryUnderTest& repository, const std::string& check,
                                const std::string& file, const traces::Trace& trace,
                                traces::Trace again, const sim::ReplayResult& result) {
  again.verdict = result.verdict;
  if (result.verdict.result == Result::held) {
    if (result.tally.skipped.empty()) return std::nullopt;
    return of_no_use(file, "it calls " + result.tally.skipped.begin()->first +
                               ", which the repository does not offer");
  }
  return Violation{
      .what = file + ": " + traces::headline_of(again) + "\n" + sim::in_words(again) +
              "\nrecorded: " + traces::headline_of(trace) + ", on " + trace.head.backend +
              "\nto do: mend what is at fault and leave the trace as it is; it holds from then on",
      .trace = file,
      .page = sim::write_page(repository, check, again)};
}

std::optional<Violation> replay(const RepositoryUnderTest& repository, const std::string& check,
                                const std::string& file) {
  const auto trace = traces::read_file(file);
  if (!trace) return of_no_use(file, trace.error().message);
  if (const auto why = unfit(*trace)) return of_no_use(file, *why);
  sim::report_earlier_death(repository, check);
  auto subject = sim::make_subject(repository, check);
  if (!subject) return Violation{.what = subject.error().message, .trace = {}, .page = {}};
  traces::Trace again{.head = trace->head, .steps = {}, .verdict = {}};
  again.head.backend = repository.name;
  const auto result = sim::replay(
      *trace, **subject, [&again](const traces::Step& step) { again.steps.push_back(step); });
  if (!result) return of_no_use(file, "a stale trace: " + result.error());
  return judged(repository, check, file, *trace, std::move(again), *result);
}

/// "Replays_seed_6_min": GoogleTest's filters give a meaning to other characters.
std::string name_of(const std::filesystem::path& file) {
  std::string name = "Replays_" + file.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char letter) { return std::isalnum(letter) == 0; }, '_');
  return name;
}

}  // namespace

Check replay_of(const std::filesystem::path& trace, std::string name) {
  const std::string file = std::filesystem::absolute(trace).lexically_normal().string();
  return {.name = name, .run = [name, file](const RepositoryUnderTest& repository) {
            return replay(repository, name, file);
          }};
}

std::expected<std::vector<Check>, std::string> recorded_failures(
    const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) return std::unexpected(folder.string() + ": " + error.message());
  std::set<std::filesystem::path> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".jsonl") files.insert(entry.path());
  }
  std::vector<Check> checks;
  std::set<std::string> names;
  for (const std::filesystem::path& file : files) {
    std::string name = name_of(file);
    while (!names.insert(name).second) name += '_';
    checks.push_back(replay_of(file, std::move(name)));
  }
  return checks;
}

std::string replay_command(const std::string& trace, const std::string& suite) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return "LEASECHECK_REPLAY=" + traces::shell_word(trace) + ' ' +
         traces::shell_word(error ? "TEST_PROGRAM" : program.string()) +
         " --gtest_filter=" + traces::shell_word(suite + ".Replay");
}

}  // namespace leasecheck
