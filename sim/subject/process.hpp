#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leasecheck::sim {

/// Splits a command line into words as people expect of a shell, and does nothing else that a shell
/// does: blanks separate, '…' and "…" keep them, a backslash takes the next character as it is
/// (not within '…').
/// Errors: in words: no word at all, or a quote that is not closed.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> split_words(
    std::string_view text);

/// A program of its own process group whose standard input and output are ours, line by line. Its
/// standard error is read as well, so that it never stands still over it, and the end of it kept.
/// A program that closes its input is an error value here and raises no signal.
/// Thread: one thread.
class Process {
 public:
  struct Options {
    std::vector<std::string> words;        ///< the program, looked up in PATH, and its arguments
    std::vector<std::string> environment;  ///< "NAME=VALUE": all that it has
    std::chrono::milliseconds timeout{10'000};  ///< how long it may be silent when asked
    std::size_t longest_line = std::size_t{16} << 20;
  };

  /// Errors: in words, naming the program.
  [[nodiscard]] static std::expected<Process, std::string> start(const Options& options);

  /// Ends it as `kill` does.
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  /// Writes `line` and its end, and waits for one line of answer, without its end.
  /// Errors: in words, with the end of standard error: silence, an early end, a line that is too
  /// long.
  [[nodiscard]] std::expected<std::string, std::string> exchange(std::string_view line);

  /// Writes `line` and its end and waits for nothing.
  [[nodiscard]] std::expected<void, std::string> send(std::string_view line);

  /// Waits for a line, without its end. Returns: nothing, if none came for this long.
  /// Errors: as `exchange`, but for silence.
  [[nodiscard]] std::expected<std::optional<std::string>, std::string> listen(
      std::chrono::milliseconds patience);

  /// Readable when it has said something, or has ended.
  [[nodiscard]] int output() const { return output_; }

  /// Waits until one of these outputs is readable, for this long at most.
  /// Returns: of each, whether it is.
  [[nodiscard]] static std::vector<bool> wait_for_any(const std::vector<int>& outputs,
                                                      std::chrono::milliseconds patience);

  /// Closes its input and waits for its end, for the timeout at the longest.
  void end_input();

  /// Kills it after this long, or as soon as it says something.
  void kill_within(std::chrono::microseconds delay);

  /// Kills it and all that it started in its group, and waits until it is gone. Again is nothing.
  void kill();

 private:
  Process() = default;
  struct Ready;
  std::expected<Ready, std::string> wait(bool to_write);
  [[nodiscard]] std::unexpected<std::string> silence();
  std::expected<void, std::string> read_output();
  [[nodiscard]] bool answers_soon() const;
  void read_errors();
  void arm_timer(std::chrono::milliseconds span);
  [[nodiscard]] std::optional<std::string> take_line();
  [[nodiscard]] std::string complaint(std::string what);
  [[nodiscard]] std::string ending();

  pid_t id_ = -1;
  int input_ = -1;   // we write
  int output_ = -1;  // we read
  int errors_ = -1;  // we read
  int end_ = -1;     // readable when it has ended
  int timer_ = -1;   // readable when it has been silent for too long
  std::chrono::milliseconds timeout_{};
  std::size_t longest_line_ = 0;
  std::string received_;
  std::size_t searched_ = 0;
  std::string last_words_;
};

}  // namespace leasecheck::sim
