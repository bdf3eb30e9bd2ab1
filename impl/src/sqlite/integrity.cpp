// What is wrong with a repository's file.

#include <algorithm>
#include <utility>

#include "lease/sqlite.hpp"
#include "rows.hpp"
#include "sqlite/operations.hpp"
#include "sqlite/schema.hpp"

namespace lease {
namespace {

using sqlite::Connection;
using sqlite::Query;

/// Collects what is wrong, up to a limit.
class Findings {
 public:
  explicit Findings(std::uint64_t limit) : limit_(limit) {}

  void add(std::string what) {
    if (!are_enough()) all_.push_back(std::move(what));
  }
  [[nodiscard]] bool are_enough() const { return all_.size() >= limit_; }
  [[nodiscard]] std::vector<std::string> take() { return std::move(all_); }

 private:
  std::uint64_t limit_;
  std::vector<std::string> all_;
};

/// Takes damage that the connection remembers as a finding, so that what comes next can be looked
/// at. Any other failure stays: nothing more can be read, and the transaction's end answers it.
void take_damage(Connection& connection, Findings& findings) {
  auto sound = connection.take_failure();
  if (sound) return;
  if (sound.error().code != ErrorCode::corrupt) return connection.fail(sound.error());
  findings.add(sound.error().message);
}

/// Asks for something that a sound repository has none of: each row is one finding.
void expect_none(Connection& connection, Findings& findings, std::string_view sql) {
  Query query(connection, sql);
  while (!findings.are_enough() && query.next()) findings.add(query.text(0));
  take_damage(connection, findings);
}

void check_pages(Connection& connection, Findings& findings) {
  Query query(connection, "PRAGMA integrity_check");
  while (!findings.are_enough() && query.next()) {
    if (query.text(0) != "ok") findings.add(query.text(0));
  }
  take_damage(connection, findings);
}

std::vector<std::string> tables_and_indexes(Connection& connection) {
  Query query(connection,
              "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_schema "
              "WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name");
  std::vector<std::string> all;
  while (query.next()) all.push_back(query.text(0));
  return all;
}

/// "table attempts": what stands before its definition.
std::string name_in(const std::string& entry) {
  return entry.substr(0, entry.find(' ', entry.find(' ') + 1));
}

Result<void> check_schema(Connection& connection, Findings& findings) {
  auto model = Connection::open({.path = ":memory:", .busy_timeout = {}, .vfs = {}});
  if (!model) return std::unexpected(model.error());
  if (auto made = sqlite::prepare_schema(**model, true); !made) return made;
  std::vector<std::string> expected = tables_and_indexes(**model);
  const std::vector<std::string> present = tables_and_indexes(connection);
  const std::string optional = "table operations CREATE TABLE " OPERATIONS_TABLE;
  const auto is_optional = [&](const std::string& entry) {
    return name_in(entry) == name_in(optional);
  };
  if (std::ranges::any_of(present, is_optional)) expected.push_back(optional);
  take_damage(connection, findings);
  for (const std::string& entry : expected) {
    if (std::ranges::find(present, entry) != present.end()) continue;
    findings.add(name_in(entry) + " is missing, or is not as this library makes it");
  }
  for (const std::string& entry : present) {
    const auto has_name = [&](const std::string& other) {
      return name_in(other) == name_in(entry);
    };
    if (std::ranges::none_of(expected, has_name))
      findings.add(name_in(entry) + " is not the library's");
  }
  return {};
}

void check_attempts(Connection& connection, Findings& findings) {
  Query query(connection, "SELECT " LEASE_ATTEMPT_COLUMNS " FROM attempts AS attempt");
  while (!findings.are_enough() && query.next()) {
    static_cast<void>(read_attempt(query));
    take_damage(connection, findings);
  }
  take_damage(connection, findings);
  expect_none(connection, findings,
              "WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels "
              "WHERE level < 7), due AS (SELECT level, priority >> (4 * level) AS prefix, "
              "min(ready_at) FROM levels, attempts WHERE lane = 2 GROUP BY 1, 2) "
              "SELECT 'table waiting has a wrong or a missing entry for priority ' || prefix || "
              "' at level ' || level FROM (SELECT * FROM (SELECT * FROM due EXCEPT SELECT * FROM "
              "waiting) UNION SELECT * FROM (SELECT * FROM waiting EXCEPT SELECT * FROM due))");
}

void check_events(Connection& connection, Findings& findings) {
  Query query(connection,
              "SELECT run_id, seq, attempt_id, kind, payload, at, "
              "run_id IN (SELECT run_id FROM pruned_runs) FROM run_events ORDER BY run_id, seq");
  RunId run;
  std::uint64_t last = 0;
  while (!findings.are_enough() && query.next()) {
    if (RunId next(query.text(0)); next != run) {
      run = std::move(next);
      last = 0;
    }
    last = read_event(query, run, {last + 1, query.integer(6) == 1}).seq;
    take_damage(connection, findings);
  }
  take_damage(connection, findings);
  expect_none(
      connection, findings,
      "SELECT DISTINCT 'an event of run \"' || run_id || '\" is of attempt \"' || attempt_id "
      "|| '\", which does not exist' FROM run_events WHERE attempt_id NOT IN "
      "(SELECT attempt_id FROM attempts)");
  expect_none(connection, findings,
              "SELECT 'run \"' || run_id || '\" was pruned, and has a later event than its latest' "
              "FROM pruned_runs WHERE latest_seq < (SELECT max(seq) FROM run_events WHERE "
              "run_events.run_id = pruned_runs.run_id)");
}

}  // namespace

Result<std::vector<std::string>> check_sqlite_repository(const SqliteOptions& options,
                                                         std::uint64_t limit) {
  auto connection = sqlite::open_existing(options);
  if (!connection) return std::unexpected(connection.error());
  if (auto begun = (*connection)->begin(Access::read); !begun) {
    return std::unexpected(begun.error());
  }
  Findings findings(limit);
  check_pages(**connection, findings);
  if (auto compared = check_schema(**connection, findings); !compared) {
    return std::unexpected(compared.error());
  }
  check_attempts(**connection, findings);
  check_events(**connection, findings);
  // It has only read, and what has met damaged pages cannot be committed.
  if (auto ended = (*connection)->end(Ending::roll_back); !ended) {
    return std::unexpected(ended.error());
  }
  return findings.take();
}

}  // namespace lease
