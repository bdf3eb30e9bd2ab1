#include "postgres/wire.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace lease::postgres {
namespace {

// libpq explains on further lines, indented by tabs, and logs hold one line for each message.
std::string in_one_line(std::string_view text) {
  std::string line;
  for (const char byte : text) {
    const bool is_break = byte == '\n' || byte == '\t';
    if (!is_break) {
      line += byte;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

WireError error_of(const PGresult& result) {
  const char* const sqlstate = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
  const char* const primary = PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY);
  return {sqlstate == nullptr ? "" : sqlstate,
          in_one_line(primary == nullptr ? PQresultErrorMessage(&result) : primary)};
}

bool is_success(const PGresult& result) {
  const ExecStatusType status = PQresultStatus(&result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

// What cannot be parsed is not repeated: it may hold a password.
std::expected<void, WireError> check_conninfo(const std::string& conninfo) {
  char* message = nullptr;
  PQconninfoOption* const parsed = PQconninfoParse(conninfo.c_str(), &message);
  PQfreemem(message);
  if (parsed == nullptr) {
    return std::unexpected(
        WireError{"",
                  "the connection string cannot be read: expected KEY=VALUE pairs that libpq "
                  "knows, or postgresql://…"});
  }
  PQconninfoFree(parsed);
  return {};
}

void ignore_notice(void*, const PGresult*) {}

}  // namespace

// In a child of the process that has opened it, nothing is said on the parent's connection.
void Wire::Finish::operator()(PGconn* connection) const {
  if (process.is_this()) PQfinish(connection);
}

std::expected<std::unique_ptr<Wire>, WireError> Wire::connect(const PostgresOptions& options) {
  if (auto readable = check_conninfo(options.conninfo); !readable) {
    return std::unexpected(readable.error());
  }
  // What comes later overrides: of these only the encoding is not for the caller to say.
  constexpr std::array keywords{"fallback_application_name", "connect_timeout", "dbname",
                                "client_encoding", static_cast<const char*>(nullptr)};
  const std::array values{options.application_name.c_str(), "10", options.conninfo.c_str(), "UTF8",
                          static_cast<const char*>(nullptr)};
  Connection connection(PQconnectdbParams(keywords.data(), values.data(), 1), Finish{});
  if (connection == nullptr) return std::unexpected(WireError{"", "out of memory"});
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return std::unexpected(WireError{"", in_one_line(PQerrorMessage(connection.get()))});
  }
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  return std::unique_ptr<Wire>(new Wire(std::move(connection), options));
}

Wire::Answers Wire::exchange(std::span<const Request> requests) {
  if (PQisnonblocking(connection_.get()) == 0) {
    PQsetnonblocking(connection_.get(), 1);
    if (is_pipelining_) PQenterPipelineMode(connection_.get());
  }
  return is_pipelining_ ? exchange_in_pipeline(requests) : exchange_one_by_one(requests);
}

std::string Wire::name_of(std::string_view sql) {
  Prepared& prepared = statements_[sql];
  if (prepared.name.empty()) prepared.name = "lease_" + std::to_string(statements_.size());
  return prepared.name;
}

bool Wire::is_prepared(const Request& request) const {
  const auto known = statements_.find(request.sql);
  return request.is_single_use || (known != statements_.end() && known->second.is_known);
}

bool Wire::send_preparation(const Request& request) {
  return PQsendPrepare(connection_.get(), name_of(request.sql).c_str(),
                       std::string(request.sql).c_str(), 0, nullptr) == 1;
}

bool Wire::send(const Request& request) {
  std::vector<const char*> values;
  values.reserve(request.arguments.size());
  for (const auto& argument : request.arguments) {
    values.push_back(argument ? argument->c_str() : nullptr);
  }
  const auto count = static_cast<int>(values.size());
  if (request.is_single_use || !is_pipelining_) {
    return PQsendQueryParams(connection_.get(), std::string(request.sql).c_str(), count, nullptr,
                             values.data(), nullptr, nullptr, 0) == 1;
  }
  return PQsendQueryPrepared(connection_.get(), name_of(request.sql).c_str(), count, values.data(),
                             nullptr, nullptr, 0) == 1;
}

Wire::Answers Wire::exchange_in_pipeline(std::span<const Request> requests) {
  std::vector<std::string_view> prepared;  // in the order of the requests that need them first
  std::vector<bool> is_new;
  for (const Request& request : requests) {
    is_new.push_back(!is_prepared(request) &&
                     std::ranges::find(prepared, request.sql) == prepared.end());
    if (is_new.back()) prepared.push_back(request.sql);
    if ((is_new.back() && !send_preparation(request)) || !send(request)) {
      return std::unexpected(lost());
    }
  }
  if (PQpipelineSync(connection_.get()) != 1 || !flush()) return std::unexpected(lost());

  std::vector<Answer> answers;
  std::optional<WireError> error;
  const auto next = [&] {
    Answer answer = receive();
    if (answer != nullptr && PQresultStatus(answer.get()) == PGRES_FATAL_ERROR && !error) {
      error = error_of(*answer);
    }
    // Each request's answers end with a null.
    while (answer != nullptr && !is_lost() && receive() != nullptr) {
    }
    return answer;
  };
  for (std::size_t i = 0; i < requests.size() && !is_lost(); ++i) {
    if (is_new[i]) {
      const Answer preparation = next();
      statements_[requests[i].sql].is_known = preparation != nullptr && is_success(*preparation);
    }
    answers.push_back(next());
  }
  const Answer end = receive();
  if (error && !is_lost()) return std::unexpected(*std::move(error));
  if (is_lost() || end == nullptr || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) {
    return std::unexpected(error ? *std::move(error) : lost());
  }
  return answers;
}

Wire::Answers Wire::exchange_one_by_one(std::span<const Request> requests) {
  std::vector<Answer> answers;
  for (const Request& request : requests) {
    if (!send(request) || !flush()) return std::unexpected(lost());
    Answer answer = receive();
    if (answer == nullptr) return std::unexpected(lost());
    while (!is_lost() && receive() != nullptr) {
    }
    if (!is_success(*answer)) return std::unexpected(error_of(*answer));
    answers.push_back(std::move(answer));
  }
  return answers;
}

// The server may stop reading until its answers are read, so both directions are looked at.
bool Wire::flush() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left <= 0) return left == 0;
    wait(true);
    if (PQconsumeInput(connection_.get()) != 1) return false;
  }
}

Answer Wire::receive() {
  while (PQisBusy(connection_.get()) == 1) {
    wait(false);
    if (PQconsumeInput(connection_.get()) != 1) break;
  }
  return Answer(PQgetResult(connection_.get()));
}

void Wire::wait(bool to_write) const {
  const int socket = PQsocket(connection_.get());
  if (wait_) return wait_(socket, to_write);
  constexpr short reading = POLLIN;
  constexpr short both = POLLIN | POLLOUT;
  pollfd waited{.fd = socket, .events = to_write ? both : reading, .revents = 0};
  while (::poll(&waited, 1, -1) < 0 && errno == EINTR) {
  }
}

WireError Wire::lost() const {
  return {"", in_one_line(PQerrorMessage(connection_.get()))};
}

bool Wire::take_notification(std::string_view payload) {
  struct Free {
    void operator()(PGnotify* notification) const { PQfreemem(notification); }
  };
  bool is_there = false;
  if (PQconsumeInput(connection_.get()) != 1) return false;
  while (const std::unique_ptr<PGnotify, Free> taken{PQnotifies(connection_.get())}) {
    const bool is_own = taken->be_pid == PQbackendPID(connection_.get());
    is_there = is_there || (!is_own && payload == taken->extra);
  }
  return is_there;
}

std::string Wire::quoted(const std::string& name) const {
  struct Free {
    void operator()(char* text) const { PQfreemem(text); }
  };
  const std::unique_ptr<char, Free> text(
      PQescapeIdentifier(connection_.get(), name.c_str(), name.size()));
  return text == nullptr ? "\"\"" : std::string(text.get());
}

std::string Wire::name() const {
  std::string name = "PostgreSQL database \"";
  name.append(PQdb(connection_.get())).append("\" at ").append(PQhost(connection_.get()));
  return name.append(":").append(PQport(connection_.get()));
}

}  // namespace lease::postgres
