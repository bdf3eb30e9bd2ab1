#include "cli/validation/csv_rows.hpp"

#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

namespace leasecheck::cli {

CsvRows::CsvRows(char separator) {
  if (csv_init(&parser_, CSV_STRICT) != 0) throw std::bad_alloc();
  csv_set_delim(&parser_, static_cast<unsigned char>(separator));
}

CsvRows::~CsvRows() {
  csv_free(&parser_);
}

void CsvRows::add_field(void* text, std::size_t size, void* rows) {
  static_cast<CsvRows*>(rows)->fields_.emplace_back(static_cast<const char*>(text), size);
}

void CsvRows::end_row(int, void* rows) {
  static_cast<CsvRows*>(rows)->has_ended_ = true;
}

std::expected<std::optional<traces::Json>, std::string> CsvRows::read(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  has_ended_ = false;
  if (csv_parse(&parser_, text.data(), text.size(), add_field, end_row, this) != text.size()) {
    return std::unexpected(std::string("not CSV: ") + csv_strerror(csv_error(&parser_)));
  }
  if (!has_ended_) return std::nullopt;
  if (names_.empty()) {
    names_ = std::exchange(fields_, {});
    return std::nullopt;
  }
  auto found = row();
  fields_.clear();
  if (!found) return std::unexpected(std::move(found.error()));
  return *std::move(found);
}

std::expected<traces::Json, std::string> CsvRows::row() const {
  if (fields_.size() != names_.size()) {
    return std::unexpected("expected " + std::to_string(names_.size()) +
                           " fields, as many as the first row has names, found " +
                           std::to_string(fields_.size()));
  }
  traces::Json row = traces::Json::object();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    row[names_[i]] = traces::text_to_json(fields_[i]);
  }
  return row;
}

}  // namespace leasecheck::cli
