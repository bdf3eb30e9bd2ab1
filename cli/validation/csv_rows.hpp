#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/json.hpp"

namespace leasecheck::cli {

/// The rows of a CSV file as objects, by the names in its first row. A field in quotation marks may
/// hold separators, two quotation marks for one, and ends of lines.
/// Source: RFC 4180.
/// Thread: one thread.
class CsvRows {
 public:
  explicit CsvRows(char separator) : separator_(separator) {}

  /// The row that ends with this line, of which the end has been taken off.
  /// Returns: nothing, if none does or if it is the one with the names.
  /// Errors: quotation marks at a wrong place; another number of fields than names.
  [[nodiscard]] std::expected<std::optional<traces::Json>, std::string> read(std::string_view line);

 private:
  /// Returns: what is wrong with the line; empty if nothing is.
  [[nodiscard]] std::string add(std::string_view line);
  [[nodiscard]] std::expected<traces::Json, std::string> row() const;

  char separator_;
  std::vector<std::string> names_;
  std::vector<std::string> fields_;
  bool is_quoted_ = false;  ///< the last field goes on in the next line
};

}  // namespace leasecheck::cli
