#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/conformance_suite.hpp"
#include "leasecheck/own_repository.hpp"
#include "leasecheck/recorded_failures.hpp"

/// The whole conformance suite as GoogleTest tests of a repository of your own, and its recorded
/// failures as regression tests:
///
///     #include <leasecheck/gtest.hpp>
///     #include "my_repository.hpp"
///     std::unique_ptr<MyRepository> make(lease::Clock& clock, lease::IdSource& ids) {
///       return std::make_unique<MyRepository>(clock, ids);
///     }
///     LEASECHECK_CONFORMANCE(MyRepository, make)
///     LEASECHECK_REPLAY(MyRepository, make, "traces/")
///
/// The tests of the suite are `MyRepository.HoldsUnderFaults` and so on. Each operation that the
/// class does not have is a test of its own, `MyRepository.Offers_ack_attempt`, which is skipped:
/// what was not checked is seen in every run.
///
/// A failure leaves the reduced trace, "MyRepository.HoldsUnderFaults.jsonl", and its timeline,
/// "MyRepository.HoldsUnderFaults.html", in the working directory, and prints the command that
/// replays it. If the repository takes the test program with it, its calls up to the last one are
/// in "MyRepository.HoldsUnderFaults.jsonl.part", which the next run makes a trace of.
///
/// `LEASECHECK_REPLAY` makes a test of each trace in a folder, `MyRepository.Replays_…`: violated
/// when it was recorded, it must hold now. The folder is named as seen from the source file, by its
/// whole path where a compiler is told relative ones (ccache with base_dir). One
/// that is not there fails; one without a trace is a test that is skipped. A trace that is put
/// there is a test without a build; CMake's `gtest_discover_tests`, which lists tests when it
/// builds, should leave `*.Replays_*` to a plain `add_test`.
///
/// Two variables of the environment are read, neither of which need be set:
/// LEASECHECK_SEED_FROM   a text from which the seeds of `HoldsUnderFaults` are counted, for
///                        instance the commit's id, so that every commit tries other ones
/// LEASECHECK_REPLAY      a trace, which becomes the test `MyRepository.Replay`
namespace leasecheck::testing {

class HoldsTest : public ::testing::Test {
 public:
  HoldsTest(RepositoryUnderTest repository, Check check)
      : repository_(std::move(repository)), check_(std::move(check)) {}
  void TestBody() override {
    const auto violation = check_.run(repository_);
    if (!violation) return;
    std::string files;
    if (!violation->trace.empty()) files += "\ntrace: " + violation->trace;
    if (!violation->page.empty()) files += "\ntimeline: " + violation->page;
    if (!violation->trace.empty()) {
      const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
      files += "\nreplay: " + replay_command(violation->trace, test->test_suite_name());
    }
    ADD_FAILURE() << violation->what << files;
  }

 private:
  RepositoryUnderTest repository_;
  Check check_;
};

class SkippedTest : public ::testing::Test {
 public:
  explicit SkippedTest(std::string why) : why_(std::move(why)) {}
  void TestBody() override { GTEST_SKIP() << why_; }

 private:
  std::string why_;
};

class FailingTest : public ::testing::Test {
 public:
  explicit FailingTest(std::string why) : why_(std::move(why)) {}
  void TestBody() override { ADD_FAILURE() << why_; }

 private:
  std::string why_;
};

/// Makes the test `Test(why)`; to be called before the tests run.
template <class Test>
void register_test(const char* suite, const std::string& name, const char* file, int line,
                   const std::string& why) {
  ::testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, file, line,
                          [why]() -> ::testing::Test* { return new Test(why); });
}

inline void register_check(const char* suite, const RepositoryUnderTest& repository,
                           const Check& check, const char* file, int line) {
  ::testing::RegisterTest(
      suite, check.name.c_str(), nullptr, nullptr, file, line,
      [repository, check]() -> ::testing::Test* { return new HoldsTest(repository, check); });
}

/// Makes `SUITE.Replay` of the trace that the environment names, once for each suite.
inline void register_named_trace(const char* suite, const RepositoryUnderTest& repository,
                                 const char* file, int line) {
  static std::set<std::string> suites;
  const char* trace = std::getenv("LEASECHECK_REPLAY");
  const bool is_asked = trace != nullptr && *trace != '\0';
  if (!is_asked || !suites.insert(suite).second) return;
  register_check(suite, repository, replay_of(trace, "Replay"), file, line);
}

/// Makes a test of each check; to be called before the tests run.
inline bool register_checks(const char* suite, const RepositoryUnderTest& repository,
                            const std::vector<Check>& checks, const char* file, int line) {
  for (const Check& check : checks) register_check(suite, repository, check, file, line);
  register_named_trace(suite, repository, file, line);
  return true;
}

/// Registers the conformance suite, and what is left out of it by name; for the macro.
inline bool register_conformance_suite(const char* suite, const RepositoryUnderTest& repository,
                                       const char* file, int line) {
  const char* text = std::getenv("LEASECHECK_SEED_FROM");
  const bool is_asked = text != nullptr && *text != '\0';
  register_checks(suite, repository,
                  is_asked ? conformance_suite(first_seed_from(text)) : conformance_suite(), file,
                  line);
  for (const std::string& operation : repository.not_offered) {
    register_test<SkippedTest>(suite, "Offers_" + operation, file, line,
                               operation + " is not offered, and not checked");
  }
  return true;
}

/// Registers the traces of a folder; for the macro.
template <class Factory>
bool register_recorded_failures(const char* suite, const char* file, int line, Factory make,
                                const std::filesystem::path& folder) {
  const auto repository = repository_under_test(suite, std::move(make));
  const std::filesystem::path source = file;
  const auto found = std::filesystem::absolute(source.parent_path() / folder).lexically_normal();
  const auto failures = recorded_failures(found);
  if (!failures) {
    register_test<FailingTest>(
        suite, "HasAFolderOfTraces", file, line,
        failures.error() + "\nto do: make this folder, or give " + "LEASECHECK_REPLAY another, " +
            (source.is_absolute()
                 ? "as seen from " + source.string()
                 : "by its whole path: the compiler knows " + source.string() + " by no other"));
    return true;
  }
  if (failures->empty()) {
    register_test<SkippedTest>(suite, "HasTraces", file, line,
                               found.string() + " holds no trace (*.jsonl): nothing is replayed");
  }
  return register_checks(suite, repository, *failures, file, line);
}

}  // namespace leasecheck::testing

#define LEASECHECK_CONFORMANCE(suite, ...)                               \
  [[maybe_unused]] static const bool leasecheck_conformance_of_##suite = \
      ::leasecheck::testing::register_conformance_suite(                 \
          #suite, ::leasecheck::repository_under_test(#suite, __VA_ARGS__), __FILE__, __LINE__);

/// LEASECHECK_REPLAY(suite, factory, folder)
#define LEASECHECK_REPLAY(suite, ...)                               \
  [[maybe_unused]] static const bool leasecheck_replay_of_##suite = \
      ::leasecheck::testing::register_recorded_failures(#suite, __FILE__, __LINE__, __VA_ARGS__);
