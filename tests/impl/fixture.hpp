#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "lease/attempt_repository.hpp"
#include "lease/sqlite.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasecheck::tests {

[[nodiscard]] inline lease::Time at(std::int64_t ms) {
  return lease::Time{lease::Duration{ms}};
}

/// Shows what it is told to.
class ManualClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    ++reads;
    return at(ms);
  }
  std::atomic<std::int64_t> ms = 1000;
  std::atomic<int> reads = 0;
};

[[nodiscard]] inline lease::AttemptSpec attempt(const std::string& id) {
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId(id);
  spec.run_id = lease::RunId("run");
  return spec;
}

inline const lease::WorkerId worker{"worker"};

[[nodiscard]] inline lease::Holder holder_of(const lease::LeaseRecord& lease) {
  return {lease.lease_id, lease.worker_id};
}

/// A database file that several repositories may have open.
class SqliteTest : public testing::Test {
 protected:
  using Opened = lease::Result<std::unique_ptr<lease::AttemptRepository>>;

  [[nodiscard]] std::string file() const { return directory.path() / "queue.sqlite"; }

  [[nodiscard]] Opened open(lease::Duration busy_timeout = lease::Duration{5000}) {
    return open_at(file(), busy_timeout);
  }
  [[nodiscard]] Opened open_at(const std::string& path,
                               lease::Duration busy_timeout = lease::Duration{0}) {
    return lease::open_sqlite_repository(
        {.path = path, .busy_timeout = busy_timeout, .vfs = {}, .allow_shared_file_system = false},
        clock, ids);
  }

  TemporaryDirectory directory;
  ManualClock clock;
  lease::RandomIds ids;
};

/// Asserts that a result is a value and gives it.
template <typename T>
T value_of(lease::Result<T> result) {
  if (!result) throw std::runtime_error("unexpected error: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Asserts that a result is an error and gives it.
template <typename T>
[[nodiscard]] lease::Error error_of(const lease::Result<T>& result) {
  if (result) throw std::runtime_error("unexpected success");
  return result.error();
}

}  // namespace leasecheck::tests
