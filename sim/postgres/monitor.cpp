#include "sim/postgres/monitor.hpp"

#include <array>
#include <cstdlib>
#include <utility>

namespace leasecheck::sim {
namespace {

/// The repository's tables: these are what its rows are kept of.
constexpr std::array tables{"lease_repository", "attempts", "run_events", "runs"};

/// After so many times the rows that were replaced are cleaned away.
constexpr int restores_between_cleanings = 500;

}  // namespace

std::expected<Monitor, std::string> Monitor::connect(const std::string& conninfo,
                                                     const std::string& schema) {
  auto session = SqlSession::connect(conninfo);
  if (!session) return std::unexpected(session.error());
  Monitor monitor(*std::move(session));
  const auto entered =
      monitor.carry_out("SELECT set_config('search_path', '" + schema +
                        "', false), set_config('client_min_messages', 'warning', false)");
  if (!entered) return std::unexpected(entered.error());
  return monitor;
}

std::expected<void, std::string> Monitor::carry_out(const std::string& sql) {
  const auto answered = session_.ask(sql);
  if (!answered) return std::unexpected(answered.error());
  return {};
}

std::expected<int, std::string> Monitor::backend_of(const std::string& application_name) {
  const auto backends = session_.ask("SELECT pid FROM pg_stat_activity WHERE application_name = '" +
                                     application_name + "'");
  if (!backends) return std::unexpected(backends.error());
  if (backends->size() == 1) return std::atoi(backends->front().c_str());
  return std::unexpected("the connection string must leave application_name to this program");
}

bool Monitor::is_blocked(int backend) {
  const auto blocking =
      session_.ask("SELECT cardinality(pg_blocking_pids(" + std::to_string(backend) + ")) > 0");
  return blocking && blocking->front() == "t";
}

void Monitor::end_session(const std::string& application_name) {
  // Whether it has ended shows in what the session is answered.
  static_cast<void>(
      session_.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE application_name = '" +
                   application_name + "'"));
}

std::expected<void, std::string> Monitor::keep() {
  std::string sql;
  for (const std::string table : tables) {
    sql += "CREATE TEMPORARY TABLE IF NOT EXISTS kept_" + table + " (LIKE " + table +
           "); DELETE FROM kept_" + table + "; INSERT INTO kept_" + table + " TABLE " + table +
           "; ";
  }
  return carry_out(sql);
}

std::expected<void, std::string> Monitor::restore() {
  std::string sql;
  for (const std::string table : tables) {
    sql +=
        "DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM kept_" + table + "; ";
  }
  if (auto restored = carry_out(sql); !restored) return restored;
  if (++restores_ % restores_between_cleanings != 0) return {};
  for (const std::string table : tables) {
    if (auto cleaned = carry_out("VACUUM " + table); !cleaned) return cleaned;
  }
  return {};
}

}  // namespace leasecheck::sim
