#pragma once

#include <charconv>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lease/postgres.hpp"
#include "postgres/wire.hpp"
#include "rows.hpp"
#include "store.hpp"

namespace lease::postgres {

class Answered;

/// One session with one repository's schema, and its transactions.
///
/// Nothing is sent before the first question, and what is only to be written waits for the next
/// question or for the end: so an operation that locks a row and changes it costs two round trips.
///
/// The connection remembers the first failure of a transaction. Every later question of that
/// transaction then has no rows and nothing is written, and `end` rolls back and answers the
/// failure. So callers check no errors in between.
/// Thread: one at a time.
class Connection {
 public:
  /// Opens a session, and makes the schema or takes it to the present version.
  /// Errors: see `open_postgres_repository`.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const PostgresOptions& options);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Errors: `unavailable`: the connection was lost, and there is no new one.
  [[nodiscard]] Result<void> begin(Access access);

  /// Ends the transaction: commits it if that was asked for and nothing failed.
  /// Errors: the first failure since `begin`; `unavailable` with `Effect::unknown` if the
  /// connection was lost once COMMIT was on its way, which in a pipeline is when the last writes
  /// are.
  [[nodiscard]] Result<void> end(Ending ending);

  /// Sends a statement with all that waits, and waits for its rows. `sql` is a string literal. In a
  /// transaction that reads, each is by itself, unless `hold_snapshot` was called.
  template <typename... Arguments>
  Answered ask(std::string_view sql, const Arguments&... arguments);

  /// Has a statement carried out before the next question or the end.
  template <typename... Arguments>
  void write(std::string_view sql, const Arguments&... arguments) {
    waiting_.push_back({.sql = wording(sql), .arguments = {text_of(arguments)...}});
  }

  using RowArguments = std::vector<std::optional<std::string>>;
  template <typename... Values>
  [[nodiscard]] static RowArguments arguments(const Values&... values) {
    return {text_of(values)...};
  }
  /// A statement for one row of arguments, and one that does the same for many: it takes an array
  /// for each argument.
  struct RowStatement {
    std::string_view one;
    std::string_view several;
  };
  /// As `write`, for each of these rows: the server begins a statement once for many of them.
  void write_rows(const RowStatement& statement, std::span<const RowArguments> rows);

  /// From now on all questions of this transaction, which reads, are answered from one state.
  void hold_snapshot() { holds_snapshot_ = true; }

  /// Tells other sessions, if the transaction commits, that there may be work.
  void announce() { announces_ = true; }

  /// Whether another session has announced work since this was asked last. The first answer may be
  /// a false alarm.
  [[nodiscard]] bool heard_announcement();

  /// The version floor as it was when the transaction began. Whoever depends on it has the server
  /// check that it still is: see `set_version_floor`, which has the transaction repeated otherwise.
  [[nodiscard]] std::uint64_t version_floor();
  void set_version_floor(std::uint64_t version);

  /// Remembers a failure unless there is one already.
  void fail(Error error);
  /// As above: `corrupt`, for content that no repository writes.
  void fail_as_corrupt(std::string_view what) { fail(error(ErrorCode::corrupt, what)); }
  [[nodiscard]] bool has_failed() const { return failure_.has_value(); }

  /// An error that names the repository and has had no effect.
  [[nodiscard]] Error error(ErrorCode code, std::string_view what) const;

  /// Whether the transaction that ended last may succeed if it is carried out again: what failed
  /// it was done by others at the same time, or the connection was lost before COMMIT was sent.
  /// Says so a few times in a row at most.
  [[nodiscard]] bool is_worth_repeating() const { return is_worth_repeating_; }

  [[nodiscard]] StorageEvents take_events() { return std::exchange(events_, {}); }

 protected:
  explicit Connection(const PostgresOptions& options) : options_(options) {}
  [[nodiscard]] Result<void> connect(bool may_migrate);

  /// The statement as it is sent. Virtual so that a planted defect can word one otherwise and show
  /// that the checks find it; what is returned lives as long as the connection.
  [[nodiscard]] virtual std::string_view wording(std::string_view sql) { return sql; }

 private:
  friend class Answered;
  /// Returns: the answer to the last one; null after a failure, which is remembered.
  Answer carry_out(std::vector<Request> requests);
  /// What begins the transaction, unless it has begun, what waits, and `requests`.
  [[nodiscard]] std::vector<Request> with_what_waits(std::vector<Request> requests);
  void read_beginning(const PGresult& row);
  [[nodiscard]] Result<void> commit();
  void roll_back();
  void fail_as(const WireError& error);
  [[nodiscard]] Error error_of(const WireError& error, Effect effect) const;

  static std::string text_of(std::int64_t value) { return std::to_string(value); }
  static std::string text_of(std::string_view value) { return std::string(value); }
  static std::string text_of(Time value) { return text_of(value.time_since_epoch().count()); }
  static std::string text_of(Duration value) { return text_of(std::int64_t{value.count()}); }
  static std::string text_of(bool value) { return value ? "t" : "f"; }
  template <typename Tag>
  static std::string text_of(const Id<Tag>& value) {
    return value.str();
  }
  template <typename Tag>
  static std::string text_of(std::span<const Id<Tag>> ids) {
    std::string array = "{";
    for (const Id<Tag>& id : ids) add_element(array, id.str());
    return array += '}';
  }
  template <typename T>
  static std::optional<std::string> text_of(const std::optional<T>& value) {
    return value ? std::optional<std::string>(text_of(*value)) : std::nullopt;
  }
  /// Adds to an array that is not closed yet: {"a",NULL
  static void add_element(std::string& array, std::optional<std::string_view> element);

  PostgresOptions options_;
  std::unique_ptr<Wire> wire_;  ///< null once it is lost
  std::string name_;            ///< of the repository, for messages
  Access access_ = Access::read;
  bool holds_snapshot_ = false;
  bool is_open_ = false;  ///< the server has begun the transaction
  bool announces_ = false;
  bool is_listening_ = false;
  std::optional<std::uint64_t> version_floor_;
  std::vector<Request> waiting_;
  std::optional<Error> failure_;
  bool is_conflict_ = false;  ///< the failure is what others did
  bool is_worth_repeating_ = false;
  int repeats_ = 0;  ///< in a row
  StorageEvents events_;
};

/// The rows of an answer, read with `next`. After a failure, which the connection remembers, there
/// are none.
class Answered final : public Row {
 public:
  Answered(Connection& connection, Answer answer)
      : connection_(connection), answer_(std::move(answer)) {}

  /// Returns: whether there is another row.
  bool next() { return answer_ != nullptr && ++row_ < PQntuples(answer_.get()); }

  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(answer_.get(), row_, column) == 1;
  }
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] std::string text(int column) const override;
  void fail_as_corrupt(std::string_view what) const override { connection_.fail_as_corrupt(what); }

 private:
  Connection& connection_;
  Answer answer_;
  int row_ = -1;
};

template <typename... Arguments>
Answered Connection::ask(std::string_view sql, const Arguments&... arguments) {
  return {*this, carry_out({{.sql = wording(sql), .arguments = {text_of(arguments)...}}})};
}

}  // namespace lease::postgres
