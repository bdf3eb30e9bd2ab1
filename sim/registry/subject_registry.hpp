#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/faults.hpp"
#include "sim/storage/database_process.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::mutants {
struct SqliteMutant;
}

namespace leasecheck::sim {

/// Which implementation a command runs on.
struct Backend {
  /// As it stands in traces and messages, and as `parse_backend` reads it: "memory", "sqlite",
  /// "sqlite:FILE", "postgres", "postgres:CONNINFO", "mutant:NAME", "exec:PROGRAM ARGS",
  /// "disk:SEED:PROCESSES:FAULTS" (SQLite on the simulated disk of that seed); "model" is the
  /// reference model itself, and "model:NAME" has a defect planted, as `explore --mutant` searches
  /// it.
  std::string name;
  /// A new, empty subject. A file that is named is emptied for each; the others are temporary and
  /// gone with the subject.
  std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()> make;
  /// How long a program may be silent.
  std::chrono::milliseconds subject_timeout = std::chrono::seconds(10);
};

/// SQLite below several processes, on the simulated disk of a seed.
struct DiskBackend {
  std::uint64_t seed = 1;
  std::uint32_t processes = 1;
  std::optional<FaultKinds> faults;               ///< that may happen; nothing: all
  const mutants::SqliteMutant* mutant = nullptr;  ///< a planted defect; none: what ships
};

/// Named "disk:SEED:PROCESSES:FAULTS", and ":MUTANT" after it for a planted defect, which is all
/// that decides what the disk does.
[[nodiscard]] Backend make_disk_backend(const DiskBackend& disk);

/// What `--backend` and `--mutant` say. `subject_timeout` is how long a program may be silent.
/// Errors: in words, naming the flag's value and what was expected.
[[nodiscard]] std::expected<Backend, std::string> parse_backend(
    const std::string& text, std::chrono::milliseconds subject_timeout = std::chrono::seconds(10));

/// Whether the backend is a part of this program and keeps what it has to itself. A program or a
/// file that is named is neither, so only who gives the command may name it, and never a trace.
[[nodiscard]] bool is_self_contained(std::string_view backend);

/// The backend on which a trace was recorded, as its head names it.
/// Errors: in words, saying what the head wanted: what is not self-contained, or unknown here.
[[nodiscard]] std::expected<Backend, std::string> recorded_backend(const std::string& name);

/// What the name of a backend opens on a simulated disk. Returns: nothing for what keeps its data
/// elsewhere.
[[nodiscard]] std::optional<OpenRepository> storage_named(const std::string& backend);

}  // namespace leasecheck::sim
