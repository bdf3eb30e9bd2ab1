#include "model/check/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace leasecheck::check {
namespace {

namespace fs = std::filesystem;

std::unexpected<std::error_code> system_error(int number) {
  return std::unexpected(std::error_code(number, std::generic_category()));
}

/// Where the bytes go.
struct Target {
  fs::path path;  ///< no symbolic link, unless it is written through
  bool is_replaced = true;
};

// What /proc shows of an open file is the file itself and not its name.
bool is_in_proc(const fs::path& path) {
  return path.string().starts_with("/proc/");
}

std::expected<Target, std::error_code> target_of(fs::path path) {
  constexpr int most_links = 40;  // as the system follows
  for (int links = 0; links < most_links; ++links) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return system_error(EISDIR);
    const bool is_other = fs::exists(status) && !fs::is_regular_file(status);
    if (is_other || is_in_proc(path)) return Target{.path = std::move(path), .is_replaced = false};
    const fs::path leads_to = fs::read_symlink(path, error);
    if (error) return Target{.path = std::move(path)};
    path = path.parent_path() / leads_to;
  }
  return system_error(ELOOP);
}

/// A new file beside `file`.
struct Partial {
  fs::path path;
  int descriptor = -1;
};

std::expected<Partial, std::error_code> open_beside(const fs::path& file) {
  constexpr int most_writers = 10'000;
  for (int i = 0; i < most_writers; ++i) {
    fs::path path = file;
    path += i == 0 ? ".part" : ".part-" + std::to_string(i);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return Partial{.path = std::move(path), .descriptor = descriptor};
    if (errno != EEXIST) return system_error(errno);
  }
  return system_error(EEXIST);
}

}  // namespace

std::expected<OutputFile, std::error_code> OutputFile::open(const fs::path& file) {
  auto target = target_of(file);
  if (!target) return std::unexpected(target.error());
  Partial partial;
  if (target->is_replaced) {
    auto opened = open_beside(target->path);
    if (!opened) return std::unexpected(opened.error());
    partial = *std::move(opened);
  } else {
    partial.descriptor = ::open(target->path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (partial.descriptor < 0) return system_error(errno);
  }
  std::FILE* stream = ::fdopen(partial.descriptor, "w");
  if (stream == nullptr) {
    const int error = errno;
    ::close(partial.descriptor);
    if (!partial.path.empty()) ::unlink(partial.path.c_str());
    return system_error(error);
  }
  return OutputFile(std::move(target->path), std::move(partial.path), stream);
}

OutputFile::~OutputFile() {
  if (stream_ != nullptr && !partial_.empty()) ::unlink(partial_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (error_ != 0 || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) != bytes.size()) error_ = errno;
}

std::expected<void, std::error_code> OutputFile::commit() {
  if (std::fclose(stream_.release()) != 0 && error_ == 0) error_ = errno;
  if (partial_.empty())
    return error_ == 0 ? std::expected<void, std::error_code>() : system_error(error_);
  if (error_ == 0 && ::rename(partial_.c_str(), file_.c_str()) != 0) error_ = errno;
  if (error_ == 0) return {};
  ::unlink(partial_.c_str());
  return system_error(error_);
}

std::expected<void, std::error_code> is_writable(const fs::path& file) {
  const auto target = target_of(file);
  if (!target) return std::unexpected(target.error());
  if (!target->is_replaced) {
    if (::access(target->path.c_str(), W_OK) != 0) return system_error(errno);
    return {};
  }
  const auto partial = open_beside(target->path);
  if (!partial) return std::unexpected(partial.error());
  ::close(partial->descriptor);
  ::unlink(partial->path.c_str());
  return {};
}

}  // namespace leasecheck::check
