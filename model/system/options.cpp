#include "model/system/options.hpp"

#include <algorithm>

namespace leasecheck::system {
namespace {

constexpr unsigned most_retries = 6;

std::string text(Duration duration) {
  return std::to_string(duration.count()) + "ms";
}

std::expected<void, std::string> within(const std::string& flag, unsigned value, unsigned least,
                                        unsigned most) {
  if (value >= least && value <= most) return {};
  return std::unexpected(flag + " " + std::to_string(value) + ": expected " +
                         std::to_string(least) + " to " + std::to_string(most));
}

std::expected<void, std::string> within(const std::string& flag, Duration value, Duration least) {
  if (value >= least && value <= longest) return {};
  return std::unexpected(flag + " " + text(value) + ": expected " + text(least) + " to 24h");
}

}  // namespace

std::expected<void, std::string> validate(const Options& options) {
  const Duration none{0};
  std::vector<std::expected<void, std::string>> checks{
      within("--workers", options.workers, 1, most_workers),
      within("--attempts", options.attempts, 1, most_attempts),
      within("--messages", options.messages, 0, most_messages),
      within("--retries", options.retries, 0, most_retries),
      within("--max-deliveries", options.max_deliveries, 0, most_retries),
      within("--slack", options.slack, 0, 8),
      within("--ttl", options.ttl, Duration{1}),
      within("--grace", options.grace, none),
      within("--heartbeat", options.heartbeat_period, none),
      within("--timeout", options.timeout, none),
      within("--backoff", options.backoff, Duration{1}),
      within("--skew", options.skew, none),
      within("--reapers", static_cast<unsigned>(options.reapers.size()), 1, 2)};
  for (const Duration ahead : options.reapers) checks.push_back(within("--reapers", ahead, none));
  const auto wrong = std::ranges::find_if(checks, [](const auto& check) { return !check; });
  return wrong == checks.end() ? std::expected<void, std::string>{} : *wrong;
}

std::string describe(const Options& options) {
  std::string line = "system workers=" + std::to_string(options.workers) +
                     " attempts=" + std::to_string(options.attempts) +
                     " messages=" + std::to_string(options.messages) + " ttl=" + text(options.ttl) +
                     " grace=" + text(options.grace) +
                     " heartbeat=" + text(options.heartbeat_period) +
                     " timeout=" + text(options.timeout) + " backoff=" + text(options.backoff) +
                     " retries=" + std::to_string(options.retries) +
                     " max_deliveries=" + std::to_string(options.max_deliveries) +
                     " skew=" + text(options.skew) + " reapers=";
  for (const Duration ahead : options.reapers) line += text(ahead) + ",";
  line.back() = ' ';
  const auto flag = [&line](const char* name, bool is_on) { line += is_on ? name : ""; };
  flag("reaping ", options.reaping);
  flag("effects ", options.effects);
  flag("calm ", options.calm);
  flag("crashes ", options.faults.crashes);
  flag("loss ", options.faults.loss);
  flag("duplication ", options.faults.duplication);
  flag("giving_up ", options.faults.giving_up);
  flag("every_millisecond ", options.every_millisecond);
  flag("short_waits ", options.waits == Waits::next);
  return line + "slack=" + std::to_string(options.slack) +
         " mutant=" + std::string(name_of(options.mutant));
}

}  // namespace leasecheck::system
