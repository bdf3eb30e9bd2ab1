#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "sim/concurrency/concurrent_programs.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// Several processes of a program, and the directory that all of them have as `SUBJECT_DIR`.
struct ProgramsOnOneStore {
  TemporaryDirectory directory;
  std::unique_ptr<ConcurrentPrograms> programs;  ///< end before their directory
};

/// Starts so many processes of the program that `backend` names: "exec:PROGRAM ARGS".
/// Errors: in words.
[[nodiscard]] std::expected<ProgramsOnOneStore, std::string> start_programs(
    const std::string& backend, std::uint32_t processes, std::chrono::milliseconds subject_timeout);

/// Does again what `interleave` recorded of several processes, on processes of this program.
/// Errors: in words: a trace of something else, a program that is broken, or one that does not come
/// to the prior state.
[[nodiscard]] std::expected<traces::Verdict, std::string> replay_on_programs(
    const traces::Trace& trace, const std::string& backend,
    std::chrono::milliseconds subject_timeout);

/// Whether the backend is a program.
[[nodiscard]] bool is_program(const std::string& backend);

}  // namespace leasecheck::sim
