#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

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

inline std::string backend_of(const mutants::Mutant& mutant) {
  return "mutant:" + std::string(mutant.name);
}

struct RecordedRun {
  traces::Trace trace;
  RunResult result;
};

/// Simulates the plan on a new subject of the backend.
inline RecordedRun record(const Plan& plan, const std::string& backend) {
  RecordedRun run;
  run.trace.head = head_of(plan, backend);
  const auto subject = make_subject(backend);
  run.result = simulate(plan, *subject,
                        [&run](const traces::Step& step) { run.trace.steps.push_back(step); });
  run.trace.verdict = run.result.verdict;
  return run;
}

}  // namespace leasecheck::sim::testing
