#include "bench/postgres_queue.hpp"

namespace leasecheck::bench {

PostgresSession::PostgresSession() : connection_(PQconnectdb("")) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) give_up(PQerrorMessage(connection_.get()));
}

std::string PostgresSession::run(const std::string& sql) {
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  const std::unique_ptr<PGresult, Clear> result(PQexec(connection_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    give_up(PQerrorMessage(connection_.get()));
  }
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

std::unique_ptr<lease::AttemptRepository> PostgresQueue::open(lease::Clock& clock,
                                                              lease::IdSource& ids) const {
  return demand(lease::open_postgres_repository(options(), clock, ids));
}

void PostgresQueue::drop() const {
  demand(lease::drop_postgres_repository(options()));
}

lease::PostgresOptions PostgresQueue::options() const {
  lease::PostgresOptions options;
  options.schema = schema_;
  return options;
}

void PostgresQueue::copy(const lease::AttemptId& attempt_id, std::int64_t copies) {
  const std::string columns = session_.run(
      "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '" +
      table() + "'::regclass AND attnum > 0");
  const std::string values = session_.run(
      "SELECT string_agg(CASE attname::text WHEN 'enqueue_seq' THEN 'i' "
      "WHEN 'attempt_id' THEN '''c'' || lpad(i::text, 15, ''0'')' WHEN 'run_id' THEN '''r'' || i' "
      "WHEN 'lease_id' THEN 'CASE WHEN lease_id IS NOT NULL THEN lpad(to_hex(1700000000000 + i), "
      "12, ''0'') || substr(md5(i::text), 1, 20) END' "
      "ELSE attname::text END, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '" +
      table() + "'::regclass AND attnum > 0");
  const std::string place = schema_ + ".lease_repository";
  session_.run("WITH place AS (UPDATE " + place + " SET last_enqueue_seq = last_enqueue_seq + " +
               std::to_string(copies) +
               " RETURNING last_enqueue_seq AS last), n AS (SELECT i FROM " +
               "place, generate_series(last + 1 - " + std::to_string(copies) + ", last) AS i) " +
               "INSERT INTO " + table() + " (" + columns + ") SELECT " + values + " FROM n, " +
               table() + " WHERE attempt_id = '" + attempt_id.str() + "' ORDER BY i");
  session_.run("VACUUM (ANALYZE) " + table());
  session_.run("CHECKPOINT");
}

std::int64_t PostgresQueue::count(const std::string& condition) {
  return std::stoll(session_.run("SELECT count(*) FROM " + table() + " WHERE " + condition));
}

}  // namespace leasecheck::bench
