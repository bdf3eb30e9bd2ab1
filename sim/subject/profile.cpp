#include "sim/subject/profile.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/subject/variant_words.hpp"

namespace leasecheck::sim {
namespace {

using traces::Decoded;
using traces::Json;

/// What the protocol has beyond the contract's operations.
constexpr std::array<std::string_view, 3> protocol_operations{"snapshot", "restart", "goodbye"};

/// Notes under their full names the fields that may be absent: all but those of the record's key.
template <class Record>
class FieldsBeside {
 public:
  FieldsBeside(Names& names, std::initializer_list<std::string_view> key)
      : names_(names), key_(key) {
    const Record record;
    fields(*this, record);
  }
  void operator()(std::string_view name, const auto&) {
    if (std::ranges::find(key_, name) == key_.end()) names_.insert(full_name<Record>(name));
  }

 private:
  Names& names_;
  std::initializer_list<std::string_view> key_;
};

const Names& what_may_be_absent() {
  static const Names all = [] {
    Names names;
    FieldsBeside<model::AttemptRecord>(names, {"attempt_id"});
    FieldsBeside<model::LeaseRecord>(names, {"lease_id", "attempt_id"});
    FieldsBeside<model::DeadLetter>(names, {"attempt_id"});
    FieldsBeside<model::DispatchRecord>(names, {"attempt_id"});
    FieldsBeside<model::AttemptSpec>(names, {"attempt_id", "run_id"});
    for (const model::OnTimeout value : on_timeout_choices) names.insert(on_timeout_choice(value));
    return names;
  }();
  return all;
}

constexpr std::array deviations{Deviation::no_delivery_count, Deviation::lease_version_restarts};

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

constexpr std::uint32_t most_processes = 64;

Decoded<std::string> text_from_json(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return std::string();
  if (!found->is_string()) return std::unexpected(std::string(name) + ": expected a string");
  return found->get<std::string>();
}

Decoded<void> read_operations(const Json& answer, Profile& profile) {
  auto offered = names_from_json(answer, "operations");
  if (!offered) return std::unexpected(offered.error());
  for (const std::string& name : whole_contract().operations) {
    if (offered->contains(name)) profile.operations.insert(name);
  }
  for (const std::string_view name : {"reset", "enqueue_attempt"}) {
    if (profile.offers(name)) continue;
    return std::unexpected("operations: the required \"" + std::string(name) + "\" is not offered");
  }
  const bool claims_one =
      profile.offers<model::ListDispatchableAttempts>() && profile.offers<model::UpsertLease>();
  if (claims_one || profile.offers<model::ClaimAttempts>()) return {};
  return std::unexpected(
      "operations: nothing can be claimed; expected \"claim_attempts\", or "
      "\"list_dispatchable_attempts\" and \"upsert_lease\"");
}

Decoded<void> read_absent(const Json& answer, Profile& profile) {
  auto absent = names_from_json(answer, "absent");
  if (!absent) return std::unexpected(absent.error());
  for (const std::string& name : *absent) {
    if (!what_may_be_absent().contains(name)) {
      return std::unexpected("absent: \"" + name + "\" is no field that may be absent");
    }
  }
  profile.absent = *std::move(absent);
  const auto is_left_out = [&](model::OnTimeout value) {
    return profile.absent.contains(on_timeout_choice(value));
  };
  if (!profile.absent.contains("spec.on_timeout") &&
      std::ranges::all_of(on_timeout_choices, is_left_out)) {
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
    profile.absent.insert({"attempt.version", "snapshot.version_floor"});
  }
  return {};
}

Decoded<void> read_variant(const Json& answer, Profile& profile) {
  const auto variant = variant_from_json(answer);
  if (!variant) return std::unexpected(variant.error());
  profile.variant = *variant;
  return {};
}

Decoded<bool> flag_from_json(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return false;
  if (!found->is_boolean()) return std::unexpected(std::string(name) + ": expected true or false");
  return found->get<bool>();
}

Decoded<void> read_processes(const Json& answer, Profile& profile) {
  const auto yields = flag_from_json(answer, "yields");
  if (!yields) return std::unexpected(yields.error());
  profile.yields = *yields;
  const auto processes = answer.find("processes");
  if (processes == answer.end() || processes->is_null()) return {};
  if (!processes->is_number_integer() || *processes < 1 || *processes > most_processes) {
    return std::unexpected("processes: expected an integer from 1 to " +
                           std::to_string(most_processes));
  }
  profile.processes = processes->get<std::uint32_t>();
  return {};
}

Decoded<void> read_rest(const Json& answer, Profile& profile) {
  const auto name = text_from_json(answer, "name");
  const auto version = text_from_json(answer, "version");
  if (!name || !version) return std::unexpected(name ? version.error() : name.error());
  profile.name = *name;
  profile.version = *version;
  const auto durable = flag_from_json(answer, "durable");
  if (!durable) return std::unexpected(durable.error());
  profile.durable = *durable;
  if (const auto protocol = answer.find("protocol"); protocol == answer.end() || *protocol != 1) {
    return std::unexpected("protocol: expected 1, the version that was asked for");
  }
  return {};
}

}  // namespace

const Profile& whole_contract() {
  static const Profile profile = [] {
    Profile everything;
    for (const model::OperationTraits& operation : model::all_operations) {
      everything.operations.emplace(operation.name);
    }
    everything.operations.insert(protocol_operations.begin(), protocol_operations.end());
    return everything;
  }();
  return profile;
}

// What a subject that cannot prune need not show (rules 27 and 28).
constexpr std::array<std::string_view, 3> shown_for_pruning{"attempt.finished_at", "run.latest_seq",
                                                            "snapshot.version_floor"};

void leave_out_what_pruning_shows(Profile& profile) {
  if (profile.offers<model::PruneAttempts>()) return;
  profile.absent.insert(shown_for_pruning.begin(), shown_for_pruning.end());
}

std::vector<std::string> missing_operations(const Profile& profile) {
  std::vector<std::string> missing;
  const auto note = [&](std::string_view name) {
    if (!profile.offers(name)) missing.emplace_back(name);
  };
  std::ranges::for_each(model::all_operations, note, &model::OperationTraits::name);
  std::ranges::for_each(protocol_operations, note);
  return missing;
}

Names properties_not_promised(const Profile& profile) {
  Names names;
  // What gets an attempt to its end, whatever became of its worker.
  const bool renews =
      profile.offers<model::HeartbeatLease>() || profile.offers<model::HeartbeatLeaseWithVersion>();
  if (!profile.offers<model::AckAttempt>() || !profile.offers<model::ExpireLeasesAndRequeue>() ||
      !renews) {
    names.insert("progress");
  }
  names.merge(properties_not_promised(profile.variant));
  if (profile.deviates(Deviation::no_delivery_count)) names.insert("retry_budget");
  if (profile.deviates(Deviation::lease_version_restarts)) {
    names.insert({"monotonic_versions", "no_stale_effect"});
  }
  return names;
}

std::vector<std::string> not_promised_in_words(const Profile& profile) {
  std::vector<std::string> phrases = not_promised_in_words(profile.variant);
  for (const Deviation deviation : profile.deviations) {
    switch (deviation) {
      case Deviation::no_delivery_count:
        phrases.emplace_back("no_delivery_count: the delivery clause of rule 5");
        break;
      case Deviation::lease_version_restarts:
        phrases.emplace_back("lease_version_restarts: rules 16, 19(c) and 22 for versions");
        break;
    }
  }
  if (!profile.offers("snapshot")) {
    phrases.emplace_back(
        "no snapshot: what is stored is known by answers only, and properties of rows say nothing");
  }
  const bool prunes = profile.offers<model::PruneAttempts>();
  std::string absent;
  for (const std::string& name : profile.absent) {
    // That it does not prune is said of the operation.
    const bool is_implied =
        !prunes && std::ranges::find(shown_for_pruning, name) != shown_for_pruning.end();
    if (!is_implied) absent += (absent.empty() ? "absent: " : ", ") + name;
  }
  if (!absent.empty()) phrases.push_back(std::move(absent));
  return phrases;
}

Decoded<Profile> profile_from_json(const Json& answer) {
  if (!answer.is_object()) return std::unexpected("expected an object");
  Profile profile;
  for (const auto read :
       {read_rest, read_processes, read_operations, read_absent, read_variant, read_deviations}) {
    if (auto done = read(answer, profile); !done) return std::unexpected(done.error());
  }
  leave_out_what_pruning_shows(profile);
  return profile;
}

std::string_view word(Deviation deviation) {
  switch (deviation) {
    case Deviation::no_delivery_count:
      return "no_delivery_count";
    case Deviation::lease_version_restarts:
      return "lease_version_restarts";
  }
  std::unreachable();
}

std::string on_timeout_choice(model::OnTimeout value) {
  return full_name<model::AttemptSpec>("on_timeout=").append(model::word(value));
}

}  // namespace leasecheck::sim
