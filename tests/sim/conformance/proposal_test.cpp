// The handshake that `profile` proposes: what a subject conceals is found out.
#include "sim/conformance/proposal.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "sim/registry/subject_registry.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "sim/subject/variant_words.hpp"

namespace leasecheck::sim {
namespace {

using model::Variant;

/// A variant of the model that says it keeps the contract; with a defect of its own, if it is to
/// have one: it counts one too many that wait.
class Concealing final : public SubjectDecorator {
 public:
  Concealing(const Variant& variant, bool has_defect)
      : SubjectDecorator(make_model_subject(variant)), has_defect_(has_defect) {}
  [[nodiscard]] const Profile& profile() const override { return whole_contract(); }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    auto reply = SubjectDecorator::call(action);
    const bool counts = std::holds_alternative<model::QueueDepth>(action.operation);
    if (has_defect_ && counts && reply && reply->outcome) {
      ++std::get<model::Count>(*reply->outcome).value;
    }
    return reply;
  }

 private:
  bool has_defect_;
};

ObserveOptions options_for(const Variant& variant, bool has_defect = false) {
  return {.workers = 2,
          .attempts = 1,
          .backend = "model",
          .make = [=]() -> std::expected<std::unique_ptr<Subject>, BrokenSubject> {
            return std::make_unique<Concealing>(variant, has_defect);
          }};
}

std::optional<Proposal> proposal_for(const ObserveOptions& options) {
  const auto listed = list_differences(options);
  EXPECT_TRUE(listed) << listed.error();
  auto searched = propose_variant(options, *listed);
  EXPECT_TRUE(searched) << searched.error();
  EXPECT_TRUE(searched->was_searched_whole);
  return std::move(searched->found);
}

TEST(Proposal, SaysWhetherItWasSearchedToTheEnd) {
  ObserveOptions options = options_for({.heartbeats = model::Heartbeats::set}, true);
  const auto listed = list_differences(options);
  ASSERT_TRUE(listed) << listed.error();
  std::uint64_t left = 0;
  options.may_go_on = [&left] { return left != 0 && left-- != 0; };
  for (const std::uint64_t steps : {0U, 3U, 1000U}) {
    left = steps;
    const auto searched = propose_variant(options, *listed);
    ASSERT_TRUE(searched) << searched.error();
    EXPECT_FALSE(searched->was_searched_whole) << steps;
    EXPECT_FALSE(searched->found) << steps;
  }
}

TEST(Proposal, IsNoneForWhatKeepsTheContract) {
  EXPECT_FALSE(proposal_for(options_for({})).has_value());
}

void expect_to_be_named(const Variant& variant, ObserveOptions options) {
  const auto proposal = proposal_for(options);
  ASSERT_TRUE(proposal) << to_json(variant);
  EXPECT_EQ(proposal->left.found.size(), 0U) << to_json(variant);
  EXPECT_EQ(proposal->left.verdict.result, traces::Result::held) << to_json(variant);
  EXPECT_EQ(to_json(proposal->variant), to_json(variant));
}

TEST(Proposal, NamesEachSwitchThatOneAttemptShows) {
  for (const Variant& variant : variants_beside({})) {
    if (variant.order != Variant{}.order || variant.priorities != Variant{}.priorities) continue;
    expect_to_be_named(variant, options_for(variant));
  }
}

TEST(Proposal, NamesAnOrderThatTwoAttemptsShow) {
  for (const Variant& variant : {Variant{.order = model::DispatchOrder::enqueue_fifo},
                                 Variant{.priorities = model::Priorities::none}}) {
    ObserveOptions options = options_for(variant);
    options.workers = 1;
    options.attempts = 2;
    expect_to_be_named(variant, options);
  }
}

TEST(Proposal, NamesSeveralSwitchesAndLeavesWhatIsADefect) {
  const Variant variant{.known_id = model::KnownId::ignored,
                        .heartbeats = model::Heartbeats::set,
                        .ack_holder = model::AckHolder::anyone,
                        .repeated_ack = model::RepeatedAck::refused};
  const auto proposal = proposal_for(options_for(variant, true));
  ASSERT_TRUE(proposal);
  EXPECT_EQ(to_json(proposal->variant), to_json(variant));
  ASSERT_EQ(proposal->left.found.size(), 1U);
  EXPECT_EQ(proposal->left.found.front().operation, "queue_depth");
}

}  // namespace
}  // namespace leasecheck::sim
