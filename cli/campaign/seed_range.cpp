#include "cli/campaign/seed_range.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "cli/command.hpp"

namespace leasecheck::cli {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

SeedRange parse_seeds(const std::string& text) {
  const std::string_view view = text;
  const std::size_t dots = view.find("..");
  const auto first = parse_number(view.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_number(view.substr(dots + 2));
  if (!first || !last || *first > *last) {
    throw Stop{fmt::format(
        "--seeds {}: expected A..B with 0 <= A <= B < 2^64, or one seed; for instance 1..200",
        text)};
  }
  return {*first, *last};
}

Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string_view view = text;
  const auto index = parse_number(view.substr(0, slash));
  const auto count = parse_number(slash == std::string::npos ? "" : view.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count) {
    throw Stop{fmt::format("--shard {}: expected I/N with 1 <= I <= N, for instance 2/8", text)};
  }
  return {*index, *count};
}

}  // namespace leasecheck::cli
