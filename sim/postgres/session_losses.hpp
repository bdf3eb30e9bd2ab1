#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/concurrency/interleave_case.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/postgres/prepared_repository.hpp"

/// Sessions that end in the middle: what an operation says when its session is lost at any of its
/// statements, and what is stored then.
namespace leasecheck::sim {

/// Where a session is lost.
struct SessionLoss {
  enum class Kind : std::uint8_t {
    session_lost,  ///< the server ends it while it carries the statement out
    answer_lost    ///< the connection is cut once the server has answered, and the answer with it
  };
  Kind kind = Kind::session_lost;
  std::uint64_t statement = 1;  ///< of the operation, counted from 1
  bool operator==(const SessionLoss&) const = default;
};

/// "answer_lost@3", as traces and `--point` have it.
[[nodiscard]] std::string session_loss_text(const SessionLoss& loss);
/// Returns: nothing for text that says something else.
[[nodiscard]] std::optional<SessionLoss> session_loss_from_text(std::string_view text);

struct SessionLossCount {
  std::uint64_t cases = 0;
  std::uint64_t losses = 0;   ///< sessions that ended in the middle of an operation
  std::uint64_t repeats = 0;  ///< operations that were carried out again in another session
  std::uint64_t unknown = 0;  ///< answers that leave open what has happened
};

/// Every operation on every prior state: a case has one operation.
[[nodiscard]] std::vector<InterleaveCase> session_loss_cases();

/// Carries out an operation in a session that is lost, in each way, at the first of its statements,
/// the second and so on until the operation has no more.
/// Judges it by `linearizable` (rule 17): what is stored is the state before or after, as the
/// answer says; where the answer leaves it open, one of them. Thread: one thread.
class SessionLosses {
 public:
  /// Errors: in words: no session, or no repository.
  [[nodiscard]] static std::expected<std::unique_ptr<SessionLosses>, std::string> make(
      std::shared_ptr<PostgresSubjects> server,
      const OpenOnServer& open = lease::open_postgres_repository);

  /// Errors: in words: the prior state could not be reached, or the server has gone.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> search(
      const InterleaveCase& subject);

  /// Loses the session at this point alone.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> replay(
      const InterleaveCase& subject, const SessionLoss& loss);

  [[nodiscard]] const SessionLossCount& count() const { return count_; }

 private:
  explicit SessionLosses(std::unique_ptr<PreparedRepository> repository)
      : repository_(std::move(repository)) {}
  struct Tried {
    bool was_lost = false;  ///< the operation had so many statements
    std::optional<Finding> finding;
  };
  std::expected<Tried, std::string> try_at(const InterleaveCase& subject, const SessionLoss& loss);

  std::unique_ptr<PreparedRepository> repository_;
  SessionLossCount count_;
};

}  // namespace leasecheck::sim
