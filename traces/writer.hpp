#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Writes a trace line by line while the run goes on. Until `finish` the lines stand in
/// `<file>.part`, each handed to the operating system before `write` returns; `finish` adds the
/// verdict and renames. So a file under its final name is whole, and a `.part` that is left over is
/// a run that was cut short, whose last line is the last thing it was about to do.
///
/// A writer destroyed before `finish` leaves its `.part`, as a crash would. A failure to write
/// removes it: what is missing from it then says nothing about the run.
/// Thread: one thread.
class Writer {
 public:
  /// Opens `<file>.part`, replacing one that is left over, and writes the head.
  /// Errors: names the file and the system's reason.
  [[nodiscard]] static std::expected<Writer, std::string> open(const std::filesystem::path& file,
                                                               const Head& head);

  /// Writes a call before it is made, so that a crash of the subject leaves it behind.
  /// Pre: step numbers run 1, 2, 3 …; aborts otherwise. Not after an error or `finish`.
  /// Errors: names the file and the system's reason; nothing is left of the trace.
  [[nodiscard]] std::expected<void, std::string> write(const Step& step);

  /// Writes the verdict and gives the file its name, replacing one that stands there.
  /// Pre: called once, and not after an error.
  [[nodiscard]] std::expected<void, std::string> finish(const Verdict& verdict);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  Writer(std::filesystem::path file, std::filesystem::path part, File stream);

  [[nodiscard]] std::expected<void, std::string> put(std::string line);
  [[nodiscard]] std::unexpected<std::string> give_up(std::string_view doing);

  std::filesystem::path file_;
  std::filesystem::path part_;
  File stream_;
  std::uint64_t steps_ = 0;
};

/// Writes a whole trace, as `Writer` does.
/// Errors: names the file and the system's reason.
[[nodiscard]] std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                                          const Trace& trace);

/// The whole trace as the text of a file.
[[nodiscard]] std::string to_text(const Trace& trace);

}  // namespace leasecheck::traces
