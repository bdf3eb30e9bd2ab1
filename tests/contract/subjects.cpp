#include "tests/contract/subjects.hpp"

#include <vector>

#include "lease/memory.hpp"
#include "lease/sqlite.hpp"
#include "sim/registry/postgres_registry.hpp"

namespace leasecheck::tests {
namespace {

auto make_model(const std::filesystem::path&)
    -> std::expected<std::unique_ptr<sim::Subject>, sim::BrokenSubject> {
  return sim::make_model_subject();
}

auto make_memory(const std::filesystem::path&) {
  return sim::make_repository_subject("memory", [](lease::Clock& clock, lease::IdSource& ids) {
    return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
        lease::make_memory_repository(clock, ids));
  });
}

auto make_sqlite(const std::filesystem::path& directory) {
  const std::string file = directory / "lease.db";
  return sim::make_repository_subject("sqlite", [file](lease::Clock& clock, lease::IdSource& ids) {
    lease::SqliteOptions options;
    options.path = file;
    return lease::open_sqlite_repository(options, clock, ids);
  });
}

// One server for all tests of this process; it stops with it.
auto make_postgres(const std::filesystem::path&)
    -> std::expected<std::unique_ptr<sim::Subject>, sim::BrokenSubject> {
  static const auto server = sim::postgres_server("postgres");
  if (!server) return std::unexpected(sim::BrokenSubject{server.error()});
  return sim::PostgresSubjects::make(*server);
}

}  // namespace

std::span<const ContractSubject> contract_subjects() {
  static const std::vector<ContractSubject> subjects = {{"Model", make_model},
                                                        {"Memory", make_memory},
                                                        {"Sqlite", make_sqlite},
                                                        {"Postgres", make_postgres}};
  return subjects;
}

}  // namespace leasecheck::tests
