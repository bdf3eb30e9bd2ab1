#include "cli/temporary.hpp"

#include <cerrno>
#include <cstring>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace leasecheck::cli {

std::expected<TemporaryDirectory, std::string> TemporaryDirectory::create() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return std::unexpected("no directory for temporary files: " + error.message());
  std::string pattern = (parent / "leasecheck-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return std::unexpected("cannot make a directory in " + parent.string() + ": " +
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

TemporaryDirectory::~TemporaryDirectory() { remove(); }

void TemporaryDirectory::remove() noexcept {
  std::error_code ignored;  // what is left of a temporary directory is the system's to clean
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace leasecheck::cli
