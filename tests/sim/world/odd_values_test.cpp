// What a run does with the dimensions of values that are odd in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "leasecheck/spec/validity.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/plan_options.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::make_memory;
using testing::with_odd;
using values::Dimension;

TEST(OddWorld, MemoryHoldsInEachDimension) {
  for (const values::DimensionInfo& info : values::dimensions()) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto subject = make_memory();
      const RunResult result = simulate(draw_plan(seed, with_odd({info.dimension})), *subject);
      EXPECT_EQ(result.verdict.result, traces::Result::held)
          << info.name << ", seed " << seed << ": " << result.verdict.message;
      EXPECT_EQ(result.tally.values, (Counts{{std::string(info.name), 1}}));
    }
  }
}

/// The most that a subject shows at one time.
struct Most {
  std::size_t leases = 0;
  std::size_t letters = 0;
  std::size_t events = 0;  ///< of a run that is the crowd's own
};

/// In the run of a plan on memory.
Most most_in(const Plan& plan) {
  std::set<model::Id> runs_of_others;
  for (std::uint32_t run = 1; run <= plan.runs; ++run) runs_of_others.insert(plan.names.run(run));
  Most most;
  const auto subject = make_memory();
  static_cast<void>(simulate(plan, *subject, [&](const traces::Step&) {
    const model::Snapshot shown = subject->snapshot().value();
    most.leases = std::max(most.leases, shown.leases.size());
    most.letters = std::max(most.letters, shown.dead_letters.size());
    for (const model::RunRecord& run : shown.runs) {
      if (runs_of_others.contains(run.run_id)) continue;
      most.events = std::max(most.events, run.events.size());
    }
  }));
  return most;
}

// A page of a thousand comes to its end only where there is more.
TEST(OddWorld, ACrowdIsLargerThanAnyUsualPage) {
  Most most;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Most of_seed = most_in(draw_plan(seed, with_odd({Dimension::crowd})));
    EXPECT_GT(of_seed.events, 100U) << "seed " << seed << ", whatever others have left behind";
    most = {.leases = std::max(most.leases, of_seed.leases),
            .letters = std::max(most.letters, of_seed.letters),
            .events = std::max(most.events, of_seed.events)};
    if (seed >= 5 && most.leases > 1000 && most.letters > 1000 && most.events > 500) return;
  }
  ADD_FAILURE() << most.leases << " leases, " << most.letters << " dead letters, " << most.events
                << " events";
}

/// The calls of one actor in the run of a plan on memory.
std::vector<model::Operation> calls_by(std::string_view actor, const Plan& plan) {
  std::vector<model::Operation> calls;
  const auto subject = make_memory();
  static_cast<void>(simulate(plan, *subject, [&](const traces::Step& step) {
    const auto* call = std::get_if<traces::Call>(&step.what);
    if (call != nullptr && call->actor == actor) calls.push_back(call->action.operation);
  }));
  return calls;
}

// As itself it holds what it has claimed, so that some of what it does is not refused.
TEST(OddWorld, TheConfusedClientActsAsItselfAndAsOneWhoIsLikeAWorker) {
  std::uint64_t as_itself = 0;
  std::uint64_t as_another = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const model::Operation& call :
         calls_by("stranger", draw_plan(seed, with_odd({Dimension::id_case})))) {
      const auto* start = std::get_if<model::StartAttempt>(&call);
      if (start != nullptr) ++(start->worker_id == "stranger" ? as_itself : as_another);
    }
  }
  EXPECT_GT(as_itself, 10U);
  EXPECT_GT(as_another, 10U);
}

/// The ids of an operation by its name and theirs; `with_item` gives one to an operation on several
/// that has none.
class Ids {
 public:
  explicit Ids(model::Operation operation, bool with_item = false)
      : operation_name_(name_of(operation)), with_item_(with_item) {
    std::visit([this](auto& chosen) { fields(*this, chosen); }, operation);
  }

  void operator()(std::string_view name, model::Id& id) { note(name, id); }
  void operator()(std::string_view name, std::optional<model::Id>& id) {
    note(name, id.value_or("valid"));
  }
  template <typename Record>
  void operator()(std::string_view, std::vector<Record>& records) {
    if (records.empty() && with_item_) records.emplace_back();
    for (Record& record : records) fields(*this, record);
  }
  void operator()(std::string_view, auto&) {}
  void payload(std::string&) {}

  [[nodiscard]] const std::map<std::string, model::Id>& named() const { return ids_; }

  /// The names of those that are invalid.
  [[nodiscard]] std::set<std::string> invalid() const {
    std::set<std::string> names;
    for (const auto& [name, id] : ids_) {
      if (!model::is_valid_id(id)) names.insert(name);
    }
    return names;
  }

 private:
  void note(std::string_view name, const model::Id& id) {
    ids_.emplace(operation_name_ + " " + std::string(name), id);
  }

  std::string operation_name_;
  bool with_item_;
  std::map<std::string, model::Id> ids_;
};

template <std::size_t... Indices>
std::set<std::string> names_of_all_ids(std::index_sequence<Indices...>) {
  std::set<std::string> names;
  const auto add = [&names](const Ids& ids) {
    for (const auto& [name, id] : ids.named()) names.insert(name);
  };
  (add(Ids(std::variant_alternative_t<Indices, model::Operation>{}, true)), ...);
  return names;
}

TEST(OddWorld, EveryIdOfEveryOperationIsInvalidInSomeRun) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Plan plan = draw_plan(seed, with_odd({Dimension::invalid_ids}));
    for (const char* actor : {"producer", "stranger"}) {
      for (const model::Operation& call : calls_by(actor, plan)) {
        const std::set<std::string> invalid = Ids(call).invalid();
        EXPECT_LE(invalid.size(), 1U) << "one thing at a time";
        seen.insert(invalid.begin(), invalid.end());
      }
    }
  }
  constexpr std::size_t operations = std::variant_size_v<model::Operation>;
  EXPECT_EQ(seen, names_of_all_ids(std::make_index_sequence<operations>()));
}

// What has an invalid id besides says nothing of its policy, and the longest ids leave no room.
TEST(OddWorld, InvalidPoliciesAreRefusedForThemAlone) {
  std::uint64_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Plan plan =
        draw_plan(seed, with_odd({Dimension::id_longest, Dimension::invalid_policies}));
    if (plan.odd.size() != 2) continue;
    for (const model::Operation& call : calls_by("producer", plan)) {
      const auto* enqueue = std::get_if<model::EnqueueAttempt>(&call);
      if (enqueue == nullptr || model::is_valid_spec(enqueue->spec)) continue;
      EXPECT_TRUE(model::is_valid_id(enqueue->spec.attempt_id)) << enqueue->spec.attempt_id;
      ++refused;
    }
  }
  EXPECT_GT(refused, 50U);
}

}  // namespace
}  // namespace leasecheck::sim
