#include "sim/registry/temporary_directory.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "sim/cleanup.hpp"

namespace leasecheck::sim {

namespace {

// A run's database need not outlive the machine, so it is kept in memory where that is offered: a
// hundred thousand syncs then cost nothing. Who sets TMPDIR wants it there; empty, it says nothing.
std::expected<std::filesystem::path, std::string> parent_directory() {
  const std::filesystem::path in_memory = "/dev/shm";
  const char* const wanted = std::getenv("TMPDIR");
  const bool is_free = wanted == nullptr || *wanted == '\0';
  if (is_free && ::access(in_memory.c_str(), W_OK) == 0) return in_memory;
  if (is_free) return "/tmp";
  std::error_code error;
  std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return std::unexpected("no directory for temporary files: " + error.message());
  return parent;
}

}  // namespace

std::expected<TemporaryDirectory, std::string> TemporaryDirectory::create() {
  const auto parent = parent_directory();
  if (!parent) return std::unexpected(parent.error());
  std::string pattern = cleanup::folder_prefix(*parent) + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    return std::unexpected("cannot make a directory in " + parent->string() + ": " +
                           std::strerror(errno));
  }
  return TemporaryDirectory(std::filesystem::path(pattern));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  remove();
}

void TemporaryDirectory::remove() noexcept {
  std::error_code ignored;  // what is left of a temporary directory is the system's to clean
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace leasecheck::sim
