#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "traces/codec.hpp"
#include "traces/logs/instant.hpp"
#include "traces/logs/log_entry.hpp"

/// How the log of somebody else's queue is read: which of its rows are which operations, and in
/// which of its fields their arguments stand. The README beside this file describes the JSON.
namespace leasecheck::traces {

/// Fields of a row and the texts that they have to be one of.
using Condition = std::map<std::string, std::vector<std::string>>;

/// Rows that are an operation.
struct RowMapping {
  Condition when;
  std::string operation;
  Json args;                   ///< with references to fields
  Json now;                    ///< such a reference, or null
  Json ret;                    ///< what was answered, with references; null: it was accepted
  bool is_unanswered = false;  ///< nobody knows
};

/// Where a call and its answer are rows of their own: which of them belong together, and what each
/// is.
struct CallRows {
  std::string by;  ///< the field that is the same in both; one call at a time for each of its texts
  std::string phase;  ///< the field that says which of the two a row is
  std::string call;
  std::string ok;
  std::string failed;   ///< it did not happen
  std::string unknown;  ///< nobody knows
};

struct Mapping {
  enum class Format : std::uint8_t { csv, ndjson };
  Format format = Format::ndjson;
  char separator = ',';
  /// The field with the time of a row; or those with the times of its beginning and its end.
  std::string at;
  std::string start;
  std::string end;
  TimeUnit unit = TimeUnit::milliseconds;
  Json actor;  ///< a reference, or null
  std::vector<RowMapping> rows;
  std::vector<Condition> skip;  ///< rows that say nothing about the queue
  std::optional<CallRows> calls;
  /// How long a lease lasts, where the log does not say it. Without it a lease can end at any time.
  std::optional<model::Duration> ttl;
  std::optional<model::Duration> grace;
  std::set<std::string, std::less<>> unlogged;
  Json differences;  ///< as a program's handshake says them; null if it has none
};

/// Errors: "FIELD: expected …, found …".
[[nodiscard]] Decoded<Mapping> mapping_from_json(const Json& json);

/// Reads the rows of one file, one after the other. A row is an object; the fields of a CSV file
/// are texts. Thread: one thread.
class LogRows {
 public:
  explicit LogRows(const Mapping& mapping) : mapping_(mapping) {}

  /// Errors: a row that no mapping is for, or whose fields are not what that says.
  [[nodiscard]] Decoded<LogEntry> read(const Json& row);

  /// When the first of the calls began that wait for their answers: what is read from now on may
  /// have begun then, but not before. Nothing, if none waits.
  [[nodiscard]] std::optional<model::Time> waiting_since() const;

  /// The calls that wait for their answers, as calls that have none.
  [[nodiscard]] Decoded<std::vector<LogDone>> unanswered();

 private:
  /// The row of a call that waits for its answer.
  struct Waiting {
    Json row;
    model::Time since{};
  };

  [[nodiscard]] Decoded<LogEntry> read_of_two(const Json& row);
  [[nodiscard]] Decoded<LogEntry> read_return(const Json& row, const std::string& phase);
  [[nodiscard]] Decoded<LogDone> read_done(const Json& row, model::Time start, model::Time end);
  [[nodiscard]] Decoded<model::Time> time_in(const Json& row, const std::string& field) const;

  const Mapping& mapping_;
  std::uint64_t calls_ = 0;
  std::map<std::string, Waiting> waiting_;  ///< by the text that both rows have
};

}  // namespace leasecheck::traces
