#include "traces/logs/instant.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace leasecheck::traces {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> digits(std::string_view text) {
  const bool is_plain = !text.empty() && text.size() < 18 &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_plain ? integer(text) : std::nullopt;
}

/// The milliseconds of a fraction's digits.
std::optional<std::int64_t> fraction(std::string_view text) {
  if (!digits(text)) return std::nullopt;
  std::string thousandths(text.substr(0, 3));
  thousandths.resize(3, '0');
  return integer(thousandths);
}

/// "12.345" is 12,345 ms. A number below zero has to be whole.
std::optional<std::int64_t> from_seconds(std::string_view text) {
  constexpr std::int64_t largest = std::int64_t{1} << 53;
  const std::size_t point = text.find('.');
  const auto whole = integer(text.substr(0, point));
  const auto rest = point == text.npos ? 0 : fraction(text.substr(point + 1));
  const bool is_below_zero = text.starts_with('-');
  if (!whole || !rest || *whole > largest || *whole < -largest) return std::nullopt;
  if (is_below_zero && point != text.npos) return std::nullopt;
  return *whole * 1000 + *rest;
}

/// "Z", "+01:00", "-0530", "+01" or nothing: minutes east of Greenwich.
std::optional<std::int64_t> zone(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  if (text.size() < 2) return std::nullopt;
  const auto hours = digits(text.substr(0, 2));
  text.remove_prefix(2);
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = text.empty() ? 0 : text.size() == 2 ? digits(text) : std::nullopt;
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::optional<std::int64_t> from_iso8601(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() < shape.size()) return std::nullopt;
  std::array<std::int64_t, 6> parts{};
  for (std::size_t i = 0, at = 0; i < parts.size(); ++i) {
    const std::size_t length = i == 0 ? 4 : 2;
    const auto part = digits(text.substr(at, length));
    if (!part) return std::nullopt;
    parts[i] = *part;
    at += length;
    const bool is_separated = i == 5 || text[at] == shape[at] || (i == 2 && text[at] == ' ');
    if (!is_separated) return std::nullopt;
    ++at;
  }
  const year_month_day date{year{static_cast<int>(parts[0])},
                            month{static_cast<unsigned>(parts[1])},
                            day{static_cast<unsigned>(parts[2])}};
  if (!date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return std::nullopt;
  text.remove_prefix(shape.size());
  std::optional<std::int64_t> thousandths = 0;
  if (text.starts_with('.') || text.starts_with(',')) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    thousandths = fraction(text.substr(1, end - 1));
    text.remove_prefix(end);
  }
  const auto east = zone(text);
  if (!thousandths || !east) return std::nullopt;
  const std::int64_t minutes_of_day = parts[3] * 60 + parts[4] - *east;
  return sys_days(date).time_since_epoch().count() * std::int64_t{86'400'000} +
         (minutes_of_day * 60 + parts[5]) * 1000 + *thousandths;
}

/// Rounded down, below zero too.
std::int64_t divided(std::int64_t number, std::int64_t by) {
  return number / by - (number % by < 0 ? 1 : 0);
}

std::optional<std::int64_t> milliseconds(std::string_view text, TimeUnit unit) {
  if (unit == TimeUnit::seconds) return from_seconds(text);
  if (unit == TimeUnit::iso8601) return from_iso8601(text);
  const auto number = integer(text);
  if (!number || unit == TimeUnit::milliseconds) return number;
  return divided(*number, unit == TimeUnit::microseconds ? 1000 : 1'000'000);
}

std::string_view wanted(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::seconds:
      return "a time in seconds";
    case TimeUnit::milliseconds:
      return "a time in whole milliseconds";
    case TimeUnit::microseconds:
      return "a time in whole microseconds";
    case TimeUnit::nanoseconds:
      return "a time in whole nanoseconds";
    case TimeUnit::iso8601:
      return "a time as in 2026-11-30T18:04:52.123Z";
  }
  std::unreachable();
}

}  // namespace

Decoded<model::Time> instant_from_text(std::string_view text, TimeUnit unit) {
  const auto found = milliseconds(text, unit);
  if (!found) return std::unexpected(expected(wanted(unit), text_to_json(text)));
  return model::at_ms(*found);
}

Decoded<model::Duration> duration_from_text(std::string_view text) {
  struct Unit {
    std::string_view word;
    std::int64_t milliseconds;
  };
  constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                             Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
  constexpr std::int64_t most = 1'000'000'000;
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = digits(text.substr(0, end));
  const auto* const unit = std::ranges::find(units, text.substr(end), &Unit::word);
  if (!number || *number > most || unit == units.end()) {
    return std::unexpected(expected("a duration as in \"250ms\", \"30s\", \"5m\", \"2h\", \"7d\"",
                                    text_to_json(text)));
  }
  return model::Duration{*number * unit->milliseconds};
}

}  // namespace leasecheck::traces
