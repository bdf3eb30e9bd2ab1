#pragma once

#include <expected>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.hpp"

namespace leasecheck::cli {

/// One part of the main job: what was checked, for which bounds, and how it ended.
struct Section {
  std::string name;   ///< "simulation"
  std::string title;  ///< "Simulation with faults"
  /// Nothing: the part was not run, and `text` says why.
  std::optional<ExitCode> end = ExitCode::held;
  std::string text = {};                ///< for people, lines
  nlohmann::ordered_json figures = {};  ///< for programs
  double seconds = 0;
  std::string replay = {};  ///< the command that shows a violation again; empty if none does
};

/// "held", "violated", …, or "not run".
[[nodiscard]] std::string_view word_of(const Section& section);

/// What the main job leaves behind.
struct Report {
  std::string backend;
  std::vector<Section> sections = {};
  /// The attempt's life cycle as SVG, or why it could not be drawn.
  std::expected<std::string, std::string> life_cycle = {};

  /// The worst of the parts that were run.
  [[nodiscard]] ExitCode end() const;
};

/// The report as one JSON document.
[[nodiscard]] std::string summary_json(const Report& report);

/// Writes summary.json, junit.xml, index.html and lifecycle.svg into `directory`, which exists.
/// Errors: in words, naming the file; no partial file is left behind.
[[nodiscard]] std::expected<void, std::string> write_report(const Report& report,
                                                            const std::filesystem::path& directory);

}  // namespace leasecheck::cli
