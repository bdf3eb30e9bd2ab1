#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "sim/faults.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// A program in any language as a subject. Protocol: sim/subject/PROTOCOL.md.
struct ExecOptions {
  std::string name;                           ///< as reports show it
  std::vector<std::string> words;             ///< the program and its arguments
  std::vector<std::string> environment = {};  ///< "NAME=VALUE", besides `SUBJECT_DIR`
  /// Empty at first, the subject's own: `SUBJECT_DIR` in its environment. Made and removed by the
  /// caller.
  std::string directory;
  std::chrono::milliseconds timeout{10'000};  ///< of silence, in real time

  /// Of a subject that says it is durable: per call, killed after it has answered, and killed while
  /// it works. Which calls these are depends on nothing but their number in the run.
  Permille kill_after = 2;
  Permille kill_during = 2;
  /// Instead of `kill_during`, the first ten times of each kind of operation that changes
  /// something.
  Permille kill_during_first = 30;
  /// Instead of `kill_after`, after each kind of operation that changed something, until it has
  /// been killed after one of the kind: rare ones are to be kept as well.
  Permille kill_after_first = 150;
};

/// Starts the program, says hello and empties it. What the program does wrong, then or later, is
/// the answer of every call from then on, with the last request and the end of its standard error.
/// Whatever happens, nothing of its process group is left when the subject is gone.
/// Errors: the program cannot be started.
[[nodiscard]] std::expected<std::unique_ptr<Subject>, BrokenSubject> make_exec_subject(
    ExecOptions options);

}  // namespace leasecheck::sim
