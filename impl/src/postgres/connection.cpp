#include "postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "postgres/schema.hpp"

namespace lease::postgres {
namespace {

/// How often in a row a transaction is carried out again. Of those who are in each other's way one
/// comes through each time, so this is how many may be ahead.
constexpr int most_repeats = 20;

/// So that no statement takes long, whatever the size of a batch.
constexpr std::size_t most_rows_of_a_statement = 1000;

bool is_one_of(const std::string& sqlstate, const auto& codes) {
  return std::ranges::find(codes, sqlstate) != codes.end();
}

// 40001: serialization failure, 40P01: deadlock, 23505: somebody else has inserted the same. 23502,
// a missing value: the version floor has moved and was made null.
bool is_conflict(const WireError& error) {
  constexpr std::array codes{"40001", "40P01", "23505", "23502"};
  return is_one_of(error.sqlstate, codes);
}

// Class 57P: the server or an operator ends the session; 25P03: it stood still for too long. The
// server's last words arrive before the end of the connection does.
bool is_end_of_session(const WireError& error) {
  constexpr std::array codes{"57P01", "57P02", "57P03", "57P05", "25P03", "08006", "08003"};
  return error.sqlstate.empty() || is_one_of(error.sqlstate, codes);
}

std::int64_t integer_in(const PGresult& answer, int row, int column) {
  const std::string_view text(PQgetvalue(&answer, row, column),
                              static_cast<std::size_t>(PQgetlength(&answer, row, column)));
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const PostgresOptions& options) {
  std::unique_ptr<Connection> connection(new Connection(options));
  if (auto connected = connection->connect(options.migrate); !connected) {
    return std::unexpected(connected.error());
  }
  return connection;
}

Result<void> Connection::connect(bool may_migrate) {
  auto wire = Wire::connect(options_);
  if (!wire) {
    return std::unexpected(Error(ErrorCode::unavailable, "PostgreSQL: " + wire.error().message));
  }
  if (auto entered = enter(**wire, options_, may_migrate); !entered) return entered;
  wire_ = *std::move(wire);
  name_ = name_of(*wire_, options_);
  is_listening_ = false;
  return {};
}

Result<void> Connection::begin(Access access) {
  if (!is_worth_repeating_) repeats_ = 0;
  access_ = access;
  holds_snapshot_ = is_open_ = announces_ = is_conflict_ = is_worth_repeating_ = false;
  version_floor_.reset();
  waiting_.clear();
  failure_.reset();
  if (wire_ == nullptr || wire_->is_lost()) return connect(false);
  return {};
}

Answer Connection::carry_out(std::vector<Request> requests) {
  if (failure_) return nullptr;
  const bool begins = !is_open_;
  auto answers = wire_->exchange(with_what_waits(std::move(requests)));
  if (!answers) {
    fail_as(answers.error());
    return nullptr;
  }
  if (begins && is_open_ && access_ == Access::write) read_beginning(*answers->at(1));
  return failure_ ? nullptr : std::move(answers->back());
}

std::vector<Request> Connection::with_what_waits(std::vector<Request> requests) {
  std::vector<Request> all;
  if (!is_open_ && access_ == Access::write) {
    all.push_back({.sql = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"});
    all.push_back({.sql = "SELECT schema_version, version_floor FROM lease_repository"});
    is_open_ = true;
  } else if (!is_open_ && holds_snapshot_) {
    all.push_back({.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"});
    is_open_ = true;
  }
  std::ranges::move(std::exchange(waiting_, {}), std::back_inserter(all));
  std::ranges::move(requests, std::back_inserter(all));
  return all;
}

void Connection::read_beginning(const PGresult& row) {
  if (PQntuples(&row) != 1) return fail_as_corrupt("the schema has no version");
  const std::int64_t version = integer_in(row, 0, 0);
  if (version > schema_version) return fail_as_corrupt(newer_schema(version));
  version_floor_ = std::bit_cast<std::uint64_t>(integer_in(row, 0, 1));
}

void Connection::write_rows(const RowStatement& statement, std::span<const RowArguments> rows) {
  while (!rows.empty()) {
    const auto some = rows.first(std::min(rows.size(), most_rows_of_a_statement));
    rows = rows.subspan(some.size());
    if (some.size() == 1) {
      waiting_.push_back({.sql = statement.one, .arguments = some.front()});
      continue;
    }
    RowArguments arrays(some.front().size(), "{");
    for (std::size_t column = 0; column < arrays.size(); ++column) {
      std::string& array = *arrays[column];
      for (const RowArguments& row : some) add_element(array, row[column]);
      array += '}';
    }
    waiting_.push_back({.sql = statement.several, .arguments = std::move(arrays)});
  }
}

void Connection::add_element(std::string& array, std::optional<std::string_view> element) {
  if (array.size() > 1) array += ',';
  if (!element) {
    array += "NULL";
    return;
  }
  array += '"';
  for (const char byte : *element) {
    if (byte == '"' || byte == '\\') array += '\\';
    array += byte;
  }
  array += '"';
}

std::uint64_t Connection::version_floor() {
  // Without an answer there is a failure.
  if (!version_floor_) static_cast<void>(carry_out({{.sql = "SELECT 1"}}));
  return version_floor_.value_or(0);
}

void Connection::set_version_floor(std::uint64_t version) {
  if (version == version_floor()) return;
  write(
      "UPDATE lease_repository "
      "SET version_floor = CASE WHEN version_floor = $2::bigint THEN $1::bigint END",
      stored_version(version), stored_version(version_floor()));
  version_floor_ = version;
}

Result<void> Connection::end(Ending ending) {
  if (!failure_ && ending == Ending::commit && access_ == Access::write) return commit();
  waiting_.clear();
  roll_back();
  if (!failure_) return {};
  is_worth_repeating_ = is_conflict_ && ++repeats_ <= most_repeats;
  if (is_worth_repeating_) ++events_.retries;
  return std::unexpected(*failure_);
}

// In a pipeline what comes before COMMIT is sent with it, and the server carries COMMIT out only if
// all of that has succeeded; but where the connection is lost, nobody can say how far it came.
// Statement by statement COMMIT is sent alone, and whatever is lost before it has had no effect.
Result<void> Connection::commit() {
  if (!is_open_ && waiting_.empty()) return {};
  if (announces_) {
    write("SELECT pg_notify('lease_work', $1)", std::string_view(options_.schema));
  }
  if (!options_.pipelining && !waiting_.empty()) {
    carry_out({});
    if (failure_) return end(Ending::roll_back);
  }
  const auto answers = wire_->exchange(with_what_waits({{.sql = "COMMIT"}}));
  if (answers) {
    is_open_ = false;
    return {};
  }
  const bool is_unknown = wire_->is_lost() || is_end_of_session(answers.error());
  if (!is_unknown) {
    fail_as(answers.error());
    return end(Ending::roll_back);
  }
  is_open_ = false;
  wire_.reset();
  return std::unexpected(error_of(answers.error(), Effect::unknown));
}

void Connection::roll_back() {
  if (!std::exchange(is_open_, false) || wire_ == nullptr) return;
  const std::array request{Request{.sql = "ROLLBACK"}};
  // Where even that fails, the session is of no use, and its end rolls back.
  if (!wire_->exchange(request)) wire_.reset();
}

void Connection::fail_as(const WireError& error) {
  const bool is_lost = wire_->is_lost() || is_end_of_session(error);
  fail(error_of(error, Effect::none));
  if (is_lost) wire_.reset();
  // A session is ended once for each restart of a server; a new one may do.
  is_conflict_ = is_conflict(error) || (is_lost && repeats_ == 0);
}

void Connection::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Error Connection::error(ErrorCode code, std::string_view what) const {
  return {code, name_ + ": " + std::string(what)};
}

Error Connection::error_of(const WireError& error, Effect effect) const {
  return error_from(error, name_, effect);
}

bool Connection::heard_announcement() {
  if (failure_ || wire_ == nullptr) return false;
  if (!is_listening_) {
    // Whatever came before is unknown.
    is_listening_ = carry_out({{.sql = "LISTEN lease_work"}}) != nullptr;
    return is_listening_;
  }
  return wire_->take_notification(options_.schema);
}

std::int64_t Answered::integer(int column) const {
  if (is_null(column)) {
    fail_as_corrupt("a number is missing");
    return 0;
  }
  return integer_in(*answer_, row_, column);
}

std::string Answered::text(int column) const {
  if (is_null(column)) fail_as_corrupt("a text is missing");
  return {PQgetvalue(answer_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(answer_.get(), row_, column))};
}

}  // namespace lease::postgres
