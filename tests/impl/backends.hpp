#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lease/memory.hpp"
#include "tests/impl/postgres_fixture.hpp"

namespace leasecheck::tests {

/// A test of what every backend must do and the contract suite cannot show, because it is about
/// locks and exceptions. The parameter is the backend's name.
class EveryBackend : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::unique_ptr<lease::AttemptRepository> open(
      lease::Clock& clock, lease::IdSource& ids, lease::Observer* observer = nullptr) {
    if (is_memory()) return lease::make_memory_repository(clock, ids, observer);
    if (is_postgres()) {
      lease::PostgresOptions options = postgres();
      options.observer = observer;
      return value_of(lease::open_postgres_repository(options, clock, ids));
    }
    return value_of(lease::open_sqlite_repository({.path = file(),
                                                   .busy_timeout = lease::Duration{0},
                                                   .vfs = {},
                                                   .allow_shared_file_system = false,
                                                   .observer = observer},
                                                  clock, ids));
  }
  [[nodiscard]] static bool is_memory() { return std::string(GetParam()) == "Memory"; }
  [[nodiscard]] static bool is_sqlite() { return std::string(GetParam()) == "Sqlite"; }
  [[nodiscard]] static bool is_postgres() { return std::string(GetParam()) == "Postgres"; }
  [[nodiscard]] std::string file() const { return directory.path() / "queue.sqlite"; }

  /// The test's own schema.
  [[nodiscard]] const lease::PostgresOptions& postgres() {
    if (!options_) options_ = postgres_server().new_repository();
    return *options_;
  }

  TemporaryDirectory directory;

 private:
  std::optional<lease::PostgresOptions> options_;
};

}  // namespace leasecheck::tests

#define LEASE_EVERY_BACKEND(Suite)                                                           \
  INSTANTIATE_TEST_SUITE_P(Backends, Suite, testing::Values("Memory", "Sqlite", "Postgres"), \
                           [](const auto& info) { return info.param; })
