#pragma once

#include <expected>
#include <string>
#include <utility>

#include "sim/postgres/sql_session.hpp"

namespace leasecheck::sim {

/// A session beside those under test: it sees who waits for whom, and keeps the rows of a state to
/// put them back.
/// Thread: one thread.
class Monitor {
 public:
  /// `schema` holds the repository. Errors: in words.
  [[nodiscard]] static std::expected<Monitor, std::string> connect(const std::string& conninfo,
                                                                   const std::string& schema);

  /// The server's process for the session of this application name.
  /// Errors: in words: there is not exactly one.
  [[nodiscard]] std::expected<int, std::string> backend_of(const std::string& application_name);

  /// Whether the server's process waits for a lock that another one holds.
  [[nodiscard]] bool is_blocked(int backend);

  /// Has the server end the sessions of this application name.
  void end_session(const std::string& application_name);

  /// Keeps all rows of the repository.
  std::expected<void, std::string> keep();

  /// Puts them back in the place of what is there. Pre: `keep`.
  std::expected<void, std::string> restore();

 private:
  explicit Monitor(SqlSession session) : session_(std::move(session)) {}
  std::expected<void, std::string> carry_out(const std::string& sql);

  SqlSession session_;
  int restores_ = 0;
};

}  // namespace leasecheck::sim
