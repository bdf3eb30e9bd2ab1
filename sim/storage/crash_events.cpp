#include <algorithm>
#include <array>
#include <charconv>

#include "sim/storage/crash_matrix.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::array crash_events{CrashEvent::power_loss,     CrashEvent::kill,
                                  CrashEvent::io_error,       CrashEvent::disk_full,
                                  CrashEvent::sync_forgotten, CrashEvent::file_replaced};

}  // namespace

std::string_view word(CrashEvent event) {
  switch (event) {
    case CrashEvent::power_loss:
      return "power_loss";
    case CrashEvent::kill:
      return "kill";
    case CrashEvent::io_error:
      return "io_error";
    case CrashEvent::disk_full:
      return "disk_full";
    case CrashEvent::sync_forgotten:
      return "sync_forgotten";
    case CrashEvent::file_replaced:
      return "file_replaced";
  }
  return "unknown";
}

std::uint64_t& CrashCount::of(CrashEvent event) {
  switch (event) {
    case CrashEvent::power_loss:
      return power_losses;
    case CrashEvent::kill:
      return kills;
    case CrashEvent::file_replaced:
      return replacements;
    case CrashEvent::io_error:
    case CrashEvent::disk_full:
    case CrashEvent::sync_forgotten:
      break;
  }
  return failures;
}

std::vector<CrashCase> crash_cases() {
  std::vector<CrashCase> cases{{std::nullopt, std::nullopt}};
  for (const PriorState& prior : prior_states()) {
    cases.push_back({prior, std::nullopt});
    for (const SmallOperation& operation : small_operations()) cases.push_back({prior, operation});
  }
  return cases;
}

std::string name_of(const CrashCase& subject) {
  return (subject.prior ? subject.prior->name : "nothing") + "/" +
         (subject.operation ? subject.operation->name : "open");
}

std::string to_text(const CrashPoint& point) {
  std::string text = std::string(word(point.event)) + "@" + std::to_string(point.call);
  if (!point.write_outcomes.empty()) text += ":" + point.write_outcomes;
  return text;
}

std::optional<CrashPoint> crash_point_from_text(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto event = std::ranges::find(crash_events, text.substr(0, at),
                                       [](CrashEvent candidate) { return word(candidate); });
  if (at == std::string_view::npos || event == crash_events.end()) return std::nullopt;
  CrashPoint point{.event = *event, .call = 0, .write_outcomes = {}};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + at + 1, end, point.call);
  if (error != std::errc{} || point.call == 0) return std::nullopt;
  if (point.event == CrashEvent::file_replaced && point.call != 1) return std::nullopt;
  if (rest == end) return point;
  point.write_outcomes.assign(rest + 1, end);
  const bool are_outcomes = *rest == ':' && point.event == CrashEvent::power_loss &&
                            point.write_outcomes.find_first_not_of("klt") == std::string::npos;
  return are_outcomes && !point.write_outcomes.empty() ? std::optional(point) : std::nullopt;
}

}  // namespace leasecheck::sim
