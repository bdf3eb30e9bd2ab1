#include "sim/oracle/replay.hpp"

#include <optional>
#include <variant>

#include "sim/subject/subject_decorator.hpp"

namespace leasecheck::sim {
namespace {

/// Compares what is seen now with what was recorded, return by return.
class Comparison {
 public:
  explicit Comparison(const traces::Trace& trace) : steps_(trace.steps) {}

  void see(const traces::Step& step) {
    const auto* seen = std::get_if<traces::Return>(&step.what);
    if (seen == nullptr || first_difference_ != 0) return;
    const std::size_t index = step.number - 1;
    const auto* recorded =
        index < steps_.size() ? std::get_if<traces::Return>(&steps_[index].what) : nullptr;
    if (recorded == nullptr) return;
    if (recorded->post != seen->post || recorded->outcome != seen->outcome) {
      first_difference_ = step.number;
    }
  }

  [[nodiscard]] std::uint64_t first_difference() const { return first_difference_; }

 private:
  const std::vector<traces::Step>& steps_;
  std::uint64_t first_difference_ = 0;
};

}  // namespace

std::expected<ReplayResult, std::string> replay(const traces::Trace& trace, Subject& subject,
                                                Referee::StepSink sink) {
  const std::optional<model::Deployment>& deployment = trace.head.deployment;
  if (!deployment) {
    return std::unexpected(
        "the head's config lacks one of \"epoch\", \"grace\" and \"skew_within_margin\"");
  }
  Comparison comparison(trace);
  Referee referee(subject, *deployment, [&](const traces::Step& step) {
    comparison.see(step);
    if (sink) sink(step);
  });
  model::Time true_time = deployment->epoch;
  for (const traces::Step& step : trace.steps) {
    if (referee.is_over()) break;
    if (step.true_time < true_time) {
      return std::unexpected("step " + std::to_string(step.number) + " goes back in true time");
    }
    true_time = step.true_time;
    referee.advance_to(true_time);
    if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      static_cast<void>(
          referee.operate({.actor = call->actor, .clock = call->actor_clock}, call->action));
    } else if (const auto* event = std::get_if<model::Environment>(&step.what)) {
      referee.happen(*event);
    }
  }
  return ReplayResult{.verdict = referee.verdict(),
                      .tally = referee.tally(),
                      .first_difference = comparison.first_difference()};
}

std::expected<traces::Trace, std::string> rerun(const traces::Trace& trace, Subject& subject) {
  traces::Trace again{.head = trace.head, .steps = {}, .verdict = {}};
  const auto result =
      replay(trace, subject, [&again](const traces::Step& step) { again.steps.push_back(step); });
  if (!result) return std::unexpected(result.error());
  again.verdict = result->verdict;
  return again;
}

namespace {

/// The model, as far as these operations are not asked for.
class Lacking final : public SubjectDecorator {
 public:
  explicit Lacking(const Names& operations)
      : SubjectDecorator(make_model_subject()), profile_(whole_contract()) {
    for (const std::string& name : operations) profile_.operations.erase(name);
  }
  [[nodiscard]] const Profile& profile() const override { return profile_; }

 private:
  Profile profile_;
};

}  // namespace

bool holds_without(const traces::Trace& trace, const Names& operations) {
  Lacking model(operations);
  const auto replayed = replay(trace, model);
  return replayed && replayed->verdict.result == traces::Result::held;
}

}  // namespace leasecheck::sim
