#include "traces/reduction/violation.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <tuple>

#include "traces/reduction/stimuli.hpp"

namespace leasecheck::traces {
namespace {

/// Longest first, so that an id within another one is not taken for it.
using Words = std::vector<std::string>;

bool is_part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_word_at(std::string_view text, std::size_t at, std::string_view word) {
  if (!text.substr(at).starts_with(word)) return false;
  const std::size_t end = at + word.size();
  return (at == 0 || !is_part_of_word(text[at - 1])) &&
         (end == text.size() || !is_part_of_word(text[end]));
}

/// What the run was free to choose or to count: its ids, the handles of leases, statuses.
Words names_in(const Trace& trace) {
  std::set<std::string> names;
  for (Step step : trace.steps) {
    each_id(step, [&names](IdKind, std::string& id) { names.insert(id); });
    if (const auto* call = std::get_if<Call>(&step.what)) names.insert(call->actor);
  }
  for (std::size_t i = 0; i < model::status_count; ++i) {
    names.emplace(model::word(static_cast<model::Status>(i)));
  }
  names.erase("");
  Words longest_first(names.begin(), names.end());
  std::ranges::sort(longest_first, [](const std::string& left, const std::string& right) {
    return std::tuple(right.size(), left) < std::tuple(left.size(), right);
  });
  return longest_first;
}

bool is_handle(std::string_view text, std::size_t at) {
  return text[at] == 'L' && at + 1 < text.size() &&
         std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
         (at == 0 || !is_part_of_word(text[at - 1]));
}

std::size_t end_of_number(std::string_view text, std::size_t at) {
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) ++at;
  return at;
}

// Two values that differ say less of the kind of a difference than the field in which they stand:
// "a1.lease.version is 3 instead of 4".
std::string_view without_values(std::string_view message) {
  const std::size_t values = message.find(" is ");
  const bool has_two =
      values != std::string_view::npos && message.find(" instead of ", values) < message.size();
  return has_two ? message.substr(0, values) : message;
}

std::string kind_of(std::string_view message, const Words& names) {
  const std::string_view text = without_values(message);
  std::string kind;
  for (std::size_t at = 0; at < text.size();) {
    const auto name = std::ranges::find_if(
        names, [&](const std::string& word) { return is_word_at(text, at, word); });
    if (name != names.end()) {
      kind += '*';
      at += name->size();
    } else if (is_handle(text, at)) {
      kind += '*';
      at = end_of_number(text, at + 1);
    } else if (std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
      if (kind.ends_with('-')) kind.pop_back();
      kind += '*';
      at = end_of_number(text, at);
    } else {
      kind += text[at++];
    }
  }
  return kind;
}

// A counter that stood still and one that moved are both at a wrong number: "left the version of *
// at
// *; it has to become *" and "took the version of * from * to *; it has to become *".
std::string without_way(std::string kind) {
  const std::size_t end = kind.find("; it has to ");
  if (end == std::string::npos) return kind;
  for (const std::string_view verb : {" left the ", " took the "}) {
    const std::size_t begin = kind.find(verb);
    const std::size_t of = begin == std::string::npos ? begin : kind.find(" of *", begin);
    if (of >= end) continue;
    kind.erase(of, end - of);
    kind.replace(begin, verb.size(), " moves ");
    break;
  }
  return kind;
}

// A return has the number after its call's, which alone is a stimulus.
std::string operation_at(const Trace& trace, std::uint64_t number) {
  std::string operation;
  for (const Step& step : trace.steps) {
    if (step.number > number) break;
    if (const auto* call = std::get_if<Call>(&step.what)) {
      operation = model::name_of(call->action.operation);
    } else if (const auto* event = std::get_if<model::Environment>(&step.what)) {
      operation = model::name_of(*event);
    }
  }
  return operation;
}

}  // namespace

Violation violation_of(const Trace& trace, const Verdict& verdict) {
  if (verdict.result != Result::violated) return {};
  return {.property = verdict.property,
          .operation = operation_at(trace, verdict.first_bad),
          .kind = without_way(kind_of(verdict.message, names_in(trace)))};
}

}  // namespace leasecheck::traces
