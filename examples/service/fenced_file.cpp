#include "fenced_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace {

/// Holds the lock of a file; the system lets go of it when the process dies.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0 || flock(file_, LOCK_EX) != 0) {
      throw std::runtime_error(path + ": cannot be locked");
    }
  }
  ~FileLock() { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace

bool FencedFile::append(const std::string& key, std::uint64_t token, const std::string& text) {
  const FileLock lock(path_ + ".lock");
  std::ifstream known(path_);
  std::string line;
  while (std::getline(known, line)) {
    if (!line.starts_with(key + " ")) continue;
    if (std::stoull(line.substr(key.size() + 1)) > token) return false;
  }
  std::ofstream log(path_, std::ios::app);
  log << key << ' ' << token << ' ' << text << std::endl;
  if (!log) throw std::runtime_error(path_ + ": cannot be written");
  return true;
}
