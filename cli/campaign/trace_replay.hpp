#pragma once

#include <filesystem>
#include <string>
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

/// The trace files in `directory`, sorted by name.
/// Throws: Stop, when the directory cannot be read or holds no trace.
[[nodiscard]] std::vector<std::string> traces_in(const std::filesystem::path& directory);

}  // namespace leasecheck::cli
