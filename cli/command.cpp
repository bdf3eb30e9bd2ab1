#include "cli/command.hpp"

#include <map>

namespace leasecheck::cli {

ExitCode exit_code_of(traces::Result result) {
  switch (result) {
    case traces::Result::held:
      return ExitCode::held;
    case traces::Result::violated:
      return ExitCode::violated;
    case traces::Result::inconclusive:
      return ExitCode::inconclusive;
    case traces::Result::broken:
      return ExitCode::broken;
  }
  return ExitCode::broken;
}

void add_json_option(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print the result as one JSON document");
}

void add_backend_options(CLI::App& command, CommonOptions& options) {
  auto* backend = command.add_option("--backend", options.backend,
                                     "What is checked: memory, sqlite (a temporary file), "
                                     "sqlite:FILE (a new or empty one), or "
                                     "'exec:PROGRAM ARGS' (any program that speaks the "
                                     "protocol of sim/PROTOCOL.md)");
  backend->type_name("BACKEND");
  command
      .add_option("--mutant", options.mutant,
                  "Check a planted defect instead; `leasecheck mutants` lists them")
      ->type_name("NAME")
      ->excludes(backend);
  add_duration_option(command, "--subject-timeout", options.subject_timeout_ms,
                      "How long a program may be silent before it is broken (default: 10s)");
}

Backend chosen_backend(const CommonOptions& options, const std::string& fallback) {
  const std::string named = options.backend.empty() ? fallback : options.backend;
  auto backend = parse_backend(options.mutant.empty() ? named : "mutant:" + options.mutant,
                               std::chrono::milliseconds(options.subject_timeout_ms));
  if (!backend) throw Stop{backend.error()};
  return *std::move(backend);
}

CLI::Option* add_duration_option(CLI::App& command, const std::string& name,
                                 std::int64_t& milliseconds, const std::string& description) {
  static const std::map<std::string, std::int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}};
  return command.add_option(name, milliseconds, description)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION"))
      ->check(CLI::PositiveNumber);
}

}  // namespace leasecheck::cli
