#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace lease {

/// Finds entries by their texts: a hash table with linear probing (Knuth, "The Art of Computer
/// Programming", vol. 3, 6.4, algorithms L and R). A slot keeps the hash beside the pointer, so
/// that a look-up touches one entry, the one that it finds. The entries belong to the caller.
/// `KeyOf` is a function object that answers an entry's text.
template <typename Entry, typename KeyOf>
class Table {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Returns: null when there is none.
  [[nodiscard]] Entry* find(std::string_view key) const {
    return slots_.empty() ? nullptr : slots_[slot_of(key, hash_of(key))].entry;
  }

  /// Returns: whether no other entry had this text; otherwise nothing has changed.
  [[nodiscard]] bool insert(Entry& entry) {
    if (4 * (size_ + 1) > 3 * slots_.size()) grow();
    const std::string_view key = KeyOf{}(entry);
    const std::uint32_t hash = hash_of(key);
    Slot& slot = slots_[slot_of(key, hash)];
    if (slot.entry != nullptr) return false;
    slot = {&entry, hash};
    ++size_;
    return true;
  }

  /// Pre: an entry has this text.
  void erase(std::string_view key) {
    std::size_t free = slot_of(key, hash_of(key));
    // Whatever lies further from its place than the gap moves into it, so that no search ends here.
    for (std::size_t next = after(free); slots_[next].entry != nullptr; next = after(next)) {
      const std::size_t distance = (next - slots_[next].hash) & mask();
      if (distance < ((next - free) & mask())) continue;
      slots_[free] = slots_[next];
      free = next;
    }
    slots_[free] = {};
    --size_;
  }

  /// Calls `visit(entry)` for each, in an order that means nothing: it is up to the caller to sort.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.entry != nullptr) visit(*slot.entry);
    }
  }

 private:
  struct Slot {
    Entry* entry = nullptr;
    std::uint32_t hash = 0;
  };

  static std::uint32_t hash_of(std::string_view key) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(key));
  }
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  [[nodiscard]] std::size_t after(std::size_t slot) const { return (slot + 1) & mask(); }

  /// The slot with this text, or the free one where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint32_t hash) const {
    std::size_t slot = hash & mask();
    while (slots_[slot].entry != nullptr &&
           (slots_[slot].hash != hash || KeyOf{}(*slots_[slot].entry) != key)) {
      slot = after(slot);
    }
    return slot;
  }

  void grow() {
    constexpr std::size_t fewest = 16;
    const std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? fewest : 2 * slots_.size()));
    for (const Slot& moved : old) {
      if (moved.entry == nullptr) continue;
      std::size_t slot = moved.hash & mask();
      while (slots_[slot].entry != nullptr) slot = after(slot);
      slots_[slot] = moved;
    }
  }

  std::vector<Slot> slots_;  ///< a power of two, at most three quarters in use
  std::size_t size_ = 0;
};

}  // namespace lease
