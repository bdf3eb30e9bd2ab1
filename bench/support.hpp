#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lease/attempt_repository.hpp"

/// What the benchmarks of repositories have in common.
namespace leasecheck::bench {

/// Ends the program: what it was to measure cannot be measured.
[[noreturn]] void give_up(const std::string& message);

/// The value of a result that is to be one.
template <typename T>
T demand(lease::Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// A folder in the present one, since a folder for temporary files may be in memory. It goes with
/// the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A clock that shows what it is told to.
class SetClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override { return time; }
  lease::Time time{lease::Duration{1'000'000}};
};

/// Ids of 16 bytes.
class CountingIds final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override;

 private:
  std::uint64_t last_ = 0;
};

/// A text of 16 bytes: the number after a letter and zeros.
[[nodiscard]] std::string numbered(char letter, std::int64_t number);

/// The attempt of this number; all are of one run.
[[nodiscard]] lease::AttemptSpec spec(std::int64_t number);

[[nodiscard]] inline lease::Holder holder_of(const lease::LeaseRecord& lease) {
  return {lease.lease_id, lease.worker_id};
}

/// Pre: not empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace leasecheck::bench
