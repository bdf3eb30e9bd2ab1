#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "lease/words.hpp"

namespace lease {

/// An id of one kind, so that a worker's id cannot be passed for a lease's. Valid ids are 1 to 255
/// bytes of UTF-8 without U+0000. Any text can be held; operations answer `invalid_argument` to one
/// that is not valid. Ids compare bytewise.
template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  /// Returns: the text, which lives as long as the id.
  [[nodiscard]] const std::string& str() const { return text_; }

  /// Takes another text, in the room that the id has.
  void assign(std::string_view text) { text_.assign(text); }

  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using AttemptId = Id<struct AttemptTag>;
using RunId = Id<struct RunTag>;
using WorkerId = Id<struct WorkerTag>;
using LeaseId = Id<struct LeaseTag>;
using TenantId = Id<struct TenantTag>;

/// Returns: the id's text, which lives as long as the id.
template <typename Tag>
[[nodiscard]] std::string_view to_string(const Id<Tag>& id) {
  return id.str();
}

/// Whether `text` is a valid id.
/// Complexity: O(length), and O(1) for one that is too long.
[[nodiscard]] bool is_valid_id(std::string_view text);

/// Where lease ids come from. Whoever is given a source keeps a reference: the source must live
/// longer.
class IdSource {
 public:
  IdSource(const IdSource&) = delete;
  IdSource& operator=(const IdSource&) = delete;
  virtual ~IdSource() = default;

  /// Returns: a valid id that was never given before, over restarts and resets too. One that is
  /// given twice while an attempt still remembers it ends the process in a memory repository and is
  /// `corrupt` in SQLite.
  /// Pre (of an implementation): it does not call the repository that asks, which holds its lock
  /// meanwhile. It may throw: the claim then has no effect, and its caller gets the exception.
  /// Thread: any, several at a time.
  [[nodiscard]] virtual LeaseId next_lease_id() = 0;

 protected:
  IdSource() = default;
};

/// The time in milliseconds, 48 bits, then 80 random bits of the system: 32 hexadecimal digits.
class RandomIds final : public IdSource {
 public:
  /// Pre: the system has random bits; a process without them is ended (`abort`).
  /// Thread: any, several at a time; blocks only in early boot, until the kernel has random bits.
  [[nodiscard]] LeaseId next_lease_id() override;
};

}  // namespace lease

template <typename Tag>
struct std::hash<lease::Id<Tag>> {
  [[nodiscard]] std::size_t operator()(const lease::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
