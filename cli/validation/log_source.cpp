#include "cli/validation/log_source.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "cli/exit_code.hpp"

namespace leasecheck::cli {

LogSource::LogSource(std::string file, const traces::Mapping* mapping)
    : file_(std::move(file)), mapping_(mapping) {
  if (mapping_ == nullptr) return;
  rows_.emplace(*mapping_);
  if (mapping_->format == traces::Mapping::Format::csv) {
    csv_ = std::make_unique<CsvRows>(mapping_->separator);
  }
}

template <class Value>
Value LogSource::or_stop(traces::Decoded<Value> value) const {
  if (!value) throw Stop{file_.place() + ": " + value.error()};
  return *std::move(value);
}

std::optional<traces::LogEntry> LogSource::next() {
  while (const std::optional<std::string> line = file_.next()) {
    if (auto found = entry(*line, true)) return found;
  }
  if (is_finished_ && !std::exchange(has_taken_rest_, true)) take_rest();
  if (left_over_.empty()) return std::nullopt;
  traces::LogEntry found = std::move(left_over_.front());
  left_over_.pop_front();
  return found;
}

void LogSource::take_rest() {
  if (const std::string rest = file_.take_rest(); !rest.empty()) {
    if (auto found = entry(rest, false)) left_over_.push_back(*std::move(found));
  }
  if (not_json_) ++torn_lines_;
  not_json_.reset();
  if (!rows_) return;
  for (traces::LogDone& call : or_stop(rows_->unanswered())) {
    left_over_.emplace_back(std::move(call));
  }
}

std::optional<model::Time> LogSource::waiting_since() const {
  std::optional<model::Time> since = rows_ ? rows_->waiting_since() : std::nullopt;
  for (const traces::LogEntry& entry : left_over_) {
    const auto* const done = std::get_if<traces::LogDone>(&entry);
    if (done != nullptr && (!since || done->call.at < *since)) since = done->call.at;
  }
  return since;
}

std::optional<traces::LogEntry> LogSource::entry(const std::string& line, bool is_whole) {
  auto found = mapping_ == nullptr ? step(line, is_whole) : row(line);
  if (found && std::holds_alternative<traces::LogAside>(*found)) return std::nullopt;
  return found;
}

/// What begins as a step and is no JSON is the last line of a writer that was killed, if another
/// one has gone on behind it.
std::optional<traces::LogEntry> LogSource::step(const std::string& line, bool is_whole) {
  constexpr std::string_view beginning = R"({"k":")";
  auto json = traces::parse_json(line);
  if (not_json_ && !json) throw Stop{*not_json_};
  if (not_json_) ++torn_lines_;
  not_json_.reset();
  if (json) return or_stop(lines_.read(*json));
  if (is_whole && !line.starts_with(beginning) && !beginning.starts_with(line)) {
    throw Stop{file_.place() + ": " + json.error()};
  }
  not_json_ = file_.place() + ": " + json.error();
  return std::nullopt;
}

std::optional<traces::LogEntry> LogSource::row(const std::string& line) {
  if (csv_ == nullptr) return or_stop(rows_->read(or_stop(traces::parse_json(line))));
  const auto fields = or_stop(csv_->read(line));
  return fields ? std::optional(or_stop(rows_->read(*fields))) : std::nullopt;
}

}  // namespace leasecheck::cli
