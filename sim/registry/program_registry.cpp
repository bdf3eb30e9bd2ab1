#include "sim/registry/program_registry.hpp"

#include <string_view>
#include <utility>

#include "sim/concurrency/program_interleaver.hpp"
#include "sim/concurrency/recorded_case.hpp"
#include "sim/registry/environment.hpp"

namespace leasecheck::sim {

constexpr std::string_view prefix = "exec:";

bool is_program(const std::string& backend) {
  return backend.starts_with(prefix);
}

std::expected<ProgramsOnOneStore, std::string> start_programs(
    const std::string& backend, std::uint32_t processes,
    std::chrono::milliseconds subject_timeout) {
  auto words = split_words(std::string_view(backend).substr(prefix.size()));
  if (!words) return std::unexpected("backend \"" + backend + "\": " + words.error());
  auto directory = TemporaryDirectory::create();
  if (!directory) return std::unexpected(directory.error());
  auto programs =
      ConcurrentPrograms::start({.words = *std::move(words),
                                 .environment = with_subject_directory(
                                     environment_of_this_process(), directory->path().string()),
                                 .timeout = subject_timeout},
                                processes);
  if (!programs) return std::unexpected(backend + ": " + programs.error().message);
  return ProgramsOnOneStore{.directory = *std::move(directory), .programs = *std::move(programs)};
}

std::expected<traces::Verdict, std::string> replay_on_programs(
    const traces::Trace& trace, const std::string& backend,
    std::chrono::milliseconds subject_timeout) {
  const auto recorded = recorded_case(trace);
  const auto schedule = recorded ? schedule_of(*recorded) : std::unexpected(recorded.error());
  if (!schedule) return std::unexpected("stale trace: " + schedule.error());
  const auto processes = static_cast<std::uint32_t>(schedule->subject.operations.size());
  auto started = start_programs(backend, processes, subject_timeout);
  if (!started) return std::unexpected(started.error());
  ProgramInterleaver interleaver(*started->programs);
  const auto found = interleaver.replay(schedule->subject, schedule->decisions);
  if (!found) return std::unexpected(found.error());
  if (interleaver.count().not_reached > 0) {
    return std::unexpected(interleaver.count().why_not_reached);
  }
  return verdict_of(*recorded, *found);
}

}  // namespace leasecheck::sim
