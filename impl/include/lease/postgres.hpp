#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lease/attempt_repository.hpp"

namespace lease {

class Observer;

struct PostgresOptions {
  /// Where the server is, as libpq takes it: "host=db dbname=jobs", "postgresql://db/jobs", or
  /// empty for what the environment says (PGHOST, PGSERVICE, …). A password is best left to the
  /// passfile, the service file or the environment; wherever it stands, no message of this library
  /// shows it.
  std::string conninfo;
  /// The schema of the database that holds the repository, and nothing else. Several repositories
  /// in one database differ in it.
  std::string schema = "lease";
  /// How its sessions are called in the server's pg_stat_activity, unless `conninfo` says so.
  std::string application_name = "lease";
  /// How long a statement may wait for a row that another transaction holds; then the call answers
  /// `unavailable`. 0 and less: as long as it takes.
  Duration lock_timeout{5000};
  /// How long the server may work on one statement; then the call answers `unavailable`. It is also
  /// how long the server lets a transaction stand still whose process has been stopped in the
  /// middle, before it ends it for the sake of the others. 0 and less: as long as it takes.
  Duration statement_timeout{30'000};
  /// Makes the schema, or takes an older one to the present one. Without it both are `unavailable`
  /// and stay as they are: for tools, which must not shut older programs out that are at work.
  bool migrate = true;
  /// Opens a repository on a server that loses what it has acknowledged when the power fails
  /// (fsync = off, full_page_writes = off), too: for tests.
  bool allow_unsafe_server = false;
  /// Sends the statements of a step in one packet, prepared once, and waits once. False prepares
  /// none and waits for each: for proxies that take no pipelines, and for those who want to watch
  /// the statements one by one.
  bool pipelining = true;
  /// How to wait until the server's answer can be read, or, `to_write`, until the socket takes
  /// more: for programs with fibers or an event loop of their own. It may return early. Empty: the
  /// thread stands still in poll(2).
  std::function<void(int socket, bool to_write)> wait = {};
  /// Hears what the repository does, and must outlive it. Null: nothing is measured.
  Observer* observer = nullptr;
};

/// Opens a durable repository in a PostgreSQL database (13 or newer, in UTF-8): rules, orders and
/// answers are those of the other backends. It has one connection; callers that wait at the same
/// time share a transaction and its commit. Several objects, processes and machines may have the
/// same schema open.
///
/// Each operation locks the rows that it changes before it decides, at READ COMMITTED: it waits for
/// who holds them and sees what they have become. A claim of several passes over rows that others
/// hold. A transaction that the server refuses for what others did meanwhile (a deadlock, the same
/// attempt enqueued twice), or whose connection was lost before its COMMIT was sent, is carried out
/// again, a few times. A connection that is lost after that is `unavailable`, with effect unknown;
/// the next call connects anew.
///
/// Returns: never null. Pre: `clock` and `ids` must outlive the repository.
/// Errors: `unavailable` (no server, no right, a standby, a server that loses what it has
/// acknowledged, an older or no schema where `migrate` is off); `corrupt` (a schema that holds
/// something else, or that a newer library has migrated, a database that is not in UTF-8). What is
/// refused is left as it was.
///
/// Not through a proxy that pools transactions, as PgBouncer does with `pool_mode = transaction`:
/// statements are prepared, settings and notifications are the session's. Pool sessions, or connect
/// directly.
///
/// A repository is of the process that opened it: in a child of that process, after fork(2), it
/// answers `unavailable`, and its destructor leaves the parent's connection alone.
/// Thread: any.
[[nodiscard]] Result<std::unique_ptr<AttemptRepository>> open_postgres_repository(
    const PostgresOptions& options, Clock& clock, IdSource& ids);

/// Deletes the schema with all that it holds. Again is Ok.
/// Errors: as of opening; `corrupt` where the schema holds something else than a repository, which
/// stays as it is.
[[nodiscard]] Result<void> drop_postgres_repository(const PostgresOptions& options);

}  // namespace lease
