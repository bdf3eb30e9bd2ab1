#include "sim/kit/checked_repository.hpp"

#include <cstdio>
#include <utility>

#include "sim/kit/recorded_subject.hpp"
#include "sim/oracle/shrink.hpp"
#include "traces/printable.hpp"
#include "traces/writer.hpp"

namespace leasecheck {
namespace sim {
namespace {

constexpr properties::Deployment deployment{
    .epoch = model::at_ms(0), .grace = model::Duration{0}, .skew_within_margin = false};

/// Owns the repository that it checks.
class OwningCheckedRepository final : public CheckedRepository {
 public:
  explicit OwningCheckedRepository(std::unique_ptr<Subject> subject)
      : subject_(std::move(subject)), checked_(*subject_) {}
  [[nodiscard]] std::optional<std::string> operate(const model::Action& action) override {
    return checked_.operate(action);
  }
  [[nodiscard]] const model::State& model() const override { return checked_.model(); }

 private:
  std::unique_ptr<Subject> subject_;
  CheckedSubject checked_;
};

class RepositoryNotMade final : public CheckedRepository {
 public:
  explicit RepositoryNotMade(std::string why) : why_(std::move(why)) {}
  [[nodiscard]] std::optional<std::string> operate(const model::Action&) override { return why_; }
  [[nodiscard]] const model::State& model() const override { return model_; }

 private:
  std::string why_;
  model::State model_;
};

std::string in_words(const traces::Verdict& verdict) {
  return verdict.property + (verdict.property.empty() ? "" : ": ") +
         traces::printable(verdict.message);
}

}  // namespace

CheckedSubject::CheckedSubject(Subject& subject)
    : subject_(subject),
      referee_(subject, deployment, [this](const traces::Step& step) { steps_.push_back(step); }) {}

std::optional<std::string> CheckedSubject::operate(const model::Action& action) {
  const traces::Call call = call_of_client(action);
  static_cast<void>(referee_.operate({.actor = call.actor, .clock = call.actor_clock}, action));
  if (referee_.verdict().result == traces::Result::held) return std::nullopt;
  return in_words(referee_.verdict());
}

traces::Trace CheckedSubject::trace(std::string origin) const {
  return {.head = head_of_calls(subject_.name(), std::move(origin)),
          .steps = steps_,
          .verdict = referee_.verdict()};
}

traces::Head head_of_calls(std::string backend, std::string origin) {
  return {.deployment = deployment,
          .config = {},
          .seed = 0,
          .origin = std::move(origin),
          .backend = std::move(backend),
          .exhibit = std::nullopt};
}

std::string trace_name(const RepositoryUnderTest& repository, const std::string& check) {
  return repository.name + "." + check + ".jsonl";
}

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_subject(
    const RepositoryUnderTest& repository, const std::string& check) {
  Profile profile = whole_contract();
  for (const std::string& operation : repository.not_offered) profile.operations.erase(operation);
  auto subject = make_repository_subject(repository.name, repository.make, std::move(profile));
  if (!subject) return subject;
  return std::make_unique<RecordedSubject>(*std::move(subject), trace_name(repository, check),
                                           head_of_calls(repository.name, "conformance suite"));
}

void report_earlier_death(const RepositoryUnderTest& repository, const std::string& check) {
  const auto trace = recover_trace(trace_name(repository, check));
  if (!trace) return;
  std::fprintf(stderr, "%s.%s: an earlier run of it died in a call; trace: %s\n",
               repository.name.c_str(), check.c_str(), trace->c_str());
}

traces::Trace shrink(const RepositoryUnderTest& repository, const std::string& check,
                     const traces::Trace& trace) {
  return shrink(trace, [&] { return make_subject(repository, check); });
}

std::string violation_report(const RepositoryUnderTest& repository, const std::string& check,
                             const traces::Trace& trace) {
  const std::string text = in_words(trace.verdict);
  const std::string file = trace_name(repository, check);
  if (auto written = traces::write_file(file, trace); !written) {
    return text + "\nno trace: " + written.error();
  }
  return text + "\ntrace: " + file;
}

}  // namespace sim

std::unique_ptr<CheckedRepository> make_checked_repository(const RepositoryUnderTest& repository) {
  auto subject = sim::make_subject(repository, "Checked");
  if (!subject) return std::make_unique<sim::RepositoryNotMade>(subject.error().message);
  return std::make_unique<sim::OwningCheckedRepository>(*std::move(subject));
}

}  // namespace leasecheck
