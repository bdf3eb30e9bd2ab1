#include "tests/mutants/mutants.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"

namespace leasecheck::cli {
namespace {

void print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    list.push_back({{"name", mutant.name},
                    {"defect", mutant.defect},
                    {"what", mutant.what},
                    {"property", mutant.property},
                    {"source", mutant.source}});
  }
  fmt::print("{}\n", list.dump(2));
}

void print_table() {
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    fmt::print("{}\n    {} ({})\n    found by {}; seen in {}\n", mutant.name, mutant.what,
               mutant.defect, mutant.property, mutant.source);
  }
}

}  // namespace

void add_mutants(CLI::App& app, ExitCode&) {
  CLI::App* command = app.add_subcommand("mutants", "List the planted defects");
  auto options = std::make_shared<CommonOptions>();
  add_json_option(*command, *options);
  command->callback([options] { options->json ? print_json() : print_table(); });
}

}  // namespace leasecheck::cli
