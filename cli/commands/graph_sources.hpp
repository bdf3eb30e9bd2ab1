#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/report/graph_format.hpp"
#include "model/graph/lens.hpp"

/// What `graph` draws besides the model.
namespace leasecheck::cli {

struct GraphOptions {
  CommonOptions common;
  std::optional<GraphFormat> format;  ///< the default is another one for each source
  std::string lens = "attempt";
  std::string file;  ///< empty: standard output
  int attempts = 1;
  std::string witness_directory;  ///< empty: no witnesses are written
  std::vector<std::string> coverage;

  [[nodiscard]] const graph::Lens& chosen_lens() const { return *graph::find_lens(lens); }
};

/// The graph that a backend has beside the model's, in words or as a picture; for programs
/// (graphml, aut, tsv, json) its own graph alone.
/// Returns: `violated`, if they differ or the backend is otherwise not as the model.
/// Throws: Stop.
[[nodiscard]] ExitCode draw_subject(const GraphOptions& options);

/// How often traces and reports took each edge of the model's graph.
/// Throws: Stop.
[[nodiscard]] ExitCode draw_coverage(const GraphOptions& options);

}  // namespace leasecheck::cli
