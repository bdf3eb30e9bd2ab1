#pragma once

#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// Runs the program as a person does, from a shell, in a directory of its own.
namespace leasecheck::cli::testing {

struct Ended {
  int exit_code = -1;
  std::string out;
  std::string err;
};

inline std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// A directory that is empty at first and gone at the end of the test.
class Workplace {
 public:
  Workplace() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "leasecheck-cli-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Workplace() { std::filesystem::remove_all(path_); }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

  /// `arguments` as a shell splits them.
  [[nodiscard]] Ended run(const std::string& arguments) const {
    const std::string command = "cd '" + path_.string() + "' && '" LEASECHECK_PROGRAM "' " +
                                arguments + " >.out 2>.err </dev/null";
    const int status = std::system(command.c_str());
    Ended ended{.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                .out = text_of(path_ / ".out"),
                .err = text_of(path_ / ".err")};
    std::filesystem::remove(path_ / ".out");
    std::filesystem::remove(path_ / ".err");
    return ended;
  }

  /// How many files and folders there are.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::recursive_directory_iterator(path_)) {
      ++count;
    }
    return count;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace leasecheck::cli::testing
