#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "cli/validation/csv_rows.hpp"
#include "cli/validation/log_file.hpp"
#include "traces/logs/log_entry.hpp"
#include "traces/logs/mapping.hpp"

namespace leasecheck::cli {

/// What one file of a log says, line by line: an operation log, or rows that a mapping explains.
/// Thread: one thread.
class LogSource {
 public:
  /// `mapping`: null for an operation log; has to outlive this.
  /// Throws: Stop, if the file cannot be opened.
  LogSource(std::string file, const traces::Mapping* mapping);

  /// The next thing that it says, and after the last one what is left over.
  /// Returns: nothing, if it says no more by now.
  /// Throws: Stop, for a line that is not what it has to be, with its place and what was expected.
  [[nodiscard]] std::optional<traces::LogEntry> next();

  /// No line will be added: what was not answered by now will not be.
  void finish() { is_finished_ = true; }

  [[nodiscard]] const LogFile& file() const { return file_; }
  /// Whether calls stand in the order in which they began, with their ends: lines say nothing about
  /// which of them took effect first.
  [[nodiscard]] bool is_by_interval() const {
    return mapping_ != nullptr && (mapping_->at.empty() || mapping_->calls.has_value());
  }
  /// Lines that were cut short, the last of a writer that was killed.
  [[nodiscard]] std::uint64_t torn_lines() const { return torn_lines_; }
  /// When the first of the calls began that this source knows of and has not told.
  [[nodiscard]] std::optional<model::Time> waiting_since() const;

 private:
  [[nodiscard]] std::optional<traces::LogEntry> entry(const std::string& line, bool is_whole);
  [[nodiscard]] std::optional<traces::LogEntry> step(const std::string& line, bool is_whole);
  [[nodiscard]] std::optional<traces::LogEntry> row(const std::string& line);
  /// What stands behind the last whole line, and calls that wait for their answers.
  void take_rest();
  template <class Value>
  [[nodiscard]] Value or_stop(traces::Decoded<Value> value) const;

  LogFile file_;
  const traces::Mapping* mapping_;
  traces::LogLines lines_;
  std::optional<traces::LogRows> rows_;
  std::unique_ptr<CsvRows> csv_;
  std::deque<traces::LogEntry> left_over_;
  std::optional<std::string> not_json_;  ///< why the line before was none
  std::uint64_t torn_lines_ = 0;
  bool is_finished_ = false;
  bool has_taken_rest_ = false;
};

}  // namespace leasecheck::cli
