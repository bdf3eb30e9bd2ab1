// The same random actions on the model and on every subject: the same answers and the same state
// after each of them.

#include <sstream>
#include <string>

#include "sim/subject/subject.hpp"
#include "tests/contract/subjects.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

template <typename T>
T unbroken(std::expected<T, sim::BrokenSubject> value) {
  if (!value) RC_FAIL("the subject is broken: " + value.error().message);
  return *std::move(value);
}

std::string in_words(const auto& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

void expect_same(std::string_view what, const auto& expected, const auto& seen,
                 const Action& action) {
  if (expected == seen) return;
  RC_FAIL("after " + in_words(action) + "\n" + std::string(what) + " of the model:\n" +
          in_words(expected) + "\nof the subject:\n" + in_words(seen));
}

void expect_conforms(sim::Subject& subject, const std::vector<Action>& actions) {
  State state;
  for (const Action& action : actions) {
    Step expected = step(std::move(state), action);
    state = std::move(expected.state);
    const sim::Reply reply = unbroken(subject.call(action));
    expect_same("outcome", expected.outcome, reply.outcome, action);
    expect_same("snapshot", snapshot(state), unbroken(subject.snapshot()), action);
  }
}

class Differential : public testing::TestWithParam<ContractSubject> {};

TEST_P(Differential, AnswersAndHoldsWhatTheModelDoes) {
  check_property(
      [] {
        const TemporaryDirectory directory;
        const std::unique_ptr<sim::Subject> subject = unbroken(GetParam().make(directory.path()));
        expect_conforms(*subject, *any_actions());
      },
      100);
}

INSTANTIATE_TEST_SUITE_P(Contract, Differential,
                         testing::ValuesIn(contract_subjects().begin(), contract_subjects().end()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leasecheck::tests
