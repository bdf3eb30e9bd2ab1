#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "traces/codec.hpp"

/// The lines of an operation log: what a running system says that it did. The format is described
/// in the README beside this file.
namespace leasecheck::traces {

/// A call, by number within its file.
struct LogCall {
  std::uint64_t number = 0;
  model::Time at{};  ///< what its writer's clock showed
  std::string actor;
  model::Operation operation;
  std::optional<model::Time> now;  ///< the operation's own time, where the log says it
  /// The operation is on the lease of this attempt; see `properties::LoggedCall`.
  std::optional<model::Id> lease_of = {};
};

/// What a call was answered. No outcome, and not accepted: nobody knows.
struct LogAnswer {
  std::optional<model::Outcome> outcome = {};
  bool is_accepted = false;     ///< it was not refused; more is not said
  bool did_not_happen = false;  ///< it was unavailable, and had no effect
};

struct LogReturn {
  std::uint64_t of = 0;
  model::Time at{};
  LogAnswer answer;
};

/// A call together with its answer, which took effect between `call.at` and `end`. Where the two
/// are the same, at its place in the order of the file.
struct LogDone {
  LogCall call;
  model::Time end{};
  LogAnswer answer;
};

/// A new writer begins, with numbers of its own; calls before it will not be answered.
struct LogBegins {};

/// What is told beside the calls, and lines of what was done that are there once more: they say
/// nothing about the repository.
struct LogAside {};

using LogEntry = std::variant<LogBegins, LogAside, LogCall, LogReturn, LogDone>;

/// Reads the lines of one file, one after the other.
/// Thread: one thread.
class LogLines {
 public:
  /// Errors: "FIELD: expected …, found …".
  [[nodiscard]] Decoded<LogEntry> read(const Json& line);

 private:
  [[nodiscard]] Decoded<LogEntry> read_step(const Json& line);
  [[nodiscard]] Decoded<LogEntry> read_return(const Json& line, model::Time at);

  std::map<std::uint64_t, model::Operation> unanswered_;
  std::uint64_t last_done_ = 0;  ///< the number of the last line that was done
};

/// `{"ok":…}`, or `{"error":{"code":…}}`, of `unavailable` with the `outcome` "none" or "unknown".
[[nodiscard]] Decoded<LogAnswer> log_answer_from_json(const model::Operation& operation,
                                                      const Json& json);

}  // namespace leasecheck::traces
