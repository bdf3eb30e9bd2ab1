#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/temporary_directory.hpp"

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
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path() / name;
  }

  /// Makes the folders that are named as well.
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name, std::ios::binary) << text;
  }

  /// `arguments` as a shell splits them; `program` as it is found from this directory.
  [[nodiscard]] Ended run(const std::string& arguments,
                          const std::string& program = LEASECHECK_PROGRAM) const {
    // Where these tests run on GitHub, its summary is not theirs.
    const std::string command = "unset GITHUB_STEP_SUMMARY; cd '" + path().string() + "' && '" +
                                program + "' " + arguments + " >.out 2>.err </dev/null";
    const int status = std::system(command.c_str());
    Ended ended{.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                .out = text_of(path() / ".out"),
                .err = text_of(path() / ".err")};
    std::filesystem::remove(path() / ".out");
    std::filesystem::remove(path() / ".err");
    return ended;
  }

  /// How many files and folders there are.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::recursive_directory_iterator(path())) {
      ++count;
    }
    return count;
  }

 private:
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

  tests::TemporaryDirectory directory_;
};

}  // namespace leasecheck::cli::testing
