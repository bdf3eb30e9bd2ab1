#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "lease/memory.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/subject/subject.hpp"
#include "sim/world/world.hpp"

/// Subjects and recorded runs for the simulator's own tests.
namespace leasecheck::sim::testing {

/// A new subject of the backend that the text names, as on the command line.
inline std::unique_ptr<Subject> make_subject(const std::string& backend) {
  const auto parsed = sim::parse_backend(backend);
  EXPECT_TRUE(parsed.has_value()) << parsed.error();
  auto subject = parsed->make();
  EXPECT_TRUE(subject.has_value()) << subject.error().message;
  return *std::move(subject);
}

inline std::unique_ptr<Subject> make_memory() {
  return make_subject("memory");
}

/// A new memory repository that does not offer these operations.
inline std::unique_ptr<Subject> make_memory_without(const Names& operations) {
  Profile profile = whole_contract();
  for (const std::string& operation : operations) profile.operations.erase(operation);
  auto subject = make_repository_subject(
      "memory",
      [](lease::Clock& clock, lease::IdSource& ids) {
        return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
            lease::make_memory_repository(clock, ids));
      },
      std::move(profile));
  EXPECT_TRUE(subject.has_value()) << subject.error().message;
  return *std::move(subject);
}

inline std::string backend_of(const mutants::Mutant& mutant) {
  return "mutant:" + std::string(mutant.name);
}

struct RecordedRun {
  traces::Trace trace;
  RunResult result;
};

/// Simulates the plan on the subject, which is empty.
inline RecordedRun record(const Plan& plan, Subject& subject) {
  RecordedRun run;
  run.trace.head = head_of(plan, subject.name());
  run.result = simulate(plan, subject,
                        [&run](const traces::Step& step) { run.trace.steps.push_back(step); });
  run.trace.verdict = run.result.verdict;
  return run;
}

/// Simulates the plan on a new subject of the backend.
inline RecordedRun record(const Plan& plan, const std::string& backend) {
  const auto subject = make_subject(backend);
  RecordedRun run = record(plan, *subject);
  run.trace.head.backend = backend;
  return run;
}

}  // namespace leasecheck::sim::testing
