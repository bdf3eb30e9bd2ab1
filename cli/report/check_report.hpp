#pragma once

#include <expected>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace leasecheck::cli {

/// One part of the main job: what was checked, for which bounds, and how it ended.
struct Section {
  std::string name;   ///< "simulation"
  std::string title;  ///< "Simulation with faults"
  traces::Result result = traces::Result::held;
  std::string text;                ///< for people, lines
  nlohmann::ordered_json figures;  ///< for programs
  double seconds = 0;
};

/// What the main job leaves behind.
struct Report {
  std::string backend;
  std::string version;
  traces::Result result = traces::Result::held;
  std::vector<Section> sections;
  std::string lifecycle_svg;  ///< the attempt's life cycle, empty if it could not be drawn
  std::string graph_note;     ///< why it could not
};

/// The report as one JSON document.
[[nodiscard]] std::string summary_json(const Report& report);

/// Writes summary.json, junit.xml, index.html and lifecycle.svg into `directory`, which exists.
/// Errors: in words, naming the file; no partial file is left behind.
[[nodiscard]] std::expected<void, std::string> write_report(const Report& report,
                                                            const std::filesystem::path& directory);

}  // namespace leasecheck::cli
