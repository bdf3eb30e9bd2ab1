#include <fmt/format.h>

#include <filesystem>

#include "cli/campaign/progress.hpp"
#include "cli/commands/graph_sources.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "sim/conformance/observed_graph.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

using sim::ObservedEdge;
using sim::ObservedGraph;
using Kind = ObservedEdge::Kind;

/// "extra-leased-to-queued-by-ack_attempt-completed.jsonl".
std::string file_name_of(const ObservedEdge& edge) {
  std::string name;
  for (const char letter : std::string(word(edge.kind)) + " " + edge.name) {
    const bool is_kept =
        (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
    if (is_kept) {
      name += letter;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  if (name.ends_with('-')) name.pop_back();
  return name + ".jsonl";
}

/// Files by the edges that they witness.
class Witnesses {
 public:
  explicit Witnesses(const std::string& directory) : directory_(directory) {
    if (!directory.empty()) prepare_directory("--witnesses", directory);
  }

  /// Returns: the file; empty if there is none.
  std::string write(const std::string& name, const std::optional<traces::Trace>& trace) const {
    if (directory_.empty() || !trace) return {};
    const auto file = (std::filesystem::path(directory_) / name).lexically_normal();
    if (auto written = write_file(file, traces::to_text(*trace)); !written) {
      throw Stop{written.error()};
    }
    return file.string();
  }

 private:
  std::string directory_;
};

std::string how_often(const ObservedEdge& edge) {
  switch (edge.kind) {
    case Kind::equal:
      return fmt::format("{} times", grouped(edge.subject));
    case Kind::extra:
      return fmt::format("{} times; in the model: {}", grouped(edge.subject), edge.instead);
    case Kind::missing:
      return fmt::format("{} times in the model; instead: {}", grouped(edge.model), edge.instead);
    case Kind::differs:
      return fmt::format("{} times, {} in the model; apart in {}, where the other one goes: {}",
                         grouped(edge.subject), grouped(edge.model), grouped(edge.apart),
                         edge.instead);
    case Kind::never_taken:
      return "never asked for: not offered, or out of reach";
  }
  return "";
}

std::string heading(const GraphOptions& options, const std::string& backend,
                    const ObservedGraph& found) {
  std::string text = fmt::format(
      "{} of {}, by tours with 2 workers and {} attempt{} at a time\n"
      "transitions {}, of which {} were carried out; {} ended otherwise than in the model\n",
      options.chosen_lens().title, backend, options.attempts, options.attempts == 1 ? "" : "s",
      grouped(found.transitions), grouped(found.carried_out), grouped(found.apart));
  text += "edges      ";
  for (const Kind kind :
       {Kind::equal, Kind::extra, Kind::missing, Kind::differs, Kind::never_taken}) {
    text +=
        fmt::format("{} {} {}", kind == Kind::equal ? "" : ",", found.of(kind).size(), word(kind));
  }
  return text + "\n";
}

std::string in_words(const GraphOptions& options, const std::string& backend,
                     const ObservedGraph& found, const Witnesses& witnesses) {
  std::string text = heading(options, backend, found);
  for (const ObservedEdge& edge : found.edges) {
    if (edge.kind == Kind::equal) continue;
    text += fmt::format("{:<11} {} ({})\n", word(edge.kind), edge.name, how_often(edge));
    const std::string file = witnesses.write(file_name_of(edge), edge.witness);
    if (!file.empty()) text += fmt::format("            witness: {}\n", file);
  }
  if (found.hidden > 0) {
    text +=
        fmt::format("{} transitions differ in what this lens does not show: an answer, a field\n",
                    grouped(found.hidden));
    if (found.hidden_witness) {
      text += fmt::format("            first {}\n", found.hidden_witness->verdict.message);
    }
    const std::string file = witnesses.write("hidden.jsonl", found.hidden_witness);
    if (!file.empty()) text += fmt::format("            witness: {}\n", file);
  }
  if (found.verdict.result != traces::Result::held) {
    text += fmt::format("{}{}{}: {}\n", traces::word(found.verdict.result),
                        found.verdict.property.empty() ? "" : " ", found.verdict.property,
                        found.verdict.message);
  }
  return text;
}

graph::Picture picture_of(const GraphOptions& options) {
  return {.title = options.chosen_lens().title,
          .counts = graph::Picture::Counts::hidden,
          .meanings = {{graph::Mark::none, "as in the model"},
                       {graph::Mark::added, "extra: the model has no such edge"},
                       {graph::Mark::removed, "missing: the model only"},
                       {graph::Mark::changed, "differs: not in the same transitions"},
                       {graph::Mark::untaken, "never asked for"}}};
}

std::string shown(const GraphOptions& options, const ObservedGraph& found,
                  const std::string& words) {
  const GraphFormat format = options.format.value_or(GraphFormat::words);
  switch (format) {
    case GraphFormat::words:
      return words;
    case GraphFormat::mermaid:
    case GraphFormat::dot:
    case GraphFormat::svg:
      return exported(found.both, format, picture_of(options));
    case GraphFormat::graphml:
    case GraphFormat::aut:
    case GraphFormat::tsv:
    case GraphFormat::json:
      return exported(found.subject, format, {.title = options.chosen_lens().title});
  }
  return {};
}

}  // namespace

ExitCode draw_subject(const GraphOptions& options) {
  const sim::Backend backend = chosen_backend(options.common, "");
  const Witnesses witnesses(options.witness_directory);
  require_writable("--output", options.file);
  Progress progress;
  const auto found = sim::observe(
      {.lens = &options.chosen_lens(),
       .workers = 2,
       .attempts = options.attempts,
       .backend = backend.name,
       .make = backend.make,
       .progress = [&progress](std::uint64_t done, std::uint64_t of) {
         if (!progress.is_due()) return;
         progress.show(fmt::format("graph: {} of {} transitions", grouped(done), grouped(of)));
       }});
  if (!found) throw Stop{found.error()};
  return after_verdict(exit_code_of(found->verdict.result), [&] {
    const std::string words = in_words(options, backend.name, *found, witnesses);
    write_or_say(options.file, shown(options, *found, words));
  });
}

}  // namespace leasecheck::cli
