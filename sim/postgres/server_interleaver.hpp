#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lease/observer.hpp"
#include "sim/concurrency/case_run.hpp"
#include "sim/postgres/prepared_repository.hpp"

/// Statement-level interleaving on a real server: what several sessions do to one repository at the
/// same time, statement by statement, every schedule within a bound on preemptions.
namespace leasecheck::sim {

struct ServerInterleaveCount {
  std::uint64_t cases = 0;
  std::uint64_t schedules = 0;
  std::uint64_t points = 0;   ///< statements after which somebody else could go on
  std::uint64_t waits = 0;    ///< statements that waited for what another session held
  std::uint64_t repeats = 0;  ///< transactions that were carried out again: deadlocks, same inserts
  std::uint64_t strays = 0;   ///< schedules that went another way than the same decisions before
};

/// Carries out schedules on one repository with as many sessions as a case has operations. Sessions
/// send one statement at a time; once it is answered, anybody may go on whose statement does not
/// wait for another session's lock, as the server itself says. Between schedules the tables get the
/// rows of the prior state back.
/// Thread: one thread.
class ServerInterleaver {
 public:
  /// Errors: in words: no session, or no repository.
  [[nodiscard]] static std::expected<std::unique_ptr<ServerInterleaver>, std::string> make(
      std::shared_ptr<PostgresSubjects> server, std::uint32_t sessions,
      const OpenOnServer& open = lease::open_postgres_repository);

  /// Runs every schedule of the case within the bound until one is found that is wrong, or
  /// `may_go_on` says no.
  /// Pre: the case has as many operations as there are sessions.
  /// Errors: in words: the prior state could not be reached, or the server has gone.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> search(
      const InterleaveCase& subject, std::uint32_t preemptions,
      const std::function<bool()>& may_go_on);

  /// Runs one schedule. Where it does not fit, the session that ran last goes on.
  /// Errors: as `search`.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> replay(
      const InterleaveCase& subject, const std::vector<TaskId>& schedule);

  [[nodiscard]] ServerInterleaveCount count() const;

 private:
  struct Session : lease::Observer {
    std::unique_ptr<RepositoryProcess> process;
    int backend = 0;  ///< the server's process for it
    std::uint64_t repeats = 0;
    void transaction_retried(std::uint64_t times) override { repeats += times; }
  };

  explicit ServerInterleaver(std::unique_ptr<PreparedRepository> repository)
      : repository_(std::move(repository)) {}
  std::expected<void, std::string> open_sessions(std::uint32_t count);
  std::expected<std::optional<Finding>, std::string> run(const InterleaveCase& subject,
                                                         Strategy& strategy);
  /// Stands still until the session's statement is answered, and lets others go on meanwhile.
  void wait(const Session& session, int socket);

  std::unique_ptr<PreparedRepository> repository_;
  std::vector<std::unique_ptr<Session>> sessions_;
  TaskScheduler* scheduler_ = nullptr;  ///< while a schedule is carried out
  ServerInterleaveCount count_;
};

}  // namespace leasecheck::sim
