#pragma once

#include <string>

#include "sqlite/connection.hpp"

/// The table `operations`: what was done, one row for each operation, until somebody takes it
/// (`take_sqlite_operations`). A repository's file has it once one was asked to record; it is no
/// part of a schema's version, so that programs which do not know it go on.
///
/// `step` is what `done_step` makes of an operation. `seq` is one above the largest. The last row
/// stays when it is taken, with an empty step, so that no number comes twice.
namespace lease::sqlite {

/// Its definition, as SQLite keeps it.
#define OPERATIONS_TABLE \
  "operations (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, step TEXT NOT NULL) STRICT"

/// Makes the table where it is wished for and not there yet.
/// Returns: whether operations are to be recorded.
[[nodiscard]] Result<bool> prepare_operations(Connection& connection, RecordOperations wish);

/// Adds a row, within a transaction. Its time is that of the VFS's clock.
void add_operation(Connection& connection, const std::string& step);

}  // namespace lease::sqlite
