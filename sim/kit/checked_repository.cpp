#include "sim/kit/checked_repository.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "sim/kit/recorded_subject.hpp"
#include "sim/oracle/shrink.hpp"
#include "traces/printable.hpp"
#include "traces/views/fault.hpp"
#include "traces/views/promise.hpp"
#include "traces/views/timeline_page.hpp"
#include "traces/wording.hpp"
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

/// The name of a file of a check: "NAME.CHECK.jsonl".
std::string file_name(const RepositoryUnderTest& repository, const std::string& check,
                      std::string_view ending) {
  return repository.name + "." + check + std::string(ending);
}

std::string trace_name(const RepositoryUnderTest& repository, const std::string& check) {
  return file_name(repository, check, ".jsonl");
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

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_subject(
    const RepositoryUnderTest& repository, const std::string& check) {
  Profile profile = whole_contract();
  for (const std::string& operation : repository.not_offered) profile.operations.erase(operation);
  leave_out_what_pruning_shows(profile);
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

Violation cannot_be_made(const BrokenSubject& subject) {
  return {.what = subject.message, .trace = {}, .page = {}};
}

std::string in_words(const traces::Trace& trace) {
  traces::Verdict verdict = trace.verdict;
  verdict.message = traces::Wording(trace).message(verdict.message);
  std::string words = in_words(verdict);
  if (const std::string promise = traces::promise_of(trace); !promise.empty()) {
    words += "\npromised: " + promise;
  }
  if (const std::string fault = traces::fault_of(trace); !fault.empty()) {
    words += "\nat fault: " + traces::printable(fault);
  }
  return words;
}

std::string write_page(const RepositoryUnderTest& repository, const std::string& check,
                       const traces::Trace& trace) {
  const std::string page = file_name(repository, check, ".html");
  std::ofstream file(page, std::ios::binary | std::ios::trunc);
  file << traces::timeline_page(trace) << std::flush;
  if (file) return std::filesystem::absolute(page).string();
  std::fprintf(stderr, "%s: cannot be written\n", page.c_str());
  return {};
}

Violation violation_of(const RepositoryUnderTest& repository, const std::string& check,
                       const traces::Trace& trace) {
  const traces::Trace reduced =
      shrink(
          trace, [&] { return make_subject(repository, check); }, modest_budget(trace))
          .trace;
  Violation violation{.what = in_words(reduced), .trace = {}, .page = {}};
  const std::string file = trace_name(repository, check);
  if (auto written = traces::write_file(file, reduced); !written) {
    violation.what += "\nno trace: " + written.error();
    return violation;
  }
  violation.trace = std::filesystem::absolute(file).string();
  violation.page = write_page(repository, check, reduced);
  return violation;
}

}  // namespace sim

std::unique_ptr<CheckedRepository> make_checked_repository(const RepositoryUnderTest& repository) {
  auto subject = sim::make_subject(repository, "Checked");
  if (!subject) return std::make_unique<sim::RepositoryNotMade>(subject.error().message);
  return std::make_unique<sim::OwningCheckedRepository>(*std::move(subject));
}

}  // namespace leasecheck
