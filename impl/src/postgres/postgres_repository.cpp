#include <utility>

#include "failure.hpp"
#include "lease/postgres.hpp"
#include "postgres/postgres_store.hpp"
#include "postgres/schema.hpp"
#include "stored_repository.hpp"

namespace lease {
namespace {

// PostgreSQL cuts longer names off, and two of them would be one.
Result<void> check_schema(const std::string& schema) {
  constexpr std::size_t longest = 63;
  if (!schema.empty() && schema.size() <= longest) return {};
  return failure(
      ErrorCode::invalid_argument,
      "the schema's name must have 1 to 63 bytes, and has " + std::to_string(schema.size()));
}

}  // namespace

Result<std::unique_ptr<AttemptRepository>> open_postgres_repository(const PostgresOptions& options,
                                                                    Clock& clock, IdSource& ids) {
  if (auto valid = check_schema(options.schema); !valid) return std::unexpected(valid.error());
  auto connection = postgres::Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  return std::make_unique<StoredRepository>(
      std::make_unique<postgres::PostgresStore>(*std::move(connection)), clock, ids,
      options.observer);
}

Result<void> drop_postgres_repository(const PostgresOptions& options) {
  if (auto valid = check_schema(options.schema); !valid) return valid;
  const auto wire = postgres::Wire::connect(options);
  if (!wire) {
    return failure(ErrorCode::unavailable, "PostgreSQL: " + wire.error().message);
  }
  return postgres::drop(**wire, options);
}

}  // namespace lease
