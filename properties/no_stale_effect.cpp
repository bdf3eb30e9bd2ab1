#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"

namespace leasecheck::properties {
namespace {

/// The resource that an attempt works on: it remembers the highest grant version that it was shown
/// and rejects lower ones. That is all the fencing there is; the order of the claims is ours.
struct Resource {
  std::map<std::uint64_t, std::uint64_t> version_of_grant;  ///< by the number of the claim
  std::uint64_t highest_version = 0;
  std::uint64_t last_accepted_grant = 0;
};

class NoStaleEffect final : public Watcher {
 public:
  Complaint after(const Operated& operated) override {
    if (accepted<model::Reset>(operated)) resources_.clear();
    if (const auto* claim = accepted<model::UpsertLease>(operated)) {
      if (const auto* lease = answer<model::LeaseRecord>(operated)) {
        resources_[claim->attempt_id].version_of_grant[operated.step] = lease->version;
      }
    }
    return std::nullopt;
  }

  Complaint after(const Happened& happened) override {
    const auto* effect = std::get_if<model::EffectWritten>(&happened.event);
    if (effect == nullptr) return std::nullopt;
    const auto resource = resources_.find(effect->attempt_id);
    if (resource == resources_.end()) return std::nullopt;
    return write(*effect, resource->second);
  }

 private:
  Complaint write(const model::EffectWritten& effect, Resource& resource) {
    const auto grant = resource.version_of_grant.find(effect.grant);
    if (grant == resource.version_of_grant.end()) return std::nullopt;  // granted before a reset
    const std::uint64_t version = grant->second;
    const std::uint64_t newest = resource.version_of_grant.rbegin()->first;
    if (version < resource.highest_version) {
      reach_premise();
      if (effect.grant < newest) return std::nullopt;
      return fmt::format(
          "an effect of {} on {} was rejected although claim {} is the newest: it was granted "
          "version {}, and the resource had seen {}",
          effect.worker, effect.attempt_id, effect.grant, version, resource.highest_version);
    }
    if (effect.grant < resource.last_accepted_grant) {
      return fmt::format(
          "an effect of {} on {} by claim {} (version {}) was accepted after one by claim {} "
          "(version {})",
          effect.worker, effect.attempt_id, effect.grant, version, resource.last_accepted_grant,
          resource.version_of_grant.at(resource.last_accepted_grant));
    }
    resource.highest_version = version;
    resource.last_accepted_grant = effect.grant;
    return std::nullopt;
  }

  std::map<model::Id, Resource> resources_;  ///< by attempt
};

}  // namespace

constinit const Property no_stale_effect{
    .name = "no_stale_effect",
    .rules = "19c, 16",
    .claim =
        "A resource that remembers the highest grant version accepts effects in the order of "
        "the claims only, and every one of the newest claim.",
    .premise = "A resource rejected the effect of an earlier holder.",
    .watch = make_watcher<NoStaleEffect>,
    .needs_rows = false};

}  // namespace leasecheck::properties
