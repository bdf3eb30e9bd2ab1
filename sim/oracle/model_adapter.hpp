#pragma once

#include <cstdint>
#include <map>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"
#include "model/indexed/indexed_model.hpp"
#include "sim/subject/profile.hpp"

namespace leasecheck::sim {

/// Lets the model follow a subject as far as its profile says that it differs, so that what is left
/// is judged as strictly as ever: operations are asked only in the form that the subject takes, the
/// model answers as the subject promises to, and what the subject does not show is filled in from
/// the model. For a subject that keeps the whole contract every method is the identity.
/// Thread: one thread.
class Follower {
 public:
  explicit Follower(Profile profile);

  [[nodiscard]] const Profile& profile() const { return profile_; }

  /// Whether the subject keeps and shows the whole contract, so that there is nothing to follow.
  [[nodiscard]] bool is_idle() const { return is_idle_; }

  /// The action without what the subject cannot be told.
  [[nodiscard]] model::Action adapted(model::Action action) const;

  /// The adapted action in the subject's own numbering of versions.
  [[nodiscard]] model::Action for_subject(model::Action action) const;

  /// The model's empty repository, of the variant that the subject is.
  [[nodiscard]] model::State beginning() const;

  /// What the model does and answers. Where it is the subject's to choose, as the subject did.
  [[nodiscard]] model::Outcome apply(model::IndexedModel& model, const model::Action& action,
                                     const model::Outcome& observed);

  /// Fills in what the subject does not show. Pre: `apply` was asked for the same action.
  void complete(model::Outcome& observed, const model::Outcome& expected) const;
  enum class Answered : std::uint8_t { as_expected, otherwise };
  /// Whether the subject has done what the model does, as far as the completed answer tells: it has
  /// accepted, or refused for the same reason; of a subject without a snapshot, said the same.
  [[nodiscard]] Answered answered(const model::Outcome& observed,
                                  const model::Outcome& expected) const;
  enum class Filled : std::uint8_t { surely, by_guess };
  /// A row that is otherwise as the model's is so in what it does not show too, if the answer was;
  /// one that is as it was in `before` has not changed in that either. What any other row does not
  /// show is unknown, and a guess.
  [[nodiscard]] Filled complete(model::Snapshot& observed, const model::Snapshot& expected,
                                const model::Snapshot& before, Answered answered) const;

 private:
  void remember(const model::LeaseRecord& granted);
  void complete(model::LeaseRecord& observed, const model::LeaseRecord* expected) const;
  template <class Record>
  [[nodiscard]] Filled complete(std::vector<Record>& observed, const std::vector<Record>& expected,
                                const std::vector<Record>& before, Answered answered) const;
  void complete(std::vector<model::Claim>& observed,
                const std::vector<model::Claim>& expected) const;
  void complete(model::ItemResults<model::LeaseRecord>& observed,
                const model::ItemResults<model::LeaseRecord>& expected) const;

  Profile profile_;
  bool is_whole_;
  bool is_idle_;
  std::map<model::Id, std::uint64_t> version_before_grant_;  ///< by lease
};

}  // namespace leasecheck::sim
