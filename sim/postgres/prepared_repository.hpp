#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "sim/concurrency/prior_states.hpp"
#include "sim/postgres/monitor.hpp"
#include "sim/postgres/subjects.hpp"
#include "sim/subject/repository_process.hpp"

namespace leasecheck::sim {

/// A repository on a server that is brought to one prior state again and again.
/// Thread: one thread.
class PreparedRepository {
 public:
  /// Errors: in words: no session, or no repository.
  [[nodiscard]] static std::expected<std::unique_ptr<PreparedRepository>, std::string> make(
      std::shared_ptr<PostgresSubjects> server, const OpenOnServer& open);

  /// Leads to the state, operation by operation, and keeps it.
  /// Errors: in words: an operation is refused, or the repository is not where the model is.
  std::expected<void, std::string> lead_to(const PriorState& prior);

  /// Puts the state that was kept last in the place of what is there.
  std::expected<void, std::string> restore();

  /// What is stored now.
  [[nodiscard]] lease::Result<model::Snapshot> snapshot() { return leader_->snapshot(); }

  /// Opens it in one more session, which sends one statement at a time and waits for locks as long
  /// as it takes. `name` is the session's on the server.
  [[nodiscard]] std::expected<std::unique_ptr<RepositoryProcess>, std::string> open_session(
      const std::string& name, std::function<void(int socket, bool to_write)> wait,
      lease::Observer* observer = nullptr);

  /// How the sessions of this name are called on the server, among those of others.
  [[nodiscard]] std::string session_name(const std::string& name) const {
    return options_.schema + '_' + name;
  }

  [[nodiscard]] Monitor& monitor() { return *monitor_; }

 private:
  PreparedRepository(std::shared_ptr<PostgresSubjects> server, lease::PostgresOptions options,
                     OpenOnServer open)
      : server_(std::move(server)), options_(std::move(options)), open_(std::move(open)) {}

  std::shared_ptr<PostgresSubjects> server_;
  lease::PostgresOptions options_;
  OpenOnServer open_;
  SharedLeaseIds ids_;
  std::uint64_t leases_issued_ = 0;  ///< in the state that is kept
  std::unique_ptr<RepositoryProcess> leader_;
  std::optional<Monitor> monitor_;  ///< once it is made
};

}  // namespace leasecheck::sim
