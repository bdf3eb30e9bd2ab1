#include "sim/disk/file.hpp"

#include <algorithm>
#include <cstring>
#include <ranges>

#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::byte rubbish{0xA5};

// Pages are moved as blocks of memory: the library's algorithms go byte by byte over `std::byte`.
void put(Bytes& content, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::memcpy(content.data() + offset, bytes.data(), bytes.size());
}

void replay(Bytes& content, const DiskFile::Change& change) {
  if (change.resizes) {
    content.resize(change.offset);
  } else {
    put(content, change.offset, change.bytes);
  }
}

/// A part of a change that is kept or lost as one.
struct Piece {
  std::size_t begin;
  std::size_t end;
};

std::vector<Piece> pieces_of(const DiskFile::Change& change, const Device& device) {
  if (change.resizes || device.atomic_writes) return {{0, change.bytes.size()}};
  std::vector<Piece> pieces;
  for (std::size_t begin = 0; begin < change.bytes.size();) {
    const std::uint64_t left_in_sector =
        device.sector_size - (change.offset + begin) % device.sector_size;
    const std::size_t end = std::min<std::uint64_t>(change.bytes.size(), begin + left_in_sector);
    pieces.push_back({begin, end});
    begin = end;
  }
  return pieces;
}

// A sector is written from one end to the other, and where that ends early its bytes are the new
// ones and then the old ones: so a byte that is there already stays. Where bytes change, rubbish is
// worse than both.
// Source: https://sqlite.org/atomiccommit.html, section 2
void tear(Bytes& content, std::uint64_t offset, std::span<const std::byte> bytes,
          const Device& device) {
  Bytes torn(bytes.begin(), bytes.end());
  bool changes = false;
  for (std::size_t i = 0; i < torn.size(); ++i) {
    if (offset + i < content.size() && content[offset + i] == torn[i]) continue;
    changes = true;
    if (i >= torn.size() / 2) torn[i] = rubbish;
  }
  put(content, offset, torn);
  if (device.powersafe_overwrite || !changes) return;
  const std::uint64_t sector = offset - offset % device.sector_size;
  const std::uint64_t end = std::min<std::uint64_t>(content.size(), sector + device.sector_size);
  std::fill(content.begin() + static_cast<std::ptrdiff_t>(sector),
            content.begin() + static_cast<std::ptrdiff_t>(end), rubbish);
}

/// Brings what survives of the changes onto the medium, in their order.
class Survival {
 public:
  Survival(Bytes& durable, const Device& device) : durable_(durable), device_(device) {}

  void take(const DiskFile::Change& change, const Piece& piece, WriteOutcome write_outcome) {
    if (device_.atomic_writes && write_outcome == WriteOutcome::torn)
      write_outcome = WriteOutcome::lost;
    if (has_stopped_) return;
    if (write_outcome != WriteOutcome::kept && device_.sequential) has_stopped_ = true;
    if (change.resizes) {
      if (write_outcome == WriteOutcome::kept) durable_.resize(change.offset);
      return;
    }
    const std::uint64_t offset = change.offset + piece.begin;
    const std::span bytes(change.bytes.data() + piece.begin, piece.end - piece.begin);
    if (device_.safe_append && offset + bytes.size() > durable_.size()) {
      if (write_outcome != WriteOutcome::kept || offset > durable_.size()) return;
    }
    if (write_outcome == WriteOutcome::kept) put(durable_, offset, bytes);
    if (write_outcome == WriteOutcome::torn) tear(durable_, offset, bytes, device_);
  }

 private:
  Bytes& durable_;
  const Device& device_;
  bool has_stopped_ = false;
};

}  // namespace

std::byte* SharedMemory::region(std::size_t index, std::size_t size) {
  while (regions_.size() <= index) {
    regions_.push_back({.bytes = std::make_unique<std::byte[]>(size), .size = size});
  }
  check(regions_[index].size == size, "regions of shared memory are of one size");
  return regions_[index].bytes.get();
}

std::byte* SharedMemory::find_region(std::size_t index) {
  return index < regions_.size() ? regions_[index].bytes.get() : nullptr;
}

std::vector<Bytes> SharedMemory::contents() const {
  std::vector<Bytes> contents;
  for (const Region& region : regions_) {
    contents.emplace_back(region.bytes.get(), region.bytes.get() + region.size);
  }
  return contents;
}

void SharedMemory::set_contents(const std::vector<Bytes>& contents) {
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (contents[i].empty()) continue;
    std::memcpy(region(i, contents[i].size()), contents[i].data(), contents[i].size());
  }
  for (Region& left : regions_ | std::views::drop(contents.size())) {
    std::memset(left.bytes.get(), 0, left.size);
  }
}

std::size_t DiskFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  const Bytes& seen = contents_.seen;
  const std::size_t there =
      offset >= seen.size() ? 0 : std::min<std::uint64_t>(into.size(), seen.size() - offset);
  if (there > 0) std::memcpy(into.data(), seen.data() + offset, there);
  std::memset(into.data() + there, 0, into.size() - there);
  return there;
}

void DiskFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  contents_.unsynced.push_back(
      {.resizes = false, .offset = offset, .bytes = Bytes(bytes.begin(), bytes.end())});
  replay(contents_.seen, contents_.unsynced.back());
}

void DiskFile::resize(std::uint64_t size) {
  contents_.unsynced.push_back({.resizes = true, .offset = size, .bytes = {}});
  replay(contents_.seen, contents_.unsynced.back());
}

void DiskFile::sync() {
  for (const Change& change : contents_.unsynced) replay(contents_.durable, change);
  contents_.unsynced.clear();
}

void DiskFile::remove(Opening& opening) {
  std::erase(openings_, &opening);
  unlock(opening, LockLevel::none);
  opening.shared_slots = opening.exclusive_slots = 0;
  const bool is_mapped =
      std::ranges::any_of(openings_, [](const Opening* other) { return other->memory != nullptr; });
  if (!is_mapped) memory_.reset();
}

bool DiskFile::try_lock(Opening& opening, LockLevel level) {
  if (opening.level >= level) return true;
  LockLevel others = LockLevel::none;
  for (const Opening* other : openings_) {
    if (other != &opening) others = std::max(others, other->level);
  }
  if (level == LockLevel::shared) {
    if (others >= LockLevel::pending) return false;
  } else if (others >= LockLevel::reserved) {
    return false;
  } else if (level == LockLevel::exclusive && others != LockLevel::none) {
    opening.level = LockLevel::pending;
    return false;
  }
  opening.level = level;
  if (level == LockLevel::reserved) opening.has_reserved = true;
  return true;
}

void DiskFile::unlock(Opening& opening, LockLevel level) {
  opening.level = std::min(opening.level, level);
  if (level < LockLevel::reserved) opening.has_reserved = false;
}

bool DiskFile::is_reserved() const {
  return std::ranges::any_of(openings_, &Opening::has_reserved);
}

bool DiskFile::try_lock_slots(Opening& opening, std::uint16_t mask, SlotMode mode) {
  std::uint16_t taken = 0;
  for (const Opening* other : openings_) {
    if (other == &opening) continue;
    taken |= other->exclusive_slots;
    if (mode == SlotMode::exclusive) taken |= other->shared_slots;
  }
  if ((taken & mask) != 0) return false;
  (mode == SlotMode::shared ? opening.shared_slots : opening.exclusive_slots) |= mask;
  return true;
}

void DiskFile::unlock_slots(Opening& opening, std::uint16_t mask) {
  opening.shared_slots &= static_cast<std::uint16_t>(~mask);
  opening.exclusive_slots &= static_cast<std::uint16_t>(~mask);
}

SharedMemory& DiskFile::map(Opening& opening) {
  if (!memory_) memory_ = std::make_shared<SharedMemory>();
  opening.memory = memory_;
  return *memory_;
}

void DiskFile::add_unsynced(const Device& device, std::vector<Fragment>& fragments) const {
  if (!contents_.has_durable_entry) {
    fragments.push_back({Fragment::Kind::created, name_, 0, 0});
  }
  for (const Change& change : contents_.unsynced) {
    for (const Piece& piece : pieces_of(change, device)) {
      fragments.push_back({change.resizes ? Fragment::Kind::resized : Fragment::Kind::written,
                           name_, change.offset + piece.begin, piece.end - piece.begin});
    }
  }
}

bool DiskFile::lose_power(const Device& device, std::span<const WriteOutcome> write_outcomes) {
  auto write_outcome = write_outcomes.begin();
  const bool exists = contents_.has_durable_entry || *write_outcome++ == WriteOutcome::kept;
  Survival survival(contents_.durable, device);
  for (const Change& change : contents_.unsynced) {
    for (const Piece& piece : pieces_of(change, device))
      survival.take(change, piece, *write_outcome++);
  }
  check(write_outcome == write_outcomes.end(), "there is one write_outcome for each fragment");
  contents_.unsynced.clear();
  contents_.has_durable_entry = true;
  contents_.seen = contents_.durable;
  openings_.clear();
  memory_.reset();
  return exists;
}

DiskFile::Contents DiskFile::contents() const {
  Contents all = contents_;
  if (memory_) all.memory = memory_->contents();
  return all;
}

void DiskFile::set_contents(const Contents& contents) {
  contents_ = contents;
  contents_.memory.clear();
  if (memory_) memory_->set_contents(contents.memory);
}

}  // namespace leasecheck::sim
