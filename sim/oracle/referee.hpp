#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/state.hpp"
#include "model/indexed/indexed_model.hpp"
#include "properties/property.hpp"
#include "sim/oracle/model_adapter.hpp"
#include "sim/oracle/operation_counts.hpp"
#include "sim/oracle/tally.hpp"
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

/// Why an operation has no answer, and no number either.
enum class NoAnswer : std::uint8_t {
  run_over,    ///< a verdict ended the run before, or the subject broke in this very call
  not_offered  ///< the subject does not have the operation, so it was not called
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

  /// From now on shows `watch` each operation once it has been judged.
  void watch(std::function<void(const properties::Operated&)> watch) { watch_ = std::move(watch); }

  /// Carries out the operation and judges its answer.
  std::expected<CallResult, NoAnswer> operate(const Caller& caller, model::Action requested);

  /// Tells what happened around the repository.
  void happen(const model::Environment& event);

  /// Counts a fault that was injected.
  void count_fault(FaultKind kind) { tally_.add(FaultCounts{{kind, 1}}); }

  /// Counts the faults that the subject brings with it: of its disk, of its processes.
  void count_faults(const FaultCounts& faults) { tally_.add(faults); }

  /// True time goes on; it never goes back.
  void advance_to(model::Time true_time);

  [[nodiscard]] bool is_over() const { return verdict_.result != traces::Result::held; }
  [[nodiscard]] const traces::Verdict& verdict() const { return verdict_; }
  [[nodiscard]] const Profile& profile() const { return follower_.profile(); }
  template <class Operation>
  [[nodiscard]] bool offers() const {
    return offers_[model::index_of<Operation>];
  }
  [[nodiscard]] const model::IndexedModel& model() const { return model_; }
  [[nodiscard]] const model::State& model_state() const { return model_.state(); }

  /// The counts of this run, premises included.
  [[nodiscard]] Tally tally() const;

 private:
  void record(std::uint64_t number, traces::StepBody what);
  /// Whose complaints count.
  enum class Judges : std::uint8_t { all, model_only };
  /// Which properties are asked, of an operation on several attempts: those that look at all of it,
  /// or those that look at each of its items.
  enum class Asked : std::uint8_t { all, of_the_whole, of_each };
  void judge(const properties::Operated& operated, std::uint64_t return_step, Judges judges,
             Asked asked = Asked::all);
  void complain(const properties::Property& property, std::string message, std::uint64_t step);
  void break_off(std::string message);
  /// Whether the subject is as it was before, as far as it shows. `changed`: what refreshing said.
  [[nodiscard]] bool is_unchanged(bool changed) const;
  [[nodiscard]] bool is_promised(const properties::Property& property) const {
    return !not_promised_.contains(property.name);
  }
  /// Of this operation: some differences excuse acks only, and of what had to be guessed because
  /// the subject does not show it, nothing is said.
  [[nodiscard]] bool is_promised(const properties::Property& property,
                                 const model::Operation& operation) const;
  struct Done {
    Reply reply;
    bool changed;  ///< whether the subject shows anything else than before
  };
  struct Expected {
    model::Outcome outcome;  ///< the model's
    model::State before;     ///< what of the model mattered, to an operation on several attempts
    Judges judges;
  };
  /// Carries the action out and brings `after_` up to what the subject shows then.
  std::expected<Done, BrokenSubject> call_subject(const model::Action& action);
  /// Lets the model take the step, decides what an unknown effect became, and fills in what the
  /// subject does not show.
  Expected settle(const model::Action& action, Done& done);
  /// Counts and records the answer and shows it to every property.
  void compare(const Caller& caller, std::uint64_t call, const model::Action& action,
               const Done& done, Expected expected);
  void record_return(std::uint64_t step, std::uint64_t call, const model::Outcome& outcome,
                     bool changed);

  Subject& subject_;
  Follower follower_;
  std::array<bool, std::variant_size_v<model::Operation>> offers_{};
  bool is_guessed_ = false;  // something in `after_`, which the subject does not show
  Names not_promised_;       // properties, because of the subject's profile
  StepSink sink_;
  std::function<void(const properties::Operated&)> watch_;
  model::Time true_time_;
  model::IndexedModel model_;
  // What the subject showed before and after the operation, completed by the follower. Between
  // operations they are alike.
  model::Snapshot before_;
  model::Snapshot after_;
  std::uint64_t steps_ = 0;
  std::vector<std::unique_ptr<properties::Watcher>> watchers_;
  traces::Verdict verdict_;
  Tally tally_;
  OperationCounts counts_;
  std::optional<std::uint64_t> digest_;  ///< of `before_`, where it is known
};

}  // namespace leasecheck::sim
