#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace leasecheck::tests {

/// Checks a RapidCheck property inside a GoogleTest test. Every run tries the same cases, so that a
/// red test stays red; RC_PARAMS in the environment (seed=…, max_success=…) tries others.
template <typename Testable>
void check_property(Testable&& property, int cases = 500) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  rc::detail::TestMetadata metadata;
  metadata.id = std::string(test.test_suite_name()) + "." + test.name();
  metadata.description = metadata.id;

  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) {
    params.seed = 20'240'229;
    params.maxSuccess = cases;
  }

  const rc::detail::TestResult result =
      rc::detail::checkTestable(std::forward<Testable>(property), metadata, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  if (!result.template is<rc::detail::SuccessResult>()) FAIL() << message.str();
}

}  // namespace leasecheck::tests
