#include "sim/postgres/sql_session.hpp"

#include <libpq-fe.h>

#include <string_view>
#include <utility>

namespace leasecheck::sim {
namespace {

// libpq explains on further lines, indented by tabs.
std::unexpected<std::string> complaint_of(const PGconn* connection) {
  std::string text;
  for (const char character : std::string_view(PQerrorMessage(connection))) {
    const bool is_blank = character == '\n' || character == '\t';
    if (!is_blank) text += character;
    if (is_blank && !text.empty() && text.back() != ' ') text += ' ';
  }
  if (text.ends_with(' ')) text.pop_back();
  return std::unexpected(std::move(text));
}

}  // namespace

void SqlSession::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

std::expected<SqlSession, std::string> SqlSession::connect(const std::string& conninfo) {
  SqlSession session(std::unique_ptr<pg_conn, Finish>(PQconnectdb(conninfo.c_str())));
  if (PQstatus(session.connection_.get()) == CONNECTION_OK) return session;
  return complaint_of(session.connection_.get());
}

std::expected<std::vector<std::string>, std::string> SqlSession::ask(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(connection_.get(), sql.c_str()),
                                                             PQclear);
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    return complaint_of(connection_.get());
  }
  std::vector<std::string> values;
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    values.emplace_back(PQgetvalue(answer.get(), row, 0));
  }
  return values;
}

}  // namespace leasecheck::sim
