// Copies of a repository's file.

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "lease/sqlite.hpp"
#include "sqlite/schema.hpp"

namespace lease {
namespace {

namespace fs = std::filesystem;

/// A file that is there under its name only once it is whole and on the disk.
class NewFile {
 public:
  explicit NewFile(const std::string& path) : path_(path), part_(path + ".part-XXXXXX") {
    const int made = ::mkstemp(part_.data());
    if (made < 0) {
      error_ = std::error_code(errno, std::generic_category());
    } else {
      ::close(made);
    }
  }
  ~NewFile() {
    if (!error_) ::unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Why it could not be made.
  [[nodiscard]] std::error_code error() const { return error_; }
  [[nodiscard]] const std::string& part() const { return part_; }

  /// Fails where a file of its name has come up meanwhile.
  [[nodiscard]] std::error_code keep() const {
    if (::link(part_.c_str(), path_.c_str()) != 0) return {errno, std::generic_category()};
    // The name is safe once its folder is.
    const fs::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::error_code error;
    if (opened < 0 || ::fsync(opened) != 0) error = {errno, std::generic_category()};
    if (opened >= 0) ::close(opened);
    return error;
  }

 private:
  fs::path path_;
  std::string part_;
  std::error_code error_;
};

Error failure_of(const std::string& copy, const std::string& why) {
  return {ErrorCode::unavailable, "backup \"" + copy + "\": " + why, Effect::none};
}

}  // namespace

Result<void> backup_sqlite_repository(const SqliteOptions& options, const std::string& copy) {
  std::error_code error;
  if (const auto status = fs::symlink_status(copy, error); fs::exists(status)) {
    return std::unexpected(failure_of(copy, "exists already, and is not overwritten"));
  }
  auto connection = sqlite::open_existing(options);
  if (!connection) return std::unexpected(connection.error());
  const NewFile file(copy);
  if (file.error()) return std::unexpected(failure_of(copy, file.error().message()));
  if (auto copied = (*connection)->copy_to(file.part()); !copied) return copied;
  if (error = file.keep(); error) return std::unexpected(failure_of(copy, error.message()));
  return {};
}

}  // namespace lease
