#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {

void add_version(CommandLine& program) {
  Command command =
      program.add("version", "Print the versions of the program, the model and the traces");
  auto options = std::make_shared<CommonOptions>();
  add_json_option(command, *options);
  command.runs([options] {
    if (options->json) {
      const nlohmann::ordered_json document{{"leasecheck", version()},
                                            {"model", traces::model_version},
                                            {"trace_schema", traces::schema_version}};
      say(json_text(document));
    } else {
      say("leasecheck {}\nmodel {}\ntrace schema {}\n", version(), traces::model_version,
          traces::schema_version);
    }
    return ExitCode::held;
  });
}

}  // namespace leasecheck::cli
