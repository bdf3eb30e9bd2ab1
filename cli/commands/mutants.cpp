#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/museum/techniques.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"
#include "sim/defects/server/postgres_mutants.hpp"

namespace leasecheck::cli {
namespace {

std::vector<std::string_view> techniques_for(const mutants::Exhibit& exhibit) {
  std::vector<std::string_view> names;
  for (const Technique& technique : all_techniques()) {
    if (technique.applies(exhibit)) names.push_back(technique.name);
  }
  return names;
}

void print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const mutants::Exhibit& exhibit : mutants::exhibits()) {
    list.push_back({{"name", exhibit.name},
                    {"kind", kind_of(exhibit)},
                    {"defect", exhibit.row},
                    {"what", exhibit.what},
                    {"property", exhibit.property},
                    {"source", source_of(exhibit)},
                    {"techniques", techniques_for(exhibit)}});
  }
  for (const mutants::PostgresMutant& mutant : mutants::postgres_mutants()) {
    list.push_back({{"name", mutant.name},
                    {"kind", "SQL"},
                    {"defect", mutant.defect},
                    {"what", mutant.what},
                    {"property", mutant.property},
                    {"source", ""},
                    {"techniques", {mutant.search}}});
  }
  say(json_text(std::move(list)));
}

void print_table() {
  for (const mutants::Exhibit& exhibit : mutants::exhibits()) {
    say("{}\n    {} ({})\n    {}; found by {}; seen in {}\n    looked for by {}\n", exhibit.name,
        exhibit.what, exhibit.row, kind_of(exhibit), exhibit.property, source_of(exhibit),
        fmt::join(techniques_for(exhibit), ", "));
  }
  for (const mutants::PostgresMutant& mutant : mutants::postgres_mutants()) {
    say("{}\n    {} ({})\n    SQL; found by {}\n    looked for by {} on PostgreSQL\n", mutant.name,
        mutant.what, mutant.defect, mutant.property, mutant.search);
  }
}

}  // namespace

void add_mutants(CommandLine& program) {
  Command command = program.add("mutants", "List the planted defects");
  auto options = std::make_shared<CommonOptions>();
  add_json_option(command, *options);
  command.runs([options] {
    options->json ? print_json() : print_table();
    return ExitCode::held;
  });
}

}  // namespace leasecheck::cli
