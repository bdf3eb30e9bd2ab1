#include <algorithm>
#include <array>
#include <charconv>

#include "sim/storage/crash_matrix.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::array mishaps{Mishap::power_loss, Mishap::kill, Mishap::io_error, Mishap::disk_full};

}  // namespace

std::string_view word(Mishap mishap) {
  switch (mishap) {
    case Mishap::power_loss:
      return "power_loss";
    case Mishap::kill:
      return "kill";
    case Mishap::io_error:
      return "io_error";
    case Mishap::disk_full:
      return "disk_full";
  }
  return "unknown";
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
  std::string text = std::string(word(point.mishap)) + "@" + std::to_string(point.call);
  if (!point.fates.empty()) text += ":" + point.fates;
  return text;
}

std::optional<CrashPoint> crash_point_from_text(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto mishap = std::ranges::find(mishaps, text.substr(0, at),
                                        [](Mishap candidate) { return word(candidate); });
  if (at == std::string_view::npos || mishap == mishaps.end()) return std::nullopt;
  CrashPoint point{.mishap = *mishap, .call = 0, .fates = {}};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + at + 1, end, point.call);
  if (error != std::errc{} || point.call == 0) return std::nullopt;
  if (rest == end) return point;
  point.fates.assign(rest + 1, end);
  const bool is_fates = *rest == ':' && point.mishap == Mishap::power_loss &&
                        point.fates.find_first_not_of("klt") == std::string::npos;
  return is_fates && !point.fates.empty() ? std::optional(point) : std::nullopt;
}

}  // namespace leasecheck::sim
