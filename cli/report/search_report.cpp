#include "cli/report/search_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

std::string_view word(check::Verdict verdict) {
  switch (verdict) {
    case check::Verdict::held:
      return "held";
    case check::Verdict::violated:
      return "violated";
    case check::Verdict::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string_view word(check::Limit limit) {
  switch (limit) {
    case check::Limit::depth:
      return "depth";
    case check::Limit::memory:
      return "memory";
    case check::Limit::stopped:
      return "stopped";
    case check::Limit::omission:
      return "omission";
  }
  return "";
}

std::string_view reason(check::Limit limit) {
  switch (limit) {
    case check::Limit::depth:
      return "not everything was searched: --depth ended it";
    case check::Limit::memory:
      return "not everything was searched: --memory ended it";
    case check::Limit::stopped:
      return "not everything was searched: it was interrupted";
    case check::Limit::omission:
      return "maybe not everything was searched: more --hash-bits are needed";
  }
  return "";
}

/// A `sometimes` is a premise: not reaching it says how little was shown, and violates nothing.
std::string_view word(const system::Finding& finding) {
  if (finding.kind != check::Kind::sometimes) return word(finding.verdict);
  switch (finding.verdict) {
    case check::Verdict::held:
      return "reached";
    case check::Verdict::violated:
      return "not reached";
    case check::Verdict::inconclusive:
      return "not yet reached";
  }
  return "";
}

double times_fewer(const system::Explored& explored) {
  return static_cast<double>(explored.reduction->represented) /
         static_cast<double>(explored.states);
}

std::string counterexample_in_words(const system::Finding& finding) {
  const system::Run& run = *finding.counterexample;
  std::string text = fmt::format("shortest counterexample to {}:\n", finding.property);
  for (std::size_t i = 0; i < run.lines.size(); ++i) {
    text += fmt::format("  {}. {}\n", i, run.lines[i]);
  }
  if (!run.loop) return text;
  return text + (*run.loop + 1 == run.lines.size()
                     ? "  and nothing more happens for ever\n"
                     : fmt::format("  and so on for ever from {}\n", *run.loop));
}

}  // namespace

const system::Finding* first_violated(const system::Explored& explored) {
  const auto found = std::ranges::find_if(explored.findings, [](const system::Finding& finding) {
    return finding.kind != check::Kind::sometimes && finding.verdict == check::Verdict::violated;
  });
  return found == explored.findings.end() ? nullptr : &*found;
}

std::string in_words(const SearchReport& world) {
  const system::Explored& explored = world.explored;
  std::string text = fmt::format(
      "{}\n{}: {} states, {} transitions, depth {}, {:.2f} s, {:.1f} bytes per state\n",
      world.world, word(explored.verdict), grouped(explored.states), grouped(explored.transitions),
      explored.depth, world.seconds, explored.bytes_per_state);
  if (explored.limit) text += fmt::format("{}\n", reason(*explored.limit));
  if (explored.omission_odds > 0) {
    text += fmt::format("odds that a state was omitted: {:.2g}\n", explored.omission_odds);
  }
  if (explored.reduction) {
    text += fmt::format("symmetry: {} of {} states, {:.1f} times fewer; limit {}\n",
                        grouped(explored.states), grouped(explored.reduction->represented),
                        times_fewer(explored), explored.reduction->renamings);
  }
  for (const system::Finding& finding : explored.findings) {
    text += fmt::format("  {:<24} {}\n", finding.property, word(finding));
  }
  const system::Finding* violated = first_violated(explored);
  if (violated != nullptr && violated->counterexample) text += counterexample_in_words(*violated);
  if (!explored.not_saved.empty()) text += fmt::format("not saved: {}\n", explored.not_saved);
  return text;
}

std::string in_json(const SearchReport& world) {
  const system::Explored& explored = world.explored;
  nlohmann::ordered_json document{{"model", world.world},
                                  {"verdict", word(explored.verdict)},
                                  {"states", explored.states},
                                  {"transitions", explored.transitions},
                                  {"depth", explored.depth},
                                  {"seconds", world.seconds},
                                  {"bytes_per_state", explored.bytes_per_state},
                                  {"omission_odds", explored.omission_odds},
                                  {"limit", nullptr},
                                  {"symmetry", nullptr},
                                  {"graph", nullptr},
                                  {"trace", nullptr},
                                  {"properties", nlohmann::ordered_json::array()}};
  if (explored.limit) document["limit"] = word(*explored.limit);
  if (explored.reduction) {
    document["symmetry"] = {{"represented_states", explored.reduction->represented},
                            {"times_fewer", times_fewer(explored)},
                            {"limit", explored.reduction->renamings}};
  }
  if (!world.graph.empty()) document["graph"] = world.graph;
  if (!world.trace.empty()) document["trace"] = world.trace;
  if (!explored.not_saved.empty()) document["not_saved"] = explored.not_saved;
  for (const system::Finding& finding : explored.findings) {
    nlohmann::ordered_json entry{{"property", finding.property}, {"verdict", word(finding)}};
    if (finding.counterexample) entry["counterexample"] = finding.counterexample->lines;
    document["properties"].push_back(std::move(entry));
  }
  return json_text(std::move(document));
}

}  // namespace leasecheck::cli
