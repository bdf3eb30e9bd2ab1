#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "lease/postgres.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {

/// The server of this test program: it starts with the first test that asks for it.
[[nodiscard]] inline sim::PostgresSubjects& postgres_server() {
  static const auto server = sim::postgres_server("postgres");
  if (!server) throw std::runtime_error(server.error());
  return **server;
}

/// A session of somebody else, that says anything in SQL.
class RawPostgres {
 public:
  explicit RawPostgres(const lease::PostgresOptions& repository)
      : connection_(PQconnectdb(repository.conninfo.c_str()), PQfinish) {
    run("SELECT set_config('search_path', '\"" + repository.schema + "\"', false)");
  }

  /// Returns: the first column of the first row, empty if there is none.
  std::string run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer(
        PQexec(connection_.get(), sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      throw std::runtime_error(sql + ": " + PQerrorMessage(connection_.get()));
    }
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
  }

  /// Ends the sessions of this application name.
  void end_sessions(const std::string& application_name) {
    run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '" +
        application_name + "'");
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// A schema that several repositories may have open.
class PostgresTest : public testing::Test {
 protected:
  using Repository = std::unique_ptr<lease::AttemptRepository>;

  [[nodiscard]] lease::Result<Repository> open_with(const lease::PostgresOptions& with) {
    return lease::open_postgres_repository(with, clock, ids);
  }
  [[nodiscard]] Repository open() { return value_of(open_with(options)); }

  lease::PostgresOptions options = postgres_server().new_repository();
  ManualClock clock;
  lease::RandomIds ids;
};

}  // namespace leasecheck::tests
