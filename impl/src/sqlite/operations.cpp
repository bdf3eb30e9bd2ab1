#include "sqlite/operations.hpp"

#include <cstdint>
#include <functional>

#include "lease/sqlite.hpp"
#include "operation_text.hpp"
#include "sqlite/schema.hpp"

namespace lease {
namespace sqlite {

namespace {

/// In a transaction of its own.
template <typename Body>
Result<void> in_transaction(Connection& connection, Access access, Body body) {
  if (auto begun = connection.begin(access); !begun) return begun;
  if (access == Access::write) check_schema_version(connection);
  body();
  return connection.end(Ending::commit);
}

Result<bool> has_operations(Connection& connection) {
  bool has = false;
  const auto looked = in_transaction(connection, Access::read, [&] {
    Query query(connection,
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'operations'");
    has = query.next();
  });
  if (!looked) return std::unexpected(looked.error());
  return has;
}

}  // namespace

Result<bool> prepare_operations(Connection& connection, RecordOperations wish) {
  if (wish == RecordOperations::no) return false;
  const Result<bool> has = has_operations(connection);
  if (!has || *has || wish == RecordOperations::if_others_do) return has;
  const auto made = in_transaction(connection, Access::write, [&] {
    connection.execute("CREATE TABLE IF NOT EXISTS " OPERATIONS_TABLE);
  });
  if (!made) return std::unexpected(made.error());
  return true;
}

void add_operation(Connection& connection, const std::string& step) {
  // Milliseconds since 1970: SQLite counts days since noon of 24 November 4714 BC.
  Query(connection,
        "INSERT INTO operations (at, step) VALUES "
        "(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER), ?)",
        std::string_view(step))
      .run();
}

namespace {

/// Some lines, the oldest first.
struct Lines {
  std::string text;
  std::uint64_t count = 0;
  std::int64_t last = 0;  ///< the sequence of the last one
};

std::int64_t last_operation(Connection& connection) {
  Query query(connection, "SELECT ifnull(max(seq), 0) FROM operations");
  return query.next() ? query.integer(0) : 0;
}

/// Those up to `last`, as many as may stand in memory.
Lines some_lines(Connection& connection, std::int64_t last) {
  constexpr std::size_t enough_bytes = std::size_t{1} << 20;
  Lines lines;
  Query query(connection,
              "SELECT seq, at, step FROM operations WHERE seq <= ? AND step <> '' ORDER BY seq",
              last);
  while (lines.text.size() < enough_bytes && query.next()) {
    lines.last = query.integer(0);
    const Time at{Duration{query.integer(1)}};
    const std::string step = query.text(2);
    if (step.size() < 2 || !step.starts_with('{') || !step.ends_with('}')) {
      connection.fail_as_corrupt("a recorded operation is none");
      break;
    }
    lines.text += done_line(static_cast<std::uint64_t>(lines.last), at, step) + "\n";
    ++lines.count;
  }
  return lines;
}

/// Deletes those up to `last`; the last row of all is only emptied.
Result<void> forget(Connection& connection, std::int64_t last) {
  return in_transaction(connection, Access::write, [&] {
    Query(connection,
          "DELETE FROM operations WHERE seq <= ? AND seq < (SELECT max(seq) FROM operations)", last)
        .run();
    Query(connection, "UPDATE operations SET step = '' WHERE seq <= ?", last).run();
  });
}

}  // namespace
}  // namespace sqlite

Result<std::uint64_t> take_sqlite_operations(
    const SqliteOptions& options, const std::function<Result<void>(std::string_view lines)>& keep) {
  using namespace sqlite;
  const auto opened = open_existing(options);
  if (!opened) return std::unexpected(opened.error());
  Connection& connection = **opened;
  const Result<bool> has = has_operations(connection);
  if (!has) return std::unexpected(has.error());
  if (!*has) {
    return std::unexpected(connection.error(
        ErrorCode::unavailable, "records no operations: see SqliteOptions::record_operations"));
  }
  // What is recorded meanwhile is left to the next one who takes.
  std::int64_t end = 0;
  auto done = in_transaction(connection, Access::read, [&] { end = last_operation(connection); });
  for (std::uint64_t taken = 0; done;) {
    Lines lines;
    done = in_transaction(connection, Access::read, [&] { lines = some_lines(connection, end); });
    if (done && lines.count == 0) return taken;
    if (done) done = keep(lines.text);
    if (done) done = forget(connection, lines.last);
    taken += lines.count;
  }
  return std::unexpected(done.error());
}

}  // namespace lease
