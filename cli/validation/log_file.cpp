#include "cli/validation/log_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/exit_code.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {

LogFile::LogFile(std::string name) : name_(std::move(name)) {
  std::error_code ignored;
  if (std::filesystem::is_directory(name_, ignored)) {
    throw Stop{name_ + ": is a directory; expected a log"};
  }
  errno = 0;
  in_.open(name_, std::ios::binary);
  if (!in_) {
    throw Stop{name_ +
               ": cannot be opened: " + std::error_code(errno, std::generic_category()).message()};
  }
}

std::optional<std::string> LogFile::next() {
  in_.clear();
  std::string text;
  std::getline(in_, text);
  if (in_.bad()) throw Stop{name_ + ": cannot be read further"};
  rest_ += text;
  if (rest_.size() > traces::longest_line) {
    throw Stop{name_ + ":" + std::to_string(lines_ + 1) + ": longer than " +
               std::to_string(traces::longest_line) + " bytes"};
  }
  if (in_.eof()) return std::nullopt;
  ++lines_;
  if (rest_.ends_with('\r')) rest_.pop_back();
  return std::exchange(rest_, {});
}

std::string LogFile::take_rest() {
  if (!rest_.empty()) ++lines_;
  return std::exchange(rest_, {});
}

}  // namespace leasecheck::cli
