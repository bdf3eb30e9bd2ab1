#include "properties/support/observation.hpp"

#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {

bool is_refused_with(const Operated& operated, model::ErrorCode error) {
  return !operated.outcome && operated.outcome.error() == error;
}

std::optional<Credentials> credentials(const model::Operation& operation) {
  // Reading a lease names it too, but speaks for nobody.
  if (!model::can_change_state(operation)) return std::nullopt;
  return std::visit(
      [](const auto& op) -> std::optional<Credentials> {
        if constexpr (requires { op.expected_version; }) {
          return Credentials{op.lease_id, op.worker_id, op.expected_version};
        } else if constexpr (requires {
                               op.lease_id;
                               op.worker_id;
                             }) {
          return Credentials{op.lease_id, op.worker_id, std::nullopt};
        } else if constexpr (requires { op.lease_id; }) {
          return Credentials{op.lease_id, std::nullopt, std::nullopt};
        } else {
          return std::nullopt;
        }
      },
      operation);
}

bool match(const Credentials& shown, const model::LeaseRecord& lease) {
  return shown.lease_id == lease.lease_id &&
         shown.worker_id.value_or(lease.worker_id) == lease.worker_id &&
         shown.expected_version.value_or(lease.version) == lease.version;
}

const model::Id* attempt_of(const Operated& operated) {
  return std::visit(
      [&](const auto& op) -> const model::Id* {
        if constexpr (requires { op.spec; }) {
          return &op.spec.attempt_id;
        } else if constexpr (requires { op.attempt_id; }) {
          return &op.attempt_id;
        } else if constexpr (requires { op.lease_id; }) {
          const model::LeaseRecord* lease = find_lease(operated.before, op.lease_id);
          return lease == nullptr ? nullptr : &lease->attempt_id;
        } else {
          return nullptr;
        }
      },
      operated.action.operation);
}

model::Time time_of(const model::Action& action) {
  return std::visit(
      [&](const auto& op) {
        if constexpr (requires { op.at; }) {
          return op.at;
        } else {
          return action.now;
        }
      },
      action.operation);
}

std::string ms(model::Time time) {
  constexpr model::Duration thousand_years = std::chrono::hours(24 * 365 * 1000);
  const auto number = [](auto duration) { return std::to_string(duration.count()); };
  if (time == model::end_of_time) return "the end of time";
  if (time == model::beginning_of_time) return "the beginning of time";
  if (time < model::beginning_of_time + thousand_years) {
    return number(time - model::beginning_of_time) + " ms after the beginning of time";
  }
  if (time > model::end_of_time - thousand_years) {
    return number(model::end_of_time - time) + " ms before the end of time";
  }
  return number(time.time_since_epoch());
}

}  // namespace leasecheck::properties
