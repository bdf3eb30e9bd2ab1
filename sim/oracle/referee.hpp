#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/state.hpp"
#include "properties/property.hpp"
#include "sim/oracle/model_adapter.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// Who calls, and what the caller's own clock shows.
struct Caller {
  std::string_view actor;
  model::Time clock{};
};

/// The number of a call in its run, and what the subject answered.
struct CallResult {
  std::uint64_t call = 0;
  model::Outcome outcome;
};

/// What was seen in a run, or in many: counts under names.
struct Tally {
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  model::Duration virtual_time{0};
  std::map<std::string, std::map<std::string, std::uint64_t>> outcomes;  ///< operation, outcome
  std::map<std::string, std::uint64_t> transitions;  ///< "leased to queued by release_lease"
  std::map<std::string, std::uint64_t> faults;
  std::uint64_t disk_calls = 0;  ///< at which a simulated disk could fail, and others could go on
  std::uint64_t rounds = 0;  ///< in which several processes did everything at once, all explained
  std::map<std::string, std::uint64_t> at_once;       ///< outcomes of operations of those, by word
  std::map<std::string, std::uint64_t> premises;      ///< of properties that were promised
  std::map<std::string, std::uint64_t> not_promised;  ///< runs in which a property was not promised
  std::map<std::string, std::uint64_t> differences;   ///< what the subject does otherwise, in runs
  std::map<std::string, std::uint64_t> skipped;  ///< operations that the subject does not offer

  void add(const Tally& other);
};

/// Everything that one judged run gave.
struct RunResult {
  traces::Verdict verdict;
  Tally tally;
};

/// Judges one run: carries every operation out on the subject and on the model, hands both to every
/// property, and keeps the verdict. Simulation, replay and tours all go through it, so that there
/// is one meaning of "violated". After the first violation nothing more is carried out.
/// Thread: one thread.
class Referee {
 public:
  using StepSink = std::function<void(const traces::Step&)>;

  /// `sink`, if any, is given each step before it is carried out, and its return after it.
  Referee(Subject& subject, const properties::Deployment& deployment, StepSink sink = {});

  /// Carries out the operation. When the run is over, and for an operation that the subject does
  /// not offer, answers `unavailable` and does nothing.
  CallResult operate(const Caller& caller, const model::Action& requested);

  /// Tells what happened around the repository.
  void happen(const model::Environment& event);

  /// Counts a fault that was injected.
  void count_fault(std::string_view kind) { ++tally_.faults[std::string(kind)]; }

  /// Counts what the subject's own surroundings suffered: its disk, its processes.
  void count_faults(const std::map<std::string, std::uint64_t>& faults) {
    for (const auto& [kind, count] : faults) tally_.faults[kind] += count;
  }

  /// True time goes on; it never goes back.
  void advance_to(model::Time true_time);

  [[nodiscard]] bool is_over() const { return verdict_.result != traces::Result::held; }
  [[nodiscard]] const traces::Verdict& verdict() const { return verdict_; }
  [[nodiscard]] const Profile& profile() const { return follower_.profile(); }
  [[nodiscard]] const model::State& model_state() const { return state_; }

  /// The counts of this run, premises included.
  [[nodiscard]] Tally tally() const;

 private:
  void record(std::uint64_t number, decltype(traces::Step::what) what);
  /// Whose complaints count.
  enum class Judges : std::uint8_t { all, model_only };
  void judge(const properties::Operated& operated, std::uint64_t return_step, Judges judges);
  void complain(const properties::Property& property, std::string message, std::uint64_t step);
  void break_off(std::string message);
  /// Whether the subject is as it was before, as far as it shows. `changed`: what refreshing said.
  [[nodiscard]] bool is_unchanged(bool changed) const;
  [[nodiscard]] bool is_promised(const properties::Property& property) const {
    return !not_promised_.contains(property.name);
  }
  /// Carries the action out and brings `after_` up to what the subject shows then.
  struct Done {
    Reply reply;
    bool changed;  ///< whether it shows anything else than before
  };
  std::expected<Done, BrokenSubject> call_subject(const model::Action& action);
  void count(const model::Operation& operation, const model::Outcome& outcome);
  void count(const model::Operation& operation, std::span<const properties::AttemptChange> changes);
  void record_return(std::uint64_t step, std::uint64_t call, const model::Outcome& outcome,
                     bool changed);

  Subject& subject_;
  Follower follower_;
  Names not_promised_;  // properties, because of the subject's profile
  StepSink sink_;
  model::Time true_time_;
  model::State state_;
  // What the subject showed before and after the operation, completed by the follower. Between
  // operations they are alike.
  model::Snapshot before_;
  model::Snapshot after_;
  std::uint64_t steps_ = 0;
  std::vector<std::unique_ptr<properties::Watcher>> watchers_;
  traces::Verdict verdict_;
  Tally tally_;
  // Of the tally, what every operation counts, apart: looking up names would cost more than all
  // else here.
  static constexpr std::size_t words = 1 + static_cast<std::size_t>(model::ErrorCode::corrupt) + 1;
  struct Outcomes {
    std::string_view operation;
    std::array<std::uint64_t, words> count{};  ///< "ok", then by error code
    /// How often it moved an attempt from one status to another; the last one stands for none.
    std::array<std::array<std::uint64_t, model::status_count + 1>, model::status_count + 1> moved{};
  };
  std::array<Outcomes, std::variant_size_v<model::Operation>> outcomes_;
  std::optional<std::uint64_t> digest_;  ///< of `before_`, where it is known
};

}  // namespace leasecheck::sim
