#pragma once

#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

/// How everything that is written to a file that somebody named is written.
namespace leasecheck::check {

/// A file while it is written. A regular file grows under a name beside its own, which no other
/// writer has, and is replaced in one step by `commit`: readers see all of it or what was there
/// before. A symbolic link stays, and what it leads to is replaced. What is no regular file (a
/// device, a pipe) is written through, as is what stands for an open file in /proc.
/// Thread: one thread.
class OutputFile {
 public:
  /// Errors: the system's; "is a directory" for one.
  [[nodiscard]] static std::expected<OutputFile, std::error_code> open(
      const std::filesystem::path& file);

  /// Leaves a regular file as it was, unless it was committed.
  ~OutputFile();
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;

  /// The first error that is met is the one that `commit` answers.
  void write(std::string_view bytes);

  /// Pre: called once, as the last.
  [[nodiscard]] std::expected<void, std::error_code> commit();

 private:
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };

  OutputFile(std::filesystem::path file, std::filesystem::path partial, std::FILE* stream)
      : file_(std::move(file)), partial_(std::move(partial)), stream_(stream) {}

  std::filesystem::path file_;
  std::filesystem::path partial_;  ///< empty: written through
  std::unique_ptr<std::FILE, Close> stream_;
  int error_ = 0;
};

/// Whether `file` could be written now, which a long search asks before it begins. Nothing is left
/// behind, and what is no regular file is not opened.
[[nodiscard]] std::expected<void, std::error_code> is_writable(const std::filesystem::path& file);

}  // namespace leasecheck::check
