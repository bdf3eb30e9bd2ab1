#include "cli/command.hpp"

#include <system_error>
#include <utility>

#include "model/check/output_file.hpp"
#include "traces/shell_word.hpp"

namespace leasecheck::cli {

void add_json_option(Command& command, CommonOptions& options) {
  command.flag("--json", options.json, "Print the result as one JSON document");
}

void add_backend_options(Command& command, CommonOptions& options) {
  Option backend = command.option("--backend", options.backend,
                                  "What is checked: memory, sqlite (a temporary file), "
                                  "sqlite:FILE (a new or empty one), postgres (a server "
                                  "that is started for it), postgres:CONNINFO (in a schema of its "
                                  "own), or 'exec:PROGRAM ARGS' (any program that speaks the "
                                  "protocol of sim/subject/PROTOCOL.md)");
  backend.placeholder("BACKEND");
  command
      .option("--mutant", options.mutant,
              "Check a planted defect instead; `leasecheck mutants` lists them")
      .placeholder("NAME")
      .excludes(backend);
  command.duration("--subject-timeout", options.subject_timeout_ms,
                   "How long a program may be silent before it is broken (default: 10s)");
}

sim::Backend chosen_backend(const CommonOptions& options, const std::string& fallback) {
  const std::string named = options.backend.empty() ? fallback : options.backend;
  auto backend = sim::parse_backend(options.mutant.empty() ? named : "mutant:" + options.mutant,
                                    std::chrono::milliseconds(options.subject_timeout_ms));
  if (!backend) throw Stop{backend.error()};
  return *std::move(backend);
}

std::unique_ptr<sim::Subject> make_subject(const sim::Backend& backend) {
  auto subject = backend.make();
  if (!subject) throw Stop{subject.error().message};
  return *std::move(subject);
}

void prepare_directory(const std::string& flag, const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Stop{flag + " " + directory.string() + ": " + error.message()};
  if (auto writable = check::is_writable(directory / ".leasecheck"); !writable) {
    throw Stop{flag + " " + directory.string() + ": " + writable.error().message()};
  }
}

void require_writable(const std::string& flag, const std::filesystem::path& file) {
  if (file.empty()) return;
  if (auto writable = check::is_writable(file); !writable) {
    throw Stop{flag + " " + file.string() + ": " + writable.error().message()};
  }
}

std::string replay_command(const std::string& trace_file, const std::string& backend) {
  return replay_command(trace_file, backend, backend);
}

std::string replay_command(const std::string& trace_file, const std::string& backend,
                           const std::string& recorded) {
  const bool is_said = backend == recorded && sim::is_self_contained(backend);
  return "leasecheck replay " + (is_said ? "" : "--backend " + traces::shell_word(backend) + " ") +
         (trace_file.starts_with('-') ? "./" : "") + traces::shell_word(trace_file);
}

}  // namespace leasecheck::cli
