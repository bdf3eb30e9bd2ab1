#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"

/// Properties are named values that watch a run: every operation with what it answered and changed,
/// and every event around the repository. They judge the observed subject by the contract's rules,
/// each on its own; only `conforms_to_model` compares with the reference model.
namespace leasecheck::properties {

/// What was deployed, as far as a rule depends on it.
struct Deployment {
  model::Time epoch{};       ///< true time at which the run began
  model::Duration grace{0};  ///< the reapers' grace window
  /// No clock is behind another by more than rule 20 allows, so that 19(b) is promised.
  bool skew_within_margin = true;
};

/// One attempt that an operation changed: its row, its lease and its dead letter before and after,
/// null where there was or is none.
struct AttemptChange {
  const model::AttemptRecord* before = nullptr;
  const model::AttemptRecord* after = nullptr;
  const model::LeaseRecord* lease_before = nullptr;
  const model::LeaseRecord* lease_after = nullptr;
  const model::DeadLetter* dead_letter_before = nullptr;
  const model::DeadLetter* dead_letter_after = nullptr;
};

/// One operation on the subject. References live as long as the call to the watcher.
struct Operated {
  std::uint64_t step;      ///< number of the call in the run; ReplyDelivered and others refer to it
  model::Time true_time;   ///< when it happened
  std::string_view actor;  ///< "w1", "reaper1", "producer", "operator"
  model::Time actor_clock;  ///< what the caller's own clock showed when it decided to call
  const model::Action& action;
  const model::Outcome& outcome;   ///< what the subject answered
  const model::Outcome& expected;  ///< what the model answers
  const model::Snapshot& before;   ///< the subject, before and after
  const model::Snapshot& after;
  bool changed;                            ///< whether the two differ at all
  const model::State& expected_after;      ///< the model, after
  std::span<const AttemptChange> changes;  ///< attempts that differ between before and after
  std::uint64_t clock_reads;               ///< how often the subject read its clock
};

/// One event around the repository.
struct Happened {
  std::uint64_t step;
  model::Time true_time;
  const model::Environment& event;
};

/// What a property says when it does not hold, in words, with the values that show it.
using Complaint = std::optional<std::string>;

/// One run under one property, from an empty repository on. Deterministic: the same observations
/// give the same complaint.
/// Thread: one thread.
class Watcher {
 public:
  virtual ~Watcher() = default;

  /// Called after every operation; the first complaint ends the run.
  [[nodiscard]] virtual Complaint after(const Operated& operated) = 0;

  /// Called after every event around the repository.
  [[nodiscard]] virtual Complaint after(const Happened& happened);

  /// Whether the contract promises this property in this deployment; if not, nothing is complained
  /// about and the report says "not promised".
  [[nodiscard]] virtual bool is_promised() const;

  /// How often the premise was reached: the property's `sometimes`. Zero over a whole campaign
  /// means that the property passed vacuously, which the report says by name.
  [[nodiscard]] std::uint64_t premises_reached() const { return premises_reached_; }

 protected:
  void reach_premise() { ++premises_reached_; }

 private:
  std::uint64_t premises_reached_ = 0;
};

struct Property {
  std::string_view name;     ///< as it stands in traces and reports: "no_double_belief"
  std::string_view rules;    ///< "19a"
  std::string_view claim;    ///< one sentence: what always holds
  std::string_view premise;  ///< one sentence: what must be seen sometimes
  std::unique_ptr<Watcher> (*watch)(const Deployment& deployment);
};

/// Every property, most specific first; `conforms_to_model` is last, so that a failure is named by
/// the rule that it breaks where there is one.
[[nodiscard]] std::span<const Property> all_properties();

/// Returns: null when no property has this name.
[[nodiscard]] const Property* find_property(std::string_view name);

}  // namespace leasecheck::properties
