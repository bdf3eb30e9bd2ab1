#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sim/defects/storage/sqlite_mutant.hpp"
#include "sqlite/schema.hpp"
#include "sqlite/sqlite_store.hpp"
#include "stored_repository.hpp"

/// What the planted defects of storage have in common.
namespace leasecheck::mutants {

using lease::Access;
using lease::AckOutcome;
using lease::AckResult;
using lease::Attempt;
using lease::AttemptId;
using lease::ErrorCode;
using lease::Holder;
using lease::LeaseId;
using lease::LeaseRecord;
using lease::Result;
using lease::Status;
using lease::Time;
using lease::sqlite::Connection;
using lease::sqlite::Query;

/// Operations that are done in several transactions, or too many, or that answer too much.
[[nodiscard]] std::vector<SqliteMutant> split_mutants();
/// What trusts the file's surroundings.
[[nodiscard]] std::vector<SqliteMutant> surroundings_mutants();

/// The repository that ships, with its connection in reach.
class SqliteVariant : public lease::StoredRepository {
 public:
  SqliteVariant(std::unique_ptr<lease::sqlite::Connection> connection, lease::Clock& clock,
                lease::IdSource& ids)
      : SqliteVariant(*connection, std::move(connection), clock, ids) {}

 protected:
  lease::sqlite::Connection& connection() { return *connection_; }

  /// The ids of what a query finds, in a transaction of its own.
  template <typename Find>
  lease::Result<std::vector<lease::AttemptId>> ids_of(Find find) {
    return transact(lease::Access::read, [&]() -> lease::Result<std::vector<lease::AttemptId>> {
      std::vector<lease::AttemptId> found;
      for (const lease::Attempt* attempt : find()) found.push_back(attempt->spec.attempt_id);
      return found;
    });
  }

 private:
  // By reference: arguments have no order, and one that is moved away could be so too early.
  SqliteVariant(lease::sqlite::Connection& reached,
                std::unique_ptr<lease::sqlite::Connection>&& connection, lease::Clock& clock,
                lease::IdSource& ids)
      : StoredRepository(std::make_unique<lease::sqlite::SqliteStore>(std::move(connection)), clock,
                         ids),
        connection_(&reached) {}

  lease::sqlite::Connection* connection_;
};

template <typename Repository>
lease::Result<std::unique_ptr<lease::AttemptRepository>> open_variant(
    const lease::SqliteOptions& options, lease::Clock& clock, lease::IdSource& ids) {
  auto connection = lease::sqlite::Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  if (auto ready = lease::sqlite::prepare_schema(**connection, options.migrate); !ready) {
    return std::unexpected(ready.error());
  }
  return std::make_unique<Repository>(*std::move(connection), clock, ids);
}

}  // namespace leasecheck::mutants
