#include "cli/report/svg.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace leasecheck::cli {
namespace {

std::string reason_of(int system_error) {
  return std::error_code(system_error, std::generic_category()).message();
}

/// A file without a name, gone when it is closed. Text goes to the program and back through files,
/// not pipes: nobody then waits for somebody who waits for him.
class ScratchFile {
 public:
  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }

  [[nodiscard]] bool write(const std::string& text) {
    const bool taken = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() &&
                       std::fflush(file_.get()) == 0;
    std::rewind(file_.get());
    return taken;
  }

  [[nodiscard]] std::string read() {
    std::rewind(file_.get());
    std::string text;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file_.get())) {
      text.append(buffer.data(), size);
    }
    return text;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

/// Runs `dot -Tsvg` over the three files and waits for it.
/// Returns: its exit code, -1 if it was killed; or the system's error if it did not start.
std::expected<int, int> run_dot(const ScratchFile& input, const ScratchFile& output,
                                const ScratchFile& errors) {
  posix_spawn_file_actions_t redirections;
  posix_spawn_file_actions_init(&redirections);
  posix_spawn_file_actions_adddup2(&redirections, input.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&redirections, output.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&redirections, errors.descriptor(), STDERR_FILENO);
  std::array<char, 4> program{"dot"};
  std::array<char, 6> format{"-Tsvg"};
  const std::array<char*, 3> arguments{program.data(), format.data(), nullptr};
  pid_t child = 0;
  const int fault = posix_spawnp(&child, program.data(), &redirections, nullptr,
                                 const_cast<char* const*>(arguments.data()), environ);
  posix_spawn_file_actions_destroy(&redirections);
  if (fault != 0) return std::unexpected(fault);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::unexpected(errno);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Takes out the comments: one names the version, the others repeat the title and every name.
std::string without_comments(std::string svg) {
  for (auto begin = svg.find("<!--"); begin != std::string::npos; begin = svg.find("<!--", begin)) {
    auto end = svg.find("-->", begin);
    if (end == std::string::npos) break;
    end += 3;
    if (end < svg.size() && svg[end] == '\n') ++end;
    svg.erase(begin, end - begin);
  }
  return svg;
}

/// Makes the picture as wide in pixels as it is in points, or as its window if that is less.
std::string scalable(std::string svg) {
  const auto begin = svg.find("<svg ");
  const auto end = svg.find('>', begin);
  if (begin == std::string::npos || end == std::string::npos) return svg;
  std::string root = svg.substr(begin, end - begin);
  for (auto unit = root.find("pt\""); unit != std::string::npos; unit = root.find("pt\"")) {
    root.erase(unit, 2);
  }
  root += " style=\"max-width:100%;height:auto\"";
  return svg.replace(begin, end - begin, root);
}

}  // namespace

std::expected<std::string, std::string> svg_from_dot(const std::string& dot) {
  ScratchFile input;
  ScratchFile output;
  ScratchFile errors;
  if (!input.is_open() || !output.is_open() || !errors.is_open() || !input.write(dot)) {
    return std::unexpected("cannot write a temporary file: " + reason_of(errno));
  }
  const auto exit_code = run_dot(input, output, errors);
  if (!exit_code) {
    return std::unexpected("cannot run Graphviz's \"dot\" (Debian package graphviz): " +
                           reason_of(exit_code.error()));
  }
  if (*exit_code != 0) return std::unexpected("Graphviz's \"dot\" failed: " + errors.read());
  return scalable(without_comments(output.read()));
}

}  // namespace leasecheck::cli
