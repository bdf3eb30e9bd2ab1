#include "sim/defects/server/postgres_mutants.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "postgres/postgres_store.hpp"
#include "stored_repository.hpp"

namespace leasecheck::mutants {
namespace {

using lease::Clock;
using lease::IdSource;
using lease::PostgresOptions;
using lease::Result;
using Opened = Result<std::unique_ptr<lease::AttemptRepository>>;

/// In statements that hold `where`, `from` becomes `to`.
struct Rewording {
  std::string_view where;
  std::string_view from;
  std::string_view to;
};

class RewordedConnection final : public lease::postgres::Connection {
 public:
  [[nodiscard]] static Result<std::unique_ptr<lease::postgres::Connection>> open(
      const PostgresOptions& options, const Rewording& rewording) {
    std::unique_ptr<RewordedConnection> made(new RewordedConnection(options, rewording));
    if (auto connected = made->connect(options.migrate); !connected) {
      return std::unexpected(connected.error());
    }
    return made;
  }

 protected:
  [[nodiscard]] std::string_view wording(std::string_view sql) override {
    if (sql.find(rewording_.where) == std::string_view::npos) return sql;
    const auto known = reworded_.find(sql);
    if (known != reworded_.end()) return known->second;
    std::string text(sql);
    if (const auto at = text.find(rewording_.from); at != std::string::npos) {
      text.replace(at, rewording_.from.size(), rewording_.to);
    }
    return reworded_.emplace(sql, std::move(text)).first->second;
  }

 private:
  RewordedConnection(const PostgresOptions& options, const Rewording& rewording)
      : Connection(options), rewording_(rewording) {}

  Rewording rewording_;
  std::map<std::string_view, std::string> reworded_;
};

template <typename Store>
Opened repository_on(Result<std::unique_ptr<lease::postgres::Connection>> connection,
                     const PostgresOptions& options, Clock& clock, IdSource& ids) {
  if (!connection) return std::unexpected(connection.error());
  return std::make_unique<lease::StoredRepository>(std::make_unique<Store>(*std::move(connection)),
                                                   clock, ids, options.observer);
}

template <const Rewording& rewording>
Opened reworded(const PostgresOptions& options, Clock& clock, IdSource& ids) {
  return repository_on<lease::postgres::PostgresStore>(RewordedConnection::open(options, rewording),
                                                       options, clock, ids);
}

class NeverRepeating final : public lease::postgres::PostgresStore {
 public:
  using PostgresStore::PostgresStore;
  [[nodiscard]] bool is_worth_repeating() const override { return false; }
};

class SureOfItsCommit final : public lease::postgres::PostgresStore {
 public:
  using PostgresStore::PostgresStore;
  Result<void> end(lease::Ending ending) override {
    auto ended = PostgresStore::end(ending);
    if (!ended) ended.error().effect = lease::Effect::none;
    return ended;
  }
};

Opened sure_of_its_commit(const PostgresOptions& options, Clock& clock, IdSource& ids) {
  return repository_on<SureOfItsCommit>(lease::postgres::Connection::open(options), options, clock,
                                        ids);
}

Opened never_repeating(const PostgresOptions& options, Clock& clock, IdSource& ids) {
  return repository_on<NeverRepeating>(lease::postgres::Connection::open(options), options, clock,
                                       ids);
}

constexpr Rewording by_id{"WHERE attempt.attempt_id = $1", " FOR UPDATE", ""};
constexpr Rewording by_lease{"WHERE attempt.lease_id = $1", " FOR UPDATE", ""};
constexpr Rewording expired{"attempt.lease_expires_at < $1", " FOR UPDATE", ""};
constexpr Rewording overdue{"attempt.deadline <= $1", " FOR UPDATE", ""};
constexpr Rewording dead{"WHERE attempt.dead_at <= $1", " FOR UPDATE", ""};
constexpr Rewording candidates{"SKIP LOCKED", "FOR UPDATE OF attempt SKIP LOCKED", ""};
constexpr Rewording collated{"attempt.attempt_id LIMIT $5", "attempt.attempt_id LIMIT $5",
                             "attempt.attempt_id COLLATE \"en-x-icu\" LIMIT $5"};
constexpr Rewording server_clock{"attempt.lease_expires_at < $1", "lease_expires_at < $1",
                                 "lease_expires_at < CASE WHEN $1::bigint IS NOT NULL "
                                 "THEN (extract(epoch FROM clock_timestamp()) * 1000)::bigint END"};

constexpr std::array mutants{
    PostgresMutant{"claims_what_it_read", "B01",
                   "A claim reads its attempt without locking it, and then writes.", "linearizable",
                   "interleave", "queued/claim+claim", reworded<by_id>},
    PostgresMutant{"claims_several_it_read", "B01",
                   "A claim of several reads what is dispatchable without locking it.",
                   "linearizable", "interleave", "queued/claim+claim_several",
                   reworded<candidates>},
    PostgresMutant{"acks_what_it_read", "rule 17",
                   "The holder of a lease is looked up without locking the attempt.",
                   "linearizable", "interleave", "leased/ack_completed+reap", reworded<by_lease>},
    PostgresMutant{"reaps_what_it_read", "rule 5",
                   "A reap reads what has expired without locking it: a heartbeat comes between.",
                   "linearizable", "interleave", "leased/heartbeat+reap", reworded<expired>},
    PostgresMutant{"times_out_what_it_read", "rule 7",
                   "A timeout reads what is overdue without locking it: an ack comes between.",
                   "linearizable", "interleave", "leased/ack_completed+time_out",
                   reworded<overdue>},
    PostgresMutant{"prunes_what_it_read", "rule 28",
                   "A prune reads dead letters without locking them: a replay comes between.",
                   "linearizable", "interleave", "failed/replay+prune", reworded<dead>},
    PostgresMutant{"is_never_carried_out_again", "rule 17",
                   "A transaction that the server refuses for what others did is given up.",
                   "available", "interleave", "empty/enqueue+enqueue", never_repeating},
    PostgresMutant{"is_sure_of_its_commit", "rule 17",
                   "A session that is lost at its COMMIT is answered as if nothing had happened.",
                   "linearizable", "crash", "queued/claim", sure_of_its_commit},
    PostgresMutant{"sorts_by_a_collation", "rule 29",
                   "Lists are in the order of a language instead of that of bytes.",
                   "listed_exactly", "simulate", "", reworded<collated>},
    PostgresMutant{"reaps_by_the_servers_clock", "rule 5",
                   "The reap's cut-off is the server's clock instead of the caller's.",
                   "requeue_after_grace", "simulate", "", reworded<server_clock>},
};

}  // namespace

std::span<const PostgresMutant> postgres_mutants() {
  return mutants;
}

const PostgresMutant* find_postgres_mutant(std::string_view name) {
  const auto found = std::ranges::find(mutants, name, &PostgresMutant::name);
  return found == mutants.end() ? nullptr : &*found;
}

}  // namespace leasecheck::mutants
