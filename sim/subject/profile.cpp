#include "sim/subject/profile.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

namespace leasecheck::sim {
namespace {

using traces::Decoded;
using traces::Json;

constexpr std::array<std::string_view, 7> required_operations{
    "reset",           "enqueue_attempt",           "list_dispatchable_attempts", "upsert_lease",
    "heartbeat_lease", "expire_leases_and_requeue", "latest_seq_for_run"};

constexpr std::array<std::string_view, 18> other_operations{"heartbeat_lease_with_version",
                                                            "transition_timed_out_attempts",
                                                            "start_attempt",
                                                            "release_lease",
                                                            "ack_attempt",
                                                            "append_run_event",
                                                            "cancel_attempt",
                                                            "replay_dead_letter",
                                                            "list_dead_letters",
                                                            "get_attempt",
                                                            "get_lease",
                                                            "get_lease_for_attempt",
                                                            "queue_depth",
                                                            "counts_by_status",
                                                            "list_run_events",
                                                            "snapshot",
                                                            "restart",
                                                            "goodbye"};

// What may be absent: everything but what says which record it is.
constexpr std::array<std::string_view, 31> fields_that_may_be_absent{
    "attempt.run_id",         "attempt.attempt_no",
    "attempt.status",         "attempt.priority",
    "attempt.ready_at",       "attempt.retry_at",
    "attempt.started_at",     "attempt.delivery_count",
    "attempt.version",        "lease.worker_id",
    "lease.lease_expires_at", "lease.heartbeat_at",
    "lease.version",          "lease.execution_deadline",
    "dead_letter.run_id",     "dead_letter.attempt_no",
    "dead_letter.reason",     "dead_letter.dead_at",
    "dispatch.run_id",        "dispatch.attempt_no",
    "dispatch.status",        "dispatch.retry_at",
    "spec.priority",          "spec.not_before",
    "spec.timeout",           "spec.on_timeout",
    "spec.retry_policy",      "spec.max_deliveries",
    "spec.tenant_id",         "spec.on_timeout=retry",
    "spec.on_timeout=fail"};
constexpr std::string_view last_choice = "spec.on_timeout=cancel";

constexpr std::array deviations{Deviation::ack_by_attempt, Deviation::no_delivery_count,
                                Deviation::lease_version_restarts};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The field `name` as a list of strings; an absent one is empty.
Decoded<Names> names_from_json(const Json& answer, const char* name) {
  Names names;
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return names;
  if (!found->is_array()) return std::unexpected(std::string(name) + ": expected an array");
  for (const Json& element : *found) {
    if (!element.is_string()) {
      return std::unexpected(std::string(name) + ": expected an array of strings");
    }
    names.insert(element.get<std::string>());
  }
  return names;
}

Decoded<std::string> text_from_json(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return std::string();
  if (!found->is_string()) return std::unexpected(std::string(name) + ": expected a string");
  return found->get<std::string>();
}

Decoded<void> read_operations(const Json& answer, Profile& profile) {
  auto offered = names_from_json(answer, "operations");
  if (!offered) return std::unexpected(offered.error());
  for (const std::string_view required : required_operations) {
    if (!offered->contains(required)) {
      return std::unexpected("operations: the required \"" + std::string(required) +
                             "\" is not offered");
    }
  }
  for (const std::string& name : *offered) {
    if (is_one_of(required_operations, name) || is_one_of(other_operations, name)) {
      profile.operations.insert(name);
    }
  }
  return {};
}

Decoded<void> read_absent(const Json& answer, Profile& profile) {
  auto absent = names_from_json(answer, "absent");
  if (!absent) return std::unexpected(absent.error());
  for (const std::string& name : *absent) {
    if (!is_one_of(fields_that_may_be_absent, name) && name != last_choice) {
      return std::unexpected("absent: \"" + name + "\" is no field that may be absent");
    }
  }
  profile.absent = *std::move(absent);
  const auto& left_out = profile.absent;
  if (!left_out.contains("spec.on_timeout") && left_out.contains("spec.on_timeout=retry") &&
      left_out.contains("spec.on_timeout=fail") && left_out.contains(last_choice)) {
    return std::unexpected("absent: no value of spec.on_timeout is left; name the field itself");
  }
  return {};
}

Decoded<void> read_deviations(const Json& answer, Profile& profile) {
  auto named = names_from_json(answer, "deviations");
  if (!named) return std::unexpected(named.error());
  for (const std::string& name : *named) {
    const auto known = std::ranges::find(deviations, name, [](Deviation d) { return word(d); });
    if (known == deviations.end()) {
      return std::unexpected("deviations: \"" + name + "\" is unknown to protocol version 1");
    }
    profile.deviations.insert(*known);
  }
  if (profile.deviates(Deviation::no_delivery_count)) {
    profile.absent.insert({"attempt.delivery_count", "spec.max_deliveries"});
  }
  if (profile.deviates(Deviation::lease_version_restarts)) {
    profile.absent.insert("attempt.version");
  }
  return {};
}

Decoded<void> read_order(const Json& answer, Profile& profile) {
  const auto order = text_from_json(answer, "dispatch_order");
  if (!order) return std::unexpected(order.error());
  if (*order == "attempt_id") {
    profile.dispatch_order = DispatchOrder::attempt_id;
  } else if (!order->empty() && *order != "ready_fifo") {
    return std::unexpected("dispatch_order: expected \"ready_fifo\" or \"attempt_id\", found \"" +
                           *order + "\"");
  }
  return {};
}

Decoded<void> read_rest(const Json& answer, Profile& profile) {
  const auto name = text_from_json(answer, "name");
  const auto version = text_from_json(answer, "version");
  if (!name || !version) return std::unexpected(name ? version.error() : name.error());
  profile.name = *name;
  profile.version = *version;
  if (const auto durable = answer.find("durable"); durable != answer.end()) {
    if (!durable->is_boolean() && !durable->is_null()) {
      return std::unexpected("durable: expected true or false");
    }
    profile.durable = *durable == true;
  }
  if (const auto protocol = answer.find("protocol"); protocol == answer.end() || *protocol != 1) {
    return std::unexpected("protocol: expected 1, the version that was asked for");
  }
  return {};
}

}  // namespace

const Profile& whole_contract() {
  static const Profile profile = [] {
    Profile everything;
    everything.operations.insert(required_operations.begin(), required_operations.end());
    everything.operations.insert(other_operations.begin(), other_operations.end());
    return everything;
  }();
  return profile;
}

std::vector<std::string> missing_operations(const Profile& profile) {
  std::vector<std::string> missing;
  for (const std::string_view name : other_operations) {
    if (!profile.offers(name)) missing.emplace_back(name);
  }
  return missing;
}

Names properties_not_promised(const Profile& profile) {
  Names names;
  // What a worker and a reaper need to get an attempt to its end, and we to see that it got there.
  for (const std::string_view name :
       {"list_dispatchable_attempts", "upsert_lease", "heartbeat_lease",
        "heartbeat_lease_with_version", "expire_leases_and_requeue",
        "transition_timed_out_attempts", "ack_attempt", "snapshot"}) {
    if (!profile.offers(name)) names.insert("progress");
  }
  if (profile.dispatch_order != DispatchOrder::ready_fifo) names.insert("dispatch_order");
  if (profile.deviates(Deviation::ack_by_attempt)) {
    // Whoever acks takes a lease from a worker that may still believe, as an operator's cancel
    // does.
    names.insert({"holder_only", "no_double_belief"});
  }
  if (profile.deviates(Deviation::no_delivery_count)) names.insert("retry_budget");
  if (profile.deviates(Deviation::lease_version_restarts)) {
    names.insert({"monotonic_versions", "no_stale_effect"});
  }
  return names;
}

std::vector<std::string> not_promised_in_words(const Profile& profile) {
  std::vector<std::string> phrases;
  if (profile.dispatch_order != DispatchOrder::ready_fifo) {
    phrases.emplace_back("dispatch_order attempt_id: rule 2 (its own order is checked instead)");
  }
  for (const Deviation deviation : profile.deviations) {
    switch (deviation) {
      case Deviation::ack_by_attempt:
        phrases.emplace_back(
            "ack_by_attempt: the holder clause of rule 11, rules 19(b) and 19(c) for acks");
        break;
      case Deviation::no_delivery_count:
        phrases.emplace_back("no_delivery_count: the delivery clause of rule 5");
        break;
      case Deviation::lease_version_restarts:
        phrases.emplace_back("lease_version_restarts: rules 16, 19(c) and 22 for versions");
        break;
    }
  }
  for (const std::string& name : profile.absent) phrases.push_back("absent: " + name);
  return phrases;
}

Decoded<Profile> profile_from_json(const Json& answer) {
  if (!answer.is_object()) return std::unexpected("expected an object");
  Profile profile;
  for (const auto read : {read_rest, read_operations, read_absent, read_order, read_deviations}) {
    if (auto done = read(answer, profile); !done) return std::unexpected(done.error());
  }
  return profile;
}

std::string_view word(Deviation deviation) {
  switch (deviation) {
    case Deviation::ack_by_attempt:
      return "ack_by_attempt";
    case Deviation::no_delivery_count:
      return "no_delivery_count";
    case Deviation::lease_version_restarts:
      return "lease_version_restarts";
  }
  return {};
}

}  // namespace leasecheck::sim
