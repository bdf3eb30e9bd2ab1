#pragma once

#include "sqlite/connection.hpp"

namespace lease::sqlite {

/// The schema that this library writes; databases carry theirs in `user_version`.
inline constexpr std::int64_t schema_version = 2;

/// What marks a database as ours, in `application_id`: "leas".
inline constexpr std::int64_t application_id = 0x6c656173;

/// Makes the file a repository of the present schema: checks that it is empty or a repository's,
/// switches it to WAL with full synchronisation, syncs what other processes left in its log, and
/// migrates an empty or older one forward in one transaction. Several processes may do so at once.
/// A file that is refused is left as it was.
/// Errors: `corrupt` for what is no database, another application's, or of a newer schema;
/// `unavailable`, also for what is to be migrated and may not be.
[[nodiscard]] Result<void> prepare_schema(Connection& connection, bool may_migrate);

// The steps of it, between which it makes the log safe.

/// Checks whose database it is, and switches to a durable write-ahead log.
/// Returns: the version of its schema, 0 if it has none.
[[nodiscard]] Result<std::int64_t> enter(Connection& connection, bool may_migrate);
/// Takes an older schema, or none, to the present one.
[[nodiscard]] Result<void> migrate(Connection& connection);

/// A connection to a repository that is there, of the present schema. Makes and migrates nothing.
/// Errors: as above; `unavailable` where there is no file.
[[nodiscard]] Result<std::unique_ptr<Connection>> open_existing(const SqliteOptions& options);

/// Fails the present transaction as `corrupt` if a newer library has migrated the file since it was
/// opened. Complexity: reads the first page, which a transaction looks at anyway.
void check_schema_version(Connection& connection);

}  // namespace lease::sqlite
