#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace lease {

/// An id of one kind, so that a worker's id cannot be passed for a lease's. Valid ids are 1 to 255
/// bytes of UTF-8 without U+0000 and compare bytewise; operations refuse others with
/// `invalid_argument`, so constructing one is free.
template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& str() const { return text_; }
  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using AttemptId = Id<struct AttemptTag>;
using RunId = Id<struct RunTag>;
using WorkerId = Id<struct WorkerTag>;
using LeaseId = Id<struct LeaseTag>;
using TenantId = Id<struct TenantTag>;

/// Whether `text` is a valid id.
[[nodiscard]] bool is_valid_id(std::string_view text);

/// Where lease ids come from. An id is never given twice, over restarts and resets too.
/// Thread: `next_lease_id` may be called from any thread.
class IdSource {
 public:
  virtual ~IdSource() = default;
  [[nodiscard]] virtual LeaseId next_lease_id() = 0;
};

/// 128 random bits from the operating system, as 32 hexadecimal digits.
class RandomIds final : public IdSource {
 public:
  [[nodiscard]] LeaseId next_lease_id() override;
};

}  // namespace lease
