#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lease/postgres.hpp"
#include "own_process.hpp"

namespace lease::postgres {

/// One statement with its arguments, as text; nothing is null.
struct Request {
  std::string_view sql;  ///< a string literal, or one that lives as long as the connection
  std::vector<std::optional<std::string>> arguments = {};
  /// Not to be prepared: it is not asked again, and `sql` need not outlive the exchange.
  bool is_single_use = false;
};

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ResultDeleter>;

/// Why requests were not all carried out.
struct WireError {
  std::string sqlstate;  ///< the server's; empty if the connection was lost
  std::string message;
};

/// A session with the server: sends requests and waits for their answers. In a pipeline, statements
/// are prepared when they are first used.
/// Thread: one at a time.
class Wire {
 public:
  /// Errors: in words, without a password.
  [[nodiscard]] static std::expected<std::unique_ptr<Wire>, WireError> connect(
      const PostgresOptions& options);

  /// Has the requests carried out in order, up to the first that fails.
  /// Returns: the answer to each. Errors: that of the first that failed; the answers to those
  /// before it are lost.
  [[nodiscard]] std::expected<std::vector<Answer>, WireError> exchange(
      std::span<const Request> requests);

  [[nodiscard]] bool is_lost() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

  /// Takes the notifications that have arrived from other sessions, and waits for none.
  /// Returns: whether there was one with this payload.
  [[nodiscard]] bool take_notification(std::string_view payload);

  /// A name as SQL takes it.
  [[nodiscard]] std::string quoted(const std::string& name) const;

  /// "PostgreSQL database "jobs" at db:5432".
  [[nodiscard]] std::string name() const;

 private:
  struct Finish {
    OwnProcess process;
    void operator()(PGconn* connection) const;
  };
  using Connection = std::unique_ptr<PGconn, Finish>;

  Wire(Connection connection, const PostgresOptions& options)
      : connection_(std::move(connection)),
        is_pipelining_(options.pipelining),
        wait_(options.wait) {}

  using Answers = std::expected<std::vector<Answer>, WireError>;
  Answers exchange_in_pipeline(std::span<const Request> requests);
  Answers exchange_one_by_one(std::span<const Request> requests);
  [[nodiscard]] bool is_prepared(const Request& request) const;
  /// Returns: whether it could be put on its way.
  bool send_preparation(const Request& request);
  bool send(const Request& request);
  /// The name that the statement has, or is to get.
  [[nodiscard]] std::string name_of(std::string_view sql);
  [[nodiscard]] bool flush();
  /// The next answer, null at the end of one request's.
  [[nodiscard]] Answer receive();
  [[nodiscard]] WireError lost() const;
  void wait(bool to_write) const;

  Connection connection_;
  bool is_pipelining_;
  std::function<void(int socket, bool to_write)> wait_;
  struct Prepared {
    std::string name;
    bool is_known = false;  ///< to the server
  };
  std::map<std::string_view, Prepared> statements_;
};

}  // namespace lease::postgres
