#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "model/indexed/indexed_model.hpp"
#include "properties/validation/assumptions.hpp"
#include "properties/validation/configuration.hpp"
#include "properties/validation/unseen.hpp"

namespace leasecheck::properties {

/// One of the states in which the repository may have been, as far as it matters to a call, and
/// what the contract answers there.
struct PossibleState {
  std::vector<model::AttemptRecord> attempts;
  std::vector<model::LeaseRecord> leases;
  model::Outcome expected;
};

/// The model as it follows calls of which a log says less than a trace: leases have the names that
/// were answered, times may be known to lie within bounds only, and operations may be missing.
/// Thread: one thread.
class LoggedModel {
 public:
  explicit LoggedModel(Assumptions assumptions);

  /// So many steps are taken from now on; then every call is refused.
  void allow_steps(std::uint64_t most) { steps_left_ = most; }
  [[nodiscard]] bool is_out_of_steps() const { return steps_left_ == 0; }

  /// Lets the call take effect, at any of the times at which it may have. The model stays as it was
  /// if it then answers anything else than the log.
  [[nodiscard]] bool take(OpenCall& open);

  /// Calls `then` for each way in which the call can be explained, with the model in the state that
  /// it leads to: as it is, or after what no answer shows, which is operations that the log leaves
  /// out or that were not answered, and names of leases and versions that nobody was told. The
  /// model is as it was afterwards.
  void each_way(OpenCall& open, const std::function<void()>& then);

  /// The log has such a call: what it does not say is not compared from now on.
  void learn(const OpenCall& open);
  /// Takes a call down that was not answered and is about whatever attempts there are: what it took
  /// is known only from what others are answered, and counts are not compared from now on.
  /// Returns: whether it is one.
  [[nodiscard]] bool learn_unseen(const LoggedCall& call);
  /// Two enqueues overlapped: which of two attempts goes first is not known from now on.
  void forget_order() { is_order_known_ = false; }
  /// Attempts may be there that the model knows nothing of: counts are not compared from now on.
  void count_no_longer() { is_partial_ = true; }

  [[nodiscard]] bool are_times_known() const { return are_times_known_; }
  /// Whether this list, or claim of several, has to keep the order of dispatch to the letter.
  [[nodiscard]] bool goes_by_order(const OpenCall& open) const;

  /// Whether a call was not answered that is about whatever attempts there are: in which order with
  /// others it took which of them is not tried in every way.
  [[nodiscard]] bool has_unanswered_about_any() const { return unseen_.has_unanswered(); }
  [[nodiscard]] bool is_partial() const { return is_partial_; }

  [[nodiscard]] PossibleState state_for(const OpenCall& open, const Configuration& configuration);
  [[nodiscard]] FindAttempt find_attempt() const;
  /// Which leases the call was answered: from now on it is known whose they are.
  void learn_grants(const LoggedCall& call);
  /// Forgets leases of which nothing is left and that no open call names. Pre: there is one state.
  void forget_ended_grants(const OpenCalls& open);
  [[nodiscard]] std::size_t grants() const { return granted_.size(); }

  [[nodiscard]] model::IndexedModel& model() { return model_; }
  [[nodiscard]] const model::IndexedModel& model() const { return model_; }

 private:
  [[nodiscard]] bool take_at(OpenCall& open, model::Time now);
  /// Returns: nothing, if the log gives a lease a name that another one has.
  [[nodiscard]] std::optional<model::Outcome> answer(const OpenCall& open,
                                                     const model::Action& action);
  [[nodiscard]] std::optional<model::Outcome> claim_one_by_one(const OpenCall& open,
                                                               const model::Action& action);
  [[nodiscard]] bool name_leases(const OpenCall& open, model::Outcome& outcome);
  void replace(model::Attempt attempt);
  [[nodiscard]] model::Id unnamed(const LoggedCall& call, model::Id name);
  [[nodiscard]] bool name_lease(model::LeaseRecord& granted, const model::Id& name);
  [[nodiscard]] bool is_as_seen(const OpenCall& open, const model::Outcome& expected) const;
  [[nodiscard]] bool name_unnamed(const LoggedCall& call);
  void place_by_number(const LoggedCall& call, const std::vector<model::Id>& added);
  [[nodiscard]] std::vector<model::Id> to_be_added(const model::Operation& operation) const;
  [[nodiscard]] model::Operation with_lease(const LoggedCall& call) const;
  void each_way_after_unseen(OpenCall& open, model::Time now, int most,
                             const std::function<void()>& then);
  [[nodiscard]] bool adopt_versions(const LoggedCall& call);
  [[nodiscard]] bool happens(OpenCall& open, const model::Id& attempt_id,
                             const model::Action& unseen);

  Assumptions assumptions_;
  model::IndexedModel model_;
  UnseenOperations unseen_;
  std::map<model::Id, model::Id> granted_;  ///< attempts by lease
  std::set<model::Id> unnamed_;             ///< names of leases that nobody was told
  std::uint64_t steps_left_ = 0;
  bool are_times_known_ = true;
  bool is_order_known_ = true;
  bool is_partial_ = false;
};

}  // namespace leasecheck::properties
