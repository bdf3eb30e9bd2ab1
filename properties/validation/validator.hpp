#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "properties/validation/assumptions.hpp"
#include "properties/validation/configuration.hpp"
#include "properties/validation/logged_call.hpp"
#include "properties/validation/logged_model.hpp"

namespace leasecheck::properties {

/// A call that no order of effects explains.
struct Finding {
  LoggedCall call;
  std::vector<PossibleState> states;  ///< before it; the first eight
  /// There may be an order: looking for it took too many steps, or a call without an answer that is
  /// about whatever attempts there are may have had a part in it.
  bool was_given_up = false;
};

/// What was checked, for a report.
struct ValidationTally {
  std::uint64_t calls = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t findings = 0;
  std::uint64_t given_up = 0;
  std::uint64_t passed_over = 0;         ///< calls about attempts that findings are about
  std::uint64_t compared_in_order = 0;   ///< lists and claims of several, to the letter
  std::uint64_t compared_as_chosen = 0;  ///< those that could have been in any order
  std::size_t most_open = 0;             ///< calls at the same time
  std::size_t most_states = 0;           ///< in which the repository may have been at one time
  /// By name of the operation, then "ok", "unanswered", or the word of the error.
  std::map<std::string, std::map<std::string, std::uint64_t>> outcomes;
  /// How often attempts went from one status to another, by name of the move.
  std::map<std::string, std::uint64_t> moves;
};

/// Follows the log of a running system with the model: is there an order of effects that explains
/// every answer? A call takes effect at one instant between its beginning and its end; one without
/// an answer at any time after its beginning, or never.
///
/// It keeps every state in which the repository may be, up to 64: beyond, nothing is said for sure
/// about the attempts that differ. A call is explained when it ends: by itself, or after others
/// that overlap it and whose order may matter. Calls about different attempts are not tried in both
/// orders.
///
/// Where calls overlap, or where the log does not say when something happened, the order of
/// dispatch is not known: then lists and claims of several are taken as the repository chose them.
///
/// Memory: the state of the model, and what calls changed that overlap others.
/// Complexity: a call that overlaps none costs the model's step, O(log n) in the number of
/// attempts; others exponential in how many overlap about the same attempt.
///
/// Source: Wing and Gong, "Testing and Verifying Concurrent Objects", JPDC 1993; one call after the
/// other as they return: Lowe, "Testing for Linearizability", CCPE 2017.
///
/// Thread: one thread.
class LogValidator {
 public:
  /// `most_steps`: of the model, to explain one call. Beyond, it is given up.
  explicit LogValidator(Assumptions assumptions, std::uint64_t most_steps = 4'000);

  /// The call begins now. `after`: calls that end later than now as far as clocks tell, but that
  /// took effect before it by the word of its writer.
  void begin(LoggedCall call, std::vector<std::uint64_t> after = {});

  /// The call has taken effect by now. Not for one without an answer.
  /// Returns: a finding, if that has no explanation. From then on nothing is said about the
  /// attempts that it is about.
  [[nodiscard]] std::optional<Finding> end(std::uint64_t number);

  [[nodiscard]] const ValidationTally& tally() const { return tally_; }

  /// Whether the log says when everything happened, so that all times are compared.
  [[nodiscard]] bool are_times_known() const { return model_.are_times_known(); }
  /// Whether answers are not compared that count or list whatever attempts there are: a finding, or
  /// a call that was not answered, leaves open what there is.
  [[nodiscard]] bool is_partial() const { return model_.is_partial(); }

 private:
  /// More possible states than these are not kept.
  static constexpr std::size_t most_states = 64;
  static constexpr std::size_t least_grants = 1024;

  /// What may have happened before a call. `named`: calls whose scope overlaps its own, but none
  /// without an answer that is about whatever attempts there are. `unseen`: beside those, what no
  /// answer shows. `all`: everything.
  enum class Reach : std::uint8_t { named, unseen, all };

  void note(const LoggedCall& call);
  [[nodiscard]] bool puts_aside(const LoggedCall& call);
  void note_overlap(OpenCall& open);
  [[nodiscard]] bool explain(std::uint64_t number, Reach reach);
  [[nodiscard]] bool explain_alone(OpenCall& open);
  [[nodiscard]] std::vector<std::uint64_t> others(std::uint64_t number, const Explained& explained,
                                                  Reach reach) const;
  void drop_beyond_most();
  void close(std::uint64_t number);
  void count(OpenCall& open);
  [[nodiscard]] Finding finding(const OpenCall& open);

  std::uint64_t most_steps_;
  LoggedModel model_;
  OpenCalls open_;
  std::vector<Configuration> configurations_;
  std::set<model::Id> aside_;               ///< attempts of which nothing is said any more
  std::set<model::Id> doubtful_;            ///< attempts of which a possible state was dropped
  std::size_t most_grants_ = least_grants;  ///< remembered before those that ended are forgotten
  ValidationTally tally_;
};

}  // namespace leasecheck::properties
