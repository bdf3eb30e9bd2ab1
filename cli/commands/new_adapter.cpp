#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/command.hpp"
#include "cli/new_adapter/templates.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "traces/printable.hpp"
#include "traces/shell_word.hpp"

namespace leasecheck::cli {
namespace {

struct NewAdapterOptions {
  std::string language;
  std::string directory;
};

struct Template {
  std::string_view file;
  std::string_view text;
  std::string_view program;  ///< that runs it
};

Template template_of(const std::string& language) {
  if (language == "python") return {"adapter.py", python_adapter, "python3"};
  return {"adapter.ts", typescript_adapter, "npx tsx"};
}

ExitCode run(const NewAdapterOptions& options) {
  if (traces::printable(options.directory) != options.directory) {
    throw Stop{fmt::format(
        "{}: expected a name in UTF-8 without control characters, which a command can show",
        options.directory)};
  }
  const Template adapter = template_of(options.language);
  const std::filesystem::path directory(options.directory);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Stop{fmt::format("{}: cannot be made: {}", options.directory, error.message())};
  const std::filesystem::path file = directory / adapter.file;
  if (std::filesystem::exists(file)) {
    throw Stop{fmt::format("{}: is there already, and is not overwritten", file.string())};
  }
  if (auto written = write_file(file, std::string(adapter.text)); !written) {
    throw Stop{written.error()};
  }
  say("{}: write the methods of Adapter, and ask for a verdict whenever you like:\n"
      "leasecheck check --backend {}\n",
      file.string(),
      traces::shell_word(
          fmt::format("exec:{} {}", adapter.program, traces::shell_word(file.string()))));
  return ExitCode::held;
}

}  // namespace

void add_new_adapter(CommandLine& program) {
  Command command = program.add(
      "new-adapter",
      "Write an adapter for a queue of your own, in which only the queue's part is missing");
  auto options = std::make_shared<NewAdapterOptions>();
  command.option("LANGUAGE", options->language, "What it is written in")
      .one_of(std::vector<std::string>{"python", "typescript"})
      .required();
  command.option("DIRECTORY", options->directory, "Where to put it; made if it is not there")
      .required();
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
