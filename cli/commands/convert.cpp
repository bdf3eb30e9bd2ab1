#include <map>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/views/conversions.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using Converter = std::string (*)(const traces::Trace&);

struct ConvertOptions {
  std::string trace;
  std::string file;
  Converter convert = nullptr;
};

ExitCode run(const ConvertOptions& options) {
  const auto trace = traces::read_file(options.trace);
  if (!trace) throw Stop{trace.error().message};
  const std::string text = options.convert(*trace);
  if (options.file.empty()) {
    say(text);
  } else if (auto written = write_file(options.file, text); !written) {
    throw Stop{written.error()};
  }
  return ExitCode::held;
}

}  // namespace

void add_convert(CommandLine& program) {
  static const std::map<std::string, Converter> formats{{"perfetto", perfetto_json},
                                                        {"porcupine", porcupine_json},
                                                        {"jepsen", jepsen_edn},
                                                        {"mermaid", mermaid_sequence},
                                                        {"csv", csv_table}};
  Command command = program.add("convert", "Write a trace in the format of another tool");
  auto options = std::make_shared<ConvertOptions>();
  command.option("TRACE", options->trace, "Trace file").required();
  command
      .choice(
          "--to", options->convert, formats,
          "perfetto (trace events, for ui.perfetto.dev), porcupine (JSON), jepsen (EDN), mermaid "
          "(sequence diagram) or csv")
      .placeholder("FORMAT")
      .required();
  command.option("--output,-o", options->file, "Write to this file (else standard output)")
      .placeholder("FILE");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
