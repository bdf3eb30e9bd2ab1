#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "lease/clock.hpp"
#include "lease/result.hpp"

namespace lease {

class RecordingRepository;
struct OperationText;

/// A file that says what was done with a repository: one JSON object a line, in the format of
/// leasecheck's traces (traces/README.md). A `RecordingRepository` writes two
/// lines for each call, one before it is made and one once it is answered; a log that SQLite
/// keeps can be appended, too.
///
/// - Every line is handed to the operating system whole, before whoever wrote it goes on: it is
///   there after the process was killed, and perhaps not after a loss of power.
/// - A call without an answer was under way when its process died, or was ended by an exception, or
///   its answer could not be written: it has happened or not. A log never says anything wrong.
/// - Steps are numbered from 1 in each file. A file that is opened again goes on behind the last
///   number. A line that was being written when its process died stays, as a line by itself.
/// - A call with so many items that its line exceeds 16 MiB is written, and no reader takes it.
///
/// One object writes a file at a time. After fork(2) it answers `unavailable` in the child.
/// Thread: any, several at a time. Callers of one object write one after another.
class OperationLog {
 public:
  /// Opens a file for appending; a new one gets a head. `clock` gives each line its time and must
  /// outlive the log.
  /// Errors: `unavailable` (cannot be opened, read or written, is not a regular file, another log
  /// has it open); `corrupt` (what it begins with is no JSON object): it is left as it was.
  /// Complexity: reads the file's end, as far as the last whole line.
  [[nodiscard]] static Result<std::unique_ptr<OperationLog>> open(const std::string& path,
                                                                  Clock& clock);
  ~OperationLog();
  OperationLog(const OperationLog&) = delete;
  OperationLog& operator=(const OperationLog&) = delete;

  /// Appends lines of another log, each with its end, and syncs the file to the disk. For
  /// `take_sqlite_operations`. They keep their numbers, so let nothing else write to such a file.
  /// Errors: `unavailable`: they may be there or not, and are to be appended again.
  [[nodiscard]] Result<void> append(std::string_view lines);

  /// How many answers could not be written: their calls stand there as never answered.
  [[nodiscard]] std::uint64_t unwritten_answers() const { return unwritten_answers_; }

 private:
  friend class RecordingRepository;

  OperationLog(std::string path, int file, Clock& clock);
  /// Looks at what is there.
  Result<void> prepare();
  /// Goes on behind the last line.
  Result<void> begin_line();
  /// Writes all of it or, if that fails, nothing.
  Result<void> write(std::string_view text);
  [[nodiscard]] std::unexpected<Error> failure_of(ErrorCode code, std::string_view why) const;
  /// Returns: the step's number.
  Result<std::uint64_t> call(const std::string& actor, const OperationText& what);
  void answer(std::uint64_t call, const std::function<std::string()>& text) noexcept;

  const std::string path_;
  const int file_;
  const int process_;
  Clock& clock_;
  std::atomic<std::uint64_t> unwritten_answers_ = 0;
  std::mutex mutex_;  // of what follows
  std::uint64_t size_ = 0;
  std::uint64_t number_ = 0;  ///< of the last step
  bool is_torn_ = false;      ///< it ends in a part of a line that could not be taken back
};

}  // namespace lease
