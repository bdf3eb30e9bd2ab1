#include <utility>

#include "lease/sqlite.hpp"
#include "sqlite/operations.hpp"
#include "sqlite/schema.hpp"
#include "sqlite/sqlite_store.hpp"
#include "stored_repository.hpp"

namespace lease {

Result<std::unique_ptr<AttemptRepository>> open_sqlite_repository(const SqliteOptions& options,
                                                                  Clock& clock, IdSource& ids) {
  auto connection = sqlite::Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  if (auto ready = sqlite::prepare_schema(**connection, options.migrate); !ready) {
    return std::unexpected(ready.error());
  }
  const auto records = sqlite::prepare_operations(**connection, options.record_operations);
  if (!records) return std::unexpected(records.error());
  return std::make_unique<StoredRepository>(
      std::make_unique<sqlite::SqliteStore>(*std::move(connection), *records), clock, ids,
      options.observer);
}

}  // namespace lease
