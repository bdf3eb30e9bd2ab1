#include "lease/operation_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "operation_text.hpp"
#include "own_process.hpp"

namespace lease {
namespace {

std::string system_reason() {
  return std::error_code(errno, std::generic_category()).message();
}

/// The number in a line that is whole.
std::optional<std::uint64_t> number_in(std::string_view line) {
  const nlohmann::json step = nlohmann::json::parse(line, nullptr, false);
  if (!step.is_object()) return std::nullopt;
  const auto number = step.find("i");
  if (number == step.end() || !number->is_number_unsigned()) return std::nullopt;
  return number->get<std::uint64_t>();
}

/// The number of the last numbered line in the end of a file.
std::optional<std::uint64_t> last_number_in(std::string_view end) {
  while (!end.empty()) {
    const std::size_t before = end.rfind('\n');
    if (const auto number = number_in(end.substr(before + 1))) return number;
    if (before == std::string_view::npos) break;
    end = end.substr(0, before);
  }
  return std::nullopt;
}

/// So many bytes of a file. Returns: nothing if they cannot be read.
std::optional<std::string> bytes_at(int file, std::uint64_t at, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::uint64_t done = 0;
  while (done < length) {
    const ssize_t some =
        ::pread(file, bytes.data() + done, length - done, static_cast<off_t>(at + done));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) return std::nullopt;
    done += static_cast<std::uint64_t>(some);
  }
  return bytes;
}

}  // namespace

OperationLog::OperationLog(std::string path, int file, Clock& clock)
    : path_(std::move(path)), file_(file), process_(OwnProcess().id()), clock_(clock) {}

OperationLog::~OperationLog() {
  ::close(file_);
}

Result<std::unique_ptr<OperationLog>> OperationLog::open(const std::string& path, Clock& clock) {
  constexpr mode_t for_all = 0666;  // less what the process masks
  const int file = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, for_all);
  std::unique_ptr<OperationLog> log(new OperationLog(path, file, clock));
  if (file < 0) return log->failure_of(ErrorCode::unavailable, system_reason());
  if (auto ready = log->prepare(); !ready) return std::unexpected(ready.error());
  return log;
}

Result<void> OperationLog::prepare() {
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    return failure_of(ErrorCode::unavailable,
                      errno == EWOULDBLOCK ? "another log has it open, perhaps in another process"
                                           : system_reason());
  }
  struct stat status {};
  if (::fstat(file_, &status) != 0) return failure_of(ErrorCode::unavailable, system_reason());
  if (!S_ISREG(status.st_mode)) {
    return failure_of(ErrorCode::unavailable, "is not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ == 0) return write(head_line("lease::OperationLog") + "\n");
  if (bytes_at(file_, 0, 1) != "{") {
    return failure_of(ErrorCode::corrupt, "is no log of operations: it does not begin with JSON");
  }
  return begin_line();
}

Result<void> OperationLog::begin_line() {
  std::uint64_t length = 1U << 16;
  while (true) {
    length = std::min(size_, length);
    const auto end = bytes_at(file_, size_ - length, length);
    if (!end) return failure_of(ErrorCode::unavailable, "cannot be read");
    // The first line of these bytes may lack its beginning, and is then no JSON.
    const auto number = last_number_in(*end);
    if (number || length == size_) {
      number_ = number.value_or(0);
      return end->back() == '\n' ? Result<void>{} : write("\n");
    }
    length *= 4;
  }
}

Result<void> OperationLog::append(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  if (auto written = write(lines); !written) return written;
  if (::fsync(file_) != 0) return failure_of(ErrorCode::unavailable, system_reason());
  return {};
}

Result<std::uint64_t> OperationLog::call(const std::string& actor, const OperationText& what) {
  const std::lock_guard lock(mutex_);
  auto written = write(call_line(number_ + 1, clock_.now(), actor, what) + "\n");
  if (!written) return std::unexpected(written.error());
  return ++number_;
}

void OperationLog::answer(std::uint64_t call, const std::function<std::string()>& text) noexcept {
  try {
    const std::string answer = text();
    const std::lock_guard lock(mutex_);
    if (write(return_line(number_ + 1, clock_.now(), call, answer) + "\n")) {
      ++number_;
      return;
    }
  } catch (...) {
  }
  ++unwritten_answers_;
}

Result<void> OperationLog::write(std::string_view text) {
  if (OwnProcess().id() != process_) {
    return failure_of(ErrorCode::unavailable, "was opened by another process, before a fork");
  }
  if (is_torn_) return failure_of(ErrorCode::unavailable, "ends in a part of a line: open it anew");
  std::uint64_t done = 0;
  while (done < text.size()) {
    const ssize_t some = ::write(file_, text.data() + done, text.size() - done);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) {
      const std::string reason = system_reason();
      is_torn_ = done > 0 && ::ftruncate(file_, static_cast<off_t>(size_)) != 0;
      return failure_of(ErrorCode::unavailable, reason);
    }
    done += static_cast<std::uint64_t>(some);
  }
  size_ += done;
  return {};
}

std::unexpected<Error> OperationLog::failure_of(ErrorCode code, std::string_view why) const {
  return std::unexpected(Error(code, "operation log \"" + path_ + "\": " + std::string(why)));
}

}  // namespace lease
