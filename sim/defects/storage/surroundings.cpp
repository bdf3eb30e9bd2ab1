// What the surroundings of a file do: a system forgets what it could not write, a log is short, a
// process stands still with the lock in its hands, somebody puts another file in the place.

#include "sim/defects/storage/variant.hpp"

namespace leasecheck::mutants {
namespace {

// Its readers see what recovery has found in the log, whether it is on the disk or not.
lease::Result<std::unique_ptr<lease::AttemptRepository>> open_with_log_as_it_is(
    const lease::SqliteOptions& options, lease::Clock& clock, lease::IdSource& ids) {
  auto connection = Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  const auto version = lease::sqlite::enter(**connection, options.migrate);
  if (!version) return std::unexpected(version.error());
  if (*version < lease::sqlite::schema_version) {
    if (auto made = lease::sqlite::migrate(**connection); !made) {
      return std::unexpected(made.error());
    }
  }
  return std::make_unique<SqliteVariant>(*std::move(connection), clock, ids);
}

struct CheckpointNotSynced final : SqliteVariant {
  CheckpointNotSynced(std::unique_ptr<Connection> opened, lease::Clock& clock, lease::IdSource& ids,
                      std::uint32_t every)
      : SqliteVariant(std::move(opened), clock, ids), every_(every) {}

  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const lease::WorkerId& worker_id,
                                   Time lease_expires_at) override {
    auto claimed = SqliteVariant::upsert_lease(attempt_id, worker_id, lease_expires_at);
    write_back();
    return claimed;
  }
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    auto acked = SqliteVariant::ack_attempt(holder, outcome, now);
    write_back();
    return acked;
  }

 private:
  void write_back() {
    if (++calls_ % every_ != 0) return;
    connection().execute(
        "PRAGMA synchronous = OFF; PRAGMA wal_checkpoint; PRAGMA synchronous = FULL");
    static_cast<void>(connection().take_failure());
  }

  std::uint64_t every_;
  std::uint64_t calls_ = 0;
};

lease::Result<std::unique_ptr<lease::AttemptRepository>> open_with_unsynced_checkpoints(
    const lease::SqliteOptions& options, lease::Clock& clock, lease::IdSource& ids) {
  auto connection = Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  if (auto ready = lease::sqlite::prepare_schema(**connection, options.migrate); !ready) {
    return std::unexpected(ready.error());
  }
  return std::make_unique<CheckpointNotSynced>(*std::move(connection), clock, ids,
                                               options.checkpoint_pages);
}

struct BusyIsDone final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override {
    Result<void> done = SqliteVariant::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at);
    const bool is_busy = !done && done.error().message.find("locked") != std::string::npos;
    return is_busy ? Result<void>{} : done;
  }
};

struct PathNotChecked final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    // The lock is its own, and so it asks nobody.
    connection().execute("BEGIN IMMEDIATE");
    if (auto begun = connection().take_failure(); !begun) return std::unexpected(begun.error());
    Result<AckResult> acked = acknowledge(holder, outcome, now);
    const lease::Ending ending = acked ? lease::Ending::commit : lease::Ending::roll_back;
    if (auto ended = store().end(ending); !ended) return std::unexpected(ended.error());
    return acked;
  }
};

}  // namespace

std::vector<SqliteMutant> surroundings_mutants() {
  return {
      {"log_as_it_is", "B123",
       "what recovery finds in the log is shown, whether or not it is on the disk", Search::crash,
       "durable", "leased/heartbeat", open_with_log_as_it_is},
      {"checkpoint_not_synced", "B124",
       "the log is written back and begun anew, and the file is not synced in between",
       Search::crash, "durable", "leased/ack_completed", open_with_unsynced_checkpoints, 1},
      {"busy_is_done", "B125", "a heartbeat that waited in vain for the lock is answered as done",
       Search::stress, "linearizable", "", open_variant<BusyIsDone>},
      {"path_not_checked", "B126",
       "an ack goes to a file that somebody has put another one in the place of", Search::crash,
       "durable", "leased/ack_completed", open_variant<PathNotChecked>}};
}

}  // namespace leasecheck::mutants
