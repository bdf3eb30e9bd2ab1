// Copies of a repository's file.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "lease/sqlite.hpp"
#include "sqlite/schema.hpp"

namespace lease {
namespace {

namespace fs = std::filesystem;

/// A file that is there under its name only once it is whole and on the disk.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)) { fs::remove(part(), ignored_); }
  ~NewFile() { fs::remove(part(), ignored_); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] fs::path part() const { return path_.string() + ".part"; }

  [[nodiscard]] std::error_code keep() {
    std::error_code error;
    fs::rename(part(), path_, error);
    if (error) return error;
    // The name is safe once its folder is.
    const fs::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_safe = opened >= 0 && ::fsync(opened) == 0;
    if (!is_safe) error = std::error_code(errno, std::generic_category());
    if (opened >= 0) ::close(opened);
    return error;
  }

 private:
  fs::path path_;
  std::error_code ignored_;
};

Error failure_of(const std::string& copy, const std::string& why) {
  return {ErrorCode::unavailable, "backup \"" + copy + "\": " + why, Effect::none};
}

}  // namespace

Result<void> backup_sqlite_repository(const SqliteOptions& options, const std::string& copy) {
  if (fs::exists(fs::symlink_status(copy))) {
    return std::unexpected(failure_of(copy, "exists already, and is not overwritten"));
  }
  auto connection = sqlite::open_existing(options);
  if (!connection) return std::unexpected(connection.error());
  NewFile file(copy);
  if (auto copied = (*connection)->copy_to(file.part()); !copied) return copied;
  if (const std::error_code error = file.keep(); error) {
    return std::unexpected(failure_of(copy, error.message()));
  }
  return {};
}

}  // namespace lease
