#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/oracle/replay.hpp"
#include "sim/registry/subject_registry.hpp"

namespace leasecheck::cli {

struct ReplayedTrace {
  std::string file;
  traces::Head head;
  traces::Verdict recorded;
  sim::ReplayResult now;
};

/// Replays one trace file on a new subject of the backend; where none is given, on the backend on
/// which the trace was recorded, if that is self-contained: a file makes nothing run or be opened.
/// Throws: Stop, for a file that is no trace, a stale one, or a subject that cannot be made.
[[nodiscard]] ReplayedTrace replay_file(const std::string& file,
                                        const std::optional<sim::Backend>& backend);

/// Replays trace after trace on a backend: on one subject as long as that can begin anew, so that a
/// program is not started for each of them.
class Replays {
 public:
  explicit Replays(sim::Backend backend) : backend_(std::move(backend)) {}

  /// As `replay_file`. What a subject that has begun anew fails is judged on a new one: what other
  /// traces left behind in it is no failure of this one.
  [[nodiscard]] ReplayedTrace replay(const std::string& file);

  /// Whether the subject of the last replay has not even said what it offers, so that no other will
  /// do better.
  [[nodiscard]] bool is_hopeless() const;

 private:
  sim::Backend backend_;
  std::unique_ptr<sim::Subject> subject_;
};

/// Whether the violation is of the trace and not of the subject: it does not offer operations of
/// the trace, and without those the contract does not hold on it either.
[[nodiscard]] bool shows_nothing(const ReplayedTrace& replayed);

/// The trace with what the backend answers to it now. Returns: nothing, if nothing is violated by
/// that. Throws: Stop, for a subject that cannot be made.
[[nodiscard]] std::optional<traces::Trace> as_it_goes_now(const ReplayedTrace& replayed,
                                                          const sim::Backend& backend);

/// The trace files in `directory`, sorted by name.
/// Throws: Stop, when the directory cannot be read or holds no trace.
[[nodiscard]] std::vector<std::string> traces_in(const std::filesystem::path& directory);

}  // namespace leasecheck::cli
