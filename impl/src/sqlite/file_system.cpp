#include "sqlite/file_system.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace lease::sqlite {
namespace {

struct FileSystem {
  unsigned long magic;
  std::string_view name;
};

constexpr std::array shared_file_systems{
    FileSystem{0x6969, "NFS"},       FileSystem{0xff534d42, "CIFS"},
    FileSystem{0xfe534d42, "SMB"},   FileSystem{0x517b, "SMB"},
    FileSystem{0x65735546, "FUSE"},  // and virtiofs, which says the same
    FileSystem{0x01021997, "9p"},    FileSystem{0x786f4256, "VirtualBox shared folder"},
    FileSystem{0x5346414f, "AFS"},   FileSystem{0x00c36400, "Ceph"},
    FileSystem{0x0bd00bd0, "Lustre"}};

}  // namespace

std::optional<std::string_view> shared_file_system(unsigned long magic) {
  const auto found = std::ranges::find(shared_file_systems, magic, &FileSystem::magic);
  if (found == shared_file_systems.end()) return std::nullopt;
  return found->name;
}

std::optional<std::string_view> shared_file_system_of(const std::string& file) {
  std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (folder.empty()) folder = ".";
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return std::nullopt;
  // The type is signed on some systems, and the magic numbers have 32 bits.
  return shared_file_system(static_cast<unsigned long>(status.f_type) & 0xffffffffUL);
}

}  // namespace lease::sqlite
