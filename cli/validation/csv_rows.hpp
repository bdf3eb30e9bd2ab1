#pragma once

#include <csv.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/json.hpp"

namespace leasecheck::cli {

/// The rows of a CSV file (RFC 4180) as objects, by the names in its first row. A field in
/// quotation marks may go over several lines. Thread: one thread.
class CsvRows {
 public:
  explicit CsvRows(char separator);
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;
  ~CsvRows();

  /// The row that ends with this line, of which the end has been taken off.
  /// Returns: nothing, if none does or if it is the first one.
  /// Errors: quotation marks at a wrong place; another number of fields than names.
  [[nodiscard]] std::expected<std::optional<traces::Json>, std::string> read(std::string_view line);

 private:
  static void add_field(void* text, std::size_t size, void* rows);
  static void end_row(int end, void* rows);
  [[nodiscard]] std::expected<traces::Json, std::string> row() const;

  csv_parser parser_{};
  std::vector<std::string> names_;
  std::vector<std::string> fields_;
  bool has_ended_ = false;
};

}  // namespace leasecheck::cli
