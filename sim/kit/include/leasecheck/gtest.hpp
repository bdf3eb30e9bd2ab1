#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "leasecheck/conformance_suite.hpp"
#include "leasecheck/own_repository.hpp"

/// The whole conformance suite as GoogleTest tests of a repository of your own, in three lines:
///
///     #include <leasecheck/gtest.hpp>
///     #include "my_repository.hpp"
///     LEASECHECK_CONFORMANCE(MyRepository, [](lease::Clock& clock, lease::IdSource& ids) {
///       return std::make_unique<MyRepository>(clock, ids);
///     })
///
/// The tests are `MyRepository.HoldsUnderFaults` and so on. Each operation that the class does not
/// have is a test of its own, `MyRepository.Offers_ack_attempt`, which is skipped: what was not
/// checked is seen in every run. Failures leave a trace in the working directory, which
/// `leasecheck replay` and people can read. If the repository takes the test program with it, its
/// calls up to the last one are in "MyRepository.HoldsUnderFaults.jsonl.part", which the next run
/// makes a trace of.
namespace leasecheck::testing {

class HoldsTest : public ::testing::Test {
 public:
  HoldsTest(RepositoryUnderTest repository, Check check)
      : repository_(std::move(repository)), check_(std::move(check)) {}
  void TestBody() override {
    if (const auto violation = check_.run(repository_)) ADD_FAILURE() << *violation;
  }

 private:
  RepositoryUnderTest repository_;
  Check check_;
};

class OffersTest : public ::testing::Test {
 public:
  explicit OffersTest(std::string operation) : operation_(std::move(operation)) {}
  void TestBody() override { GTEST_SKIP() << operation_ << " is not offered, and not checked"; }

 private:
  std::string operation_;
};

/// Makes a test of each check; to be called before the tests run.
inline bool register_checks(const char* suite, const RepositoryUnderTest& repository,
                            const std::vector<Check>& checks, const char* file, int line) {
  for (const Check& check : checks) {
    ::testing::RegisterTest(
        suite, check.name.c_str(), nullptr, nullptr, file, line,
        [repository, check]() -> ::testing::Test* { return new HoldsTest(repository, check); });
  }
  return true;
}

/// Registers the conformance suite, and what is left out of it by name; for the macro.
inline bool register_conformance_suite(const char* suite, const RepositoryUnderTest& repository,
                                       const char* file, int line) {
  register_checks(suite, repository, conformance_suite(), file, line);
  for (const std::string& operation : repository.not_offered) {
    ::testing::RegisterTest(
        suite, ("Offers_" + operation).c_str(), nullptr, nullptr, file, line,
        [operation]() -> ::testing::Test* { return new OffersTest(operation); });
  }
  return true;
}

}  // namespace leasecheck::testing

#define LEASECHECK_CONFORMANCE(suite, ...)                               \
  [[maybe_unused]] static const bool leasecheck_conformance_of_##suite = \
      ::leasecheck::testing::register_conformance_suite(                 \
          #suite, ::leasecheck::repository_under_test(#suite, __VA_ARGS__), __FILE__, __LINE__);
