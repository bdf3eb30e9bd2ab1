#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/museum/techniques.hpp"

/// The result of the museum and how it is shown.
namespace leasecheck::cli {

/// What a technique makes of a defect: the median search, where one that found nothing is the
/// longest.
struct Cell {
  std::uint64_t calls = 0;
  double seconds = 0;
  std::string property;  ///< of the median search; empty if it found nothing
  std::uint64_t found = 0;
  std::uint64_t samples = 0;  ///< 0: the technique does not apply

  [[nodiscard]] bool is_found() const { return !property.empty(); }
};

/// One exhibit by every technique.
struct MatrixRow {
  const mutants::Exhibit* exhibit = nullptr;
  std::vector<Cell> cells;  ///< as `DetectionMatrix::techniques`

  /// Whether some technique finds it by the property that it names.
  [[nodiscard]] bool is_found_by_its_property() const;
};

struct DetectionMatrix {
  std::vector<const Technique*> techniques;
  std::vector<MatrixRow> rows;  ///< by topic, and within one by kind
};

/// "1,234", "- (2/5)" for what most searches miss, nothing where the technique does not apply.
[[nodiscard]] std::string in_words(const Cell& cell);

/// For people: a line for each exhibit, then the medians by topic, then what no exhibit shows.
[[nodiscard]] std::string in_words(const DetectionMatrix& matrix);

[[nodiscard]] nlohmann::ordered_json to_json(const DetectionMatrix& matrix);

/// The matrix as a picture: a row for each exhibit, a column for each technique; the darker, the
/// more calls it took, and the number stands in the cell. The same results give the same bytes.
[[nodiscard]] std::string matrix_svg(const DetectionMatrix& matrix);

/// The median calls to detection of all exhibits of a topic that the technique is for; one that it
/// misses counts as the longest.
struct TopicMedian {
  std::uint64_t exhibits = 0;
  std::uint64_t found = 0;
  std::optional<std::uint64_t> calls = {};  ///< nothing if it misses half of them or more
};
[[nodiscard]] TopicMedian median_of(const DetectionMatrix& matrix, std::size_t technique,
                                    mutants::Topic topic);

}  // namespace leasecheck::cli
