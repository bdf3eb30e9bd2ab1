// The list of differences: the first hides no other, and each has a shortest example.
#include "sim/conformance/difference.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "sim/registry/subject_registry.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "traces/reduction/violation.hpp"

namespace leasecheck::sim {
namespace {

/// The model with two defects that have nothing to do with each other: it counts one too many that
/// wait, and shows a priority of its own for what is leased.
class WrongInTwoAnswers final : public SubjectDecorator {
 public:
  WrongInTwoAnswers() : SubjectDecorator(make_model_subject()) {}

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    auto reply = SubjectDecorator::call(action);
    if (!reply || !reply->outcome) return reply;
    if (std::holds_alternative<model::QueueDepth>(action.operation)) {
      ++std::get<model::Count>(*reply->outcome).value;
    } else if (std::holds_alternative<model::GetAttempt>(action.operation)) {
      auto& attempt = std::get<model::AttemptRecord>(*reply->outcome);
      if (attempt.status == model::Status::leased) ++attempt.priority;
    }
    return reply;
  }
};

Differences differences_of(const MakeSubject& make, std::function<bool()> may_go_on = {},
                           int attempts = 1) {
  auto found = list_differences({.workers = 1,
                                 .attempts = attempts,
                                 .backend = "model",
                                 .make = make,
                                 .may_go_on = std::move(may_go_on)});
  EXPECT_TRUE(found.has_value()) << found.error();
  return *std::move(found);
}

MakeSubject wrong_in_two_answers() {
  return [] { return std::make_unique<WrongInTwoAnswers>(); };
}

TEST(Differences, OfWhatKeepsTheContractAreNone) {
  const Differences none = differences_of(parse_backend("memory")->make);
  EXPECT_EQ(none.verdict.result, traces::Result::held) << none.verdict.message;
  EXPECT_EQ(none.found.size(), 0U);
  EXPECT_EQ(none.carried_out, none.transitions);
}

TEST(Differences, OfADispatchOrderAreNotLookedForWithOneAttempt) {
  const auto nothing = [] { return false; };
  const auto not_covered = [&](const model::Variant& variant, int attempts) {
    const auto make = [&variant] { return make_model_subject(variant); };
    return differences_of(make, nothing, attempts).not_covered;
  };
  const std::vector<std::string> order{"dispatch order: one attempt at a time shows none"};
  EXPECT_EQ(not_covered({}, 1), order);
  EXPECT_TRUE(not_covered({}, 2).empty());
  EXPECT_TRUE(not_covered({.order = model::DispatchOrder::none}, 1).empty());
}

TEST(Differences, AreListedByOperationAndStatusAndHideNoOther) {
  const Differences two = differences_of(wrong_in_two_answers());
  EXPECT_EQ(two.verdict.result, traces::Result::violated);
  std::set<std::pair<std::string, std::string>> places;
  for (const Difference& difference : two.found) {
    EXPECT_GT(difference.times, 1U);
    places.emplace(difference.operation, difference.status);
  }
  EXPECT_EQ(places, (std::set<std::pair<std::string, std::string>>{{"get_attempt", "leased"},
                                                                   {"queue_depth", ""}}));
}

TEST(Differences, HaveAShortestExampleOfTheSameKind) {
  const std::map<std::string, std::size_t> calls{{"get_attempt", 3}, {"queue_depth", 1}};
  for (const Difference& difference : differences_of(wrong_in_two_answers()).found) {
    ASSERT_TRUE(difference.example) << difference.kind;
    const traces::Trace& example = *difference.example;
    EXPECT_EQ(example.steps.size(), 2 * calls.at(difference.operation)) << difference.kind;
    const traces::Violation shown = traces::violation_of(example, example.verdict);
    EXPECT_EQ(shown.property, difference.property);
    EXPECT_EQ(shown.operation, difference.operation);
    EXPECT_EQ(shown.kind, difference.kind);
    EXPECT_EQ(difference.message, example.verdict.message);
  }
}

TEST(Differences, ThatWereFoundBeforeTheTimeWasOverAreListed) {
  std::uint64_t left = 3;
  const auto may_go_on = [&left] { return left != 0 && left-- != 0; };
  const Differences none = differences_of(parse_backend("memory")->make, may_go_on);
  EXPECT_EQ(none.verdict.result, traces::Result::inconclusive);
  EXPECT_LT(none.carried_out, none.transitions);
  left = 1000;
  const Differences some = differences_of(wrong_in_two_answers(), may_go_on);
  EXPECT_EQ(some.verdict.result, traces::Result::violated);
  EXPECT_FALSE(some.found.empty());
  EXPECT_LT(some.carried_out, some.transitions);
}

}  // namespace
}  // namespace leasecheck::sim
