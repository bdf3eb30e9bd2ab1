#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/disk/device.hpp"

namespace leasecheck::sim {

/// SQLite's five levels of a lock on a database file.
/// Source: https://www.sqlite.org/lockingv3.html
enum class LockLevel : std::uint8_t { none, shared, reserved, pending, exclusive };

/// What processes share of one file in memory: SQLite's index into its log. Gone with the power.
class SharedMemory {
 public:
  /// Region number `index`, zeroed when it is new. Its address stays.
  [[nodiscard]] std::byte* region(std::size_t index, std::size_t size);
  /// Returns: null if nobody has asked for it yet.
  [[nodiscard]] std::byte* find_region(std::size_t index);

  [[nodiscard]] std::vector<std::vector<std::byte>> contents() const;
  /// Puts these contents into the regions; those beyond are zeroed.
  void set_contents(const std::vector<std::vector<std::byte>>& contents);

 private:
  struct Region {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::vector<Region> regions_;
};

/// One process's hold on a file: what an open file descriptor is to an operating system.
struct Opening {
  LockLevel level = LockLevel::none;
  bool has_reserved = false;       ///< who undoes a journal is `exclusive` without it
  std::uint16_t shared_slots = 0;  ///< locks on the shared memory, one bit for each of the eight
  std::uint16_t exclusive_slots = 0;
  std::shared_ptr<SharedMemory> memory;  ///< once it is mapped
};

/// One file: what every process sees of it, what of that is on the medium, and who has it locked.
class DiskFile {
 public:
  struct Change {
    bool resizes = false;
    std::uint64_t offset = 0;  ///< or the new size
    std::vector<std::byte> bytes;
    auto operator<=>(const Change&) const = default;
  };
  /// Everything but the locks.
  struct Contents {
    std::vector<std::byte> seen;
    std::vector<std::byte> durable;
    std::vector<Change> unsynced;  ///< oldest first
    bool has_durable_entry = false;
    std::vector<std::vector<std::byte>> memory;
    auto operator<=>(const Contents&) const = default;
  };

  explicit DiskFile(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return contents_.seen.size(); }

  /// Returns: how many bytes there were to read; the rest of `into` is zeroed.
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) const;
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  void resize(std::uint64_t size);

  /// Its bytes are on the medium from now on.
  void sync();
  /// A sync fails, and the system takes what it could not write for written: everybody goes on
  /// seeing it until the power goes, and no later sync brings it onto the medium.
  /// Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020
  void forget_unsynced() { contents_.unsynced.clear(); }

  /// So is its name.
  void sync_entry() { contents_.has_durable_entry = true; }
  [[nodiscard]] bool has_durable_entry() const { return contents_.has_durable_entry; }

  void add(Opening& opening) { openings_.push_back(&opening); }
  /// Gives up its locks; the last one to go takes the shared memory with it.
  void remove(Opening& opening);

  /// Returns: whether it was granted. `exclusive` leaves `pending` behind when readers are in its
  /// way.
  [[nodiscard]] bool try_lock(Opening& opening, LockLevel level);
  void unlock(Opening& opening, LockLevel level);
  /// Whether somebody has asked for `reserved`. Whoever goes from `shared` to `exclusive` at once,
  /// to undo what a journal says, has not: others who find the journal must not take it for a
  /// writer's.
  [[nodiscard]] bool is_reserved() const;

  enum class SlotMode : std::uint8_t { shared, exclusive };
  /// Locks on the slots of the mask. Returns: whether all were granted; if not, none was.
  [[nodiscard]] bool try_lock_slots(Opening& opening, std::uint16_t mask, SlotMode mode);
  void unlock_slots(Opening& opening, std::uint16_t mask);

  /// The opening's hold on the shared memory, which is made if there is none.
  SharedMemory& map(Opening& opening);

  /// Adds the pieces of what is not on the medium, oldest first.
  void add_unsynced(const Device& device, std::vector<Fragment>& fragments) const;

  /// The power goes: `write_outcomes` are those of the pieces of `add_unsynced`. All locks and the
  /// shared memory are gone. Returns: whether the file still exists.
  [[nodiscard]] bool lose_power(const Device& device, std::span<const WriteOutcome> write_outcomes);

  [[nodiscard]] Contents contents() const;
  void set_contents(const Contents& contents);

 private:
  std::string name_;
  Contents contents_;
  std::vector<Opening*> openings_;
  std::shared_ptr<SharedMemory> memory_;
};

}  // namespace leasecheck::sim
