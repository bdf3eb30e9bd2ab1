// The variants of the contract: whoever keeps one and says so is judged by it and by nothing else.

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

#include "sim/random.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "sim/subject/variant_words.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::model {

void PrintTo(const Variant& variant, std::ostream* out) {
  *out << "the contract";
  for (const std::string& phrase : sim::not_promised_in_words(variant)) *out << ", " << phrase;
}

}  // namespace leasecheck::model

namespace leasecheck::sim {
namespace {

using model::Variant;
using testing::record;

/// Each switch alone, and some combinations of all.
std::vector<Variant> variants() {
  using namespace model;
  std::vector<Variant> all;
  for (const DispatchOrder order : {DispatchOrder::attempt_id, DispatchOrder::enqueue_fifo,
                                    DispatchOrder::requeue_first, DispatchOrder::none}) {
    all.push_back({.order = order});
  }
  all.push_back({.priorities = Priorities::lower_first});
  all.push_back({.priorities = Priorities::none});
  all.push_back({.known_id = KnownId::refused});
  all.push_back({.known_id = KnownId::ignored});
  all.push_back({.heartbeats = Heartbeats::set});
  all.push_back({.late_holder = LateHolder::refused});
  for (const AckHolder holder : {AckHolder::lease, AckHolder::worker, AckHolder::anyone}) {
    all.push_back({.ack_holder = holder});
  }
  all.push_back({.repeated_ack = RepeatedAck::refused});
  all.push_back({.stale_ack = StaleAck::ignored});
  Stream draw(1, "variants");
  for (int i = 0; i < 16; ++i) {
    Variant variant;
    variant.order = static_cast<DispatchOrder>(draw.below(5));
    variant.priorities = static_cast<Priorities>(draw.below(3));
    variant.known_id = static_cast<KnownId>(draw.below(3));
    variant.heartbeats = static_cast<Heartbeats>(draw.below(2));
    variant.late_holder = static_cast<LateHolder>(draw.below(2));
    variant.ack_holder = static_cast<AckHolder>(draw.below(4));
    variant.repeated_ack = static_cast<RepeatedAck>(draw.below(2));
    variant.stale_ack = static_cast<StaleAck>(draw.below(2));
    all.push_back(variant);
  }
  return all;
}

class EveryVariant : public ::testing::TestWithParam<Variant> {};

TEST_P(EveryVariant, HoldsWhatItStillPromises) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto subject = make_model_subject(GetParam());
    const traces::Verdict verdict = record(draw_plan(seed, {}), *subject).result.verdict;
    ASSERT_EQ(verdict.result, traces::Result::held)
        << "seed " << seed << ": " << verdict.property << ": " << verdict.message;
  }
}

/// Keeps a variant and says nothing of it.
class Silent final : public SubjectDecorator {
 public:
  using SubjectDecorator::SubjectDecorator;
  [[nodiscard]] const Profile& profile() const override { return whole_contract(); }
};

TEST_P(EveryVariant, IsADefectOfWhoeverDoesNotAnnounceIt) {
  // Free to choose, the model chooses as the contract does.
  if (GetParam() == Variant{.order = model::DispatchOrder::none}) return;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Silent subject(make_model_subject(GetParam()));
    const traces::Verdict verdict = record(draw_plan(seed, {}), subject).result.verdict;
    if (verdict.result == traces::Result::violated) return;
  }
  ADD_FAILURE() << "nobody has noticed in 100 seeds";
}

INSTANTIATE_TEST_SUITE_P(Model, EveryVariant, ::testing::ValuesIn(variants()));

}  // namespace
}  // namespace leasecheck::sim
