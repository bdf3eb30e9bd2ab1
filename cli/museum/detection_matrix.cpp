#include "cli/museum/detection_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using mutants::DefectRow;
using mutants::Topic;

std::string median_in_words(const TopicMedian& median) {
  if (median.exhibits == 0) return "";
  const std::string calls = median.calls ? grouped(*median.calls) : "-";
  return fmt::format("{} ({}/{})", calls, median.found, median.exhibits);
}

std::string header(const DetectionMatrix& matrix, std::string_view first, int width) {
  std::string line = fmt::format("{:{}}", first, width);
  for (const Technique* technique : matrix.techniques) {
    line += fmt::format(" {:>13}", technique->name);
  }
  return line + "\n";
}

std::string exhibit_lines(const DetectionMatrix& matrix) {
  constexpr int names = 76;
  std::string lines = header(matrix, "exhibit, kind, row, property", names);
  for (const MatrixRow& row : matrix.rows) {
    const mutants::Exhibit& exhibit = *row.exhibit;
    lines += fmt::format("{:32} {:10} {:7} {:24}", exhibit.name, kind_of(exhibit), exhibit.row,
                         exhibit.property);
    for (const Cell& cell : row.cells) lines += fmt::format(" {:>13}", in_words(cell));
    lines += row.is_found_by_its_property() ? "\n" : "  NOT FOUND BY ITS PROPERTY\n";
  }
  return lines;
}

std::string topic_lines(const DetectionMatrix& matrix) {
  std::string lines = header(matrix, "\nmedian calls by topic (found/shown)", 40);
  for (std::size_t topic = 0; topic < mutants::topic_count; ++topic) {
    const bool is_shown = std::ranges::any_of(matrix.rows, [topic](const MatrixRow& row) {
      return topic_of(*row.exhibit) == static_cast<Topic>(topic);
    });
    if (!is_shown) continue;
    lines += fmt::format("{:39}", word(static_cast<Topic>(topic)));
    for (std::size_t i = 0; i < matrix.techniques.size(); ++i) {
      lines +=
          fmt::format(" {:>13}", median_in_words(median_of(matrix, i, static_cast<Topic>(topic))));
    }
    lines += "\n";
  }
  return lines;
}

std::string missing_lines() {
  std::string lines = "\nnot shown\n";
  for (const DefectRow& row : mutants::defect_rows()) {
    if (!row.not_here) continue;
    lines += fmt::format("{:5} {:28} {}\n", row.id, row.defect_class, *row.not_here);
  }
  return lines;
}

nlohmann::ordered_json row_in_json(const MatrixRow& row,
                                   const std::vector<const Technique*>& techniques) {
  const mutants::Exhibit& exhibit = *row.exhibit;
  const DefectRow* defect = mutants::find_row(exhibit.row);
  nlohmann::ordered_json entry{{"name", exhibit.name},
                               {"kind", kind_of(exhibit)},
                               {"row", exhibit.row},
                               {"class", defect == nullptr ? exhibit.row : defect->defect_class},
                               {"topic", word(topic_of(exhibit))},
                               {"needs", defect == nullptr ? "K" : defect->needs},
                               {"what", exhibit.what},
                               {"source", source_of(exhibit)},
                               {"property", exhibit.property},
                               {"found", row.is_found_by_its_property()}};
  entry["techniques"] = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < techniques.size(); ++i) {
    const Cell& cell = row.cells[i];
    if (cell.samples == 0) continue;
    entry["techniques"][std::string(techniques[i]->name)] = {{"property", cell.property},
                                                             {"median_calls", cell.calls},
                                                             {"median_seconds", cell.seconds},
                                                             {"found", cell.found},
                                                             {"samples", cell.samples}};
  }
  return entry;
}

}  // namespace

bool MatrixRow::is_found_by_its_property() const {
  return std::ranges::any_of(
      cells, [this](const Cell& cell) { return cell.property == exhibit->property; });
}

TopicMedian median_of(const DetectionMatrix& matrix, std::size_t technique, Topic topic) {
  std::vector<std::pair<bool, std::uint64_t>> searches;  // missed, calls
  for (const MatrixRow& row : matrix.rows) {
    const Cell& cell = row.cells[technique];
    if (cell.samples == 0 || topic_of(*row.exhibit) != topic) continue;
    searches.emplace_back(!cell.is_found(), cell.calls);
  }
  if (searches.empty()) return {};
  std::ranges::sort(searches);
  const auto [is_missed, calls] = searches[searches.size() / 2];
  const auto found = std::ranges::count(searches, false, &std::pair<bool, std::uint64_t>::first);
  return {.exhibits = searches.size(),
          .found = static_cast<std::uint64_t>(found),
          .calls = is_missed ? std::nullopt : std::optional(calls)};
}

std::string in_words(const Cell& cell) {
  if (cell.samples == 0) return "";
  if (!cell.is_found()) return fmt::format("- ({}/{})", cell.found, cell.samples);
  return grouped(cell.calls);
}

std::string in_words(const DetectionMatrix& matrix) {
  return exhibit_lines(matrix) + "median calls to detection; - (n/m): n of m searches found it\n" +
         topic_lines(matrix) + missing_lines();
}

nlohmann::ordered_json to_json(const DetectionMatrix& matrix) {
  nlohmann::ordered_json document;
  document["techniques"] = nlohmann::ordered_json::array();
  for (const Technique* technique : matrix.techniques) {
    document["techniques"].push_back({{"name", technique->name}, {"what", technique->what}});
  }
  document["exhibits"] = nlohmann::ordered_json::array();
  for (const MatrixRow& row : matrix.rows) {
    document["exhibits"].push_back(row_in_json(row, matrix.techniques));
  }
  document["not_shown"] = nlohmann::ordered_json::array();
  for (const DefectRow& row : mutants::defect_rows()) {
    if (!row.not_here) continue;
    document["not_shown"].push_back({{"row", row.id},
                                     {"class", row.defect_class},
                                     {"source", row.source},
                                     {"reason", *row.not_here}});
  }
  return document;
}

}  // namespace leasecheck::cli
