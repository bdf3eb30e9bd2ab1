#include "cli/validation/csv_rows.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace leasecheck::cli {

std::expected<std::optional<traces::Json>, std::string> CsvRows::read(std::string_view line) {
  if (std::string complaint = add(line); !complaint.empty()) {
    return std::unexpected(std::move(complaint));
  }
  if (is_quoted_) return std::nullopt;
  if (names_.empty()) {
    names_ = std::exchange(fields_, {});
    return std::nullopt;
  }
  auto found = row();
  fields_.clear();
  if (!found) return std::unexpected(std::move(found.error()));
  return *std::move(found);
}

std::string CsvRows::add(std::string_view line) {
  constexpr char mark = '"';
  bool was_quoted = is_quoted_;  // the present field is, or was until its last mark
  if (is_quoted_) {
    fields_.back() += '\n';
  } else {
    fields_.emplace_back();
  }
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (is_quoted_) {
      const bool is_doubled = c == mark && i + 1 < line.size() && line[i + 1] == mark;
      if (c == mark && !is_doubled) {
        is_quoted_ = false;
        continue;
      }
      fields_.back() += c;
      i += is_doubled ? 1 : 0;
    } else if (c == separator_) {
      fields_.emplace_back();
      was_quoted = false;
    } else if (c == mark && fields_.back().empty() && !was_quoted) {
      is_quoted_ = was_quoted = true;
    } else if (c == mark || was_quoted) {
      return "not CSV: expected a separator or the end of the line beside quotation marks, at "
             "byte " +
             std::to_string(i + 1);
    } else {
      fields_.back() += c;
    }
  }
  return {};
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
