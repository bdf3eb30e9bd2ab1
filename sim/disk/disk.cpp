#include "sim/disk/disk.hpp"

#include <sqlite3.h>

#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim {

std::string_view word(DiskCall call) {
  switch (call) {
    case DiskCall::open:
      return "open";
    case DiskCall::read:
      return "read";
    case DiskCall::write:
      return "write";
    case DiskCall::resize:
      return "resize";
    case DiskCall::sync:
      return "sync";
    case DiskCall::size:
      return "size";
    case DiskCall::remove:
      return "remove";
    case DiskCall::exists:
      return "exists";
    case DiskCall::lock:
      return "lock";
    case DiskCall::unlock:
      return "unlock";
    case DiskCall::map_memory:
      return "map_memory";
    case DiskCall::lock_memory:
      return "lock_memory";
    case DiskCall::unlock_memory:
      return "unlock_memory";
    case DiskCall::barrier:
      return "barrier";
  }
  return "unknown";
}

Disk::Disk(Device device, std::uint64_t seed) : device_(device) {
  check(sqlite3_initialize() == SQLITE_OK, "SQLite starts");
  // Zero would mean the operating system's numbers.
  const int nonzero = static_cast<int>(seed & 0x7ffffffe) + 1;
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, nonzero, nullptr);
}

Disk::~Disk() {
  check(processes_.empty(), "processes end before their disk does");
}

std::shared_ptr<DiskFile> Disk::open(const std::string& name) {
  std::shared_ptr<DiskFile>& file = files_[name];
  if (!file) file = std::make_shared<DiskFile>(name);
  return file;
}

void Disk::remove(const std::string& name, Removal removal) {
  const auto found = files_.find(name);
  if (found == files_.end()) return;
  if (found->second->has_durable_entry()) removed_.insert_or_assign(name, found->second);
  files_.erase(found);
  if (removal == Removal::synced) sync_directory();
}

// As SQLite's own VFS for Unix does it: the first sync of a new file syncs its directory too.
void Disk::sync(DiskFile& file) {
  if (!file.has_durable_entry()) sync_directory();
  file.sync();
}

void Disk::forget_unsynced(std::string_view name) {
  const auto found = files_.find(std::string(name));
  if (found != files_.end()) found->second->forget_unsynced();
}

void Disk::replace_files(const Image& copies) {
  files_.clear();
  restore(copies);
}

void Disk::sync_directory() {
  for (const auto& [name, file] : files_) file->sync_entry();
  removed_.clear();
}

std::vector<Fragment> Disk::unsynced() const {
  std::vector<Fragment> fragments;
  for (const auto& [name, file] : files_) file->add_unsynced(device_, fragments);
  for (const auto& [name, file] : removed_) {
    if (!files_.contains(name)) fragments.push_back({Fragment::Kind::removed, name, 0, 0});
  }
  return fragments;
}

void Disk::lose_power(std::span<const WriteOutcome> write_outcomes) {
  check(write_outcomes.size() == unsynced().size(), "there is one outcome for each fragment");
  for (Mount* process : processes_) process->lose_power();
  std::map<std::string, std::shared_ptr<DiskFile>> left;
  for (auto& [name, file] : files_) {
    std::vector<Fragment> fragments;
    file->add_unsynced(device_, fragments);
    const auto own = write_outcomes.first(fragments.size());
    write_outcomes = write_outcomes.subspan(fragments.size());
    if (file->lose_power(device_, own)) left.emplace(name, file);
  }
  for (auto& [name, file] : removed_) {
    if (files_.contains(name)) continue;
    const bool comes_back = write_outcomes.front() != WriteOutcome::kept;
    write_outcomes = write_outcomes.subspan(1);
    if (!comes_back) continue;
    // What was written to it and not synced before its removal is gone.
    auto contents = file->contents();
    auto restored = std::make_shared<DiskFile>(name);
    restored->set_contents({.seen = contents.durable,
                            .durable = contents.durable,
                            .unsynced = {},
                            .has_durable_entry = true,
                            .memory = {}});
    left.emplace(name, std::move(restored));
  }
  removed_.clear();
  files_ = std::move(left);
}

Disk::Image Disk::image() const {
  Image image;
  for (const auto& [name, file] : files_) image.files.emplace(name, file->contents());
  for (const auto& [name, file] : removed_) image.removed.emplace(name, file->contents());
  return image;
}

void Disk::restore(const Image& image) {
  std::erase_if(files_, [&](const auto& entry) { return !image.files.contains(entry.first); });
  for (const auto& [name, contents] : image.files) open(name)->set_contents(contents);
  removed_.clear();
  for (const auto& [name, contents] : image.removed) {
    const auto file = std::make_shared<DiskFile>(name);
    file->set_contents(contents);
    removed_.emplace(name, file);
  }
}

}  // namespace leasecheck::sim
