// The graph that an implementation has, beside the model's.
#include "sim/conformance/observed_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/oracle/replay.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using Kind = ObservedEdge::Kind;
using Names = std::vector<std::string>;

ObservedGraph observed(const std::string& backend, const graph::Lens& lens = graph::attempt_lens) {
  const auto parsed = sim::parse_backend(backend);
  EXPECT_TRUE(parsed.has_value()) << parsed.error();
  auto found = observe({.lens = &lens, .backend = backend, .make = parsed->make});
  EXPECT_TRUE(found.has_value()) << found.error();
  return *std::move(found);
}

Names names_of(const ObservedGraph& found, Kind kind) {
  Names names;
  for (const ObservedEdge* edge : found.of(kind)) names.push_back(edge->name);
  return names;
}

class EqualToTheModel : public ::testing::TestWithParam<const char*> {};

TEST_P(EqualToTheModel, HasEveryEdgeOfTheContractAndNoOther) {
  const ObservedGraph found = observed(GetParam());
  EXPECT_EQ(found.verdict.result, traces::Result::held) << found.verdict.message;
  EXPECT_EQ(found.transitions, 42'777U);
  EXPECT_EQ(found.carried_out, found.transitions);
  EXPECT_EQ(found.apart, 0U);
  // Those of the model's own walk (LifeCycle.HasExactlyTheTransitionsOfTheContract).
  const graph::Graph walked = graph::through(graph::attempt_lens, graph::walk({}).value());
  Names expected;
  graph::for_each_edge(walked, [&](std::size_t from, std::size_t to, const graph::Edge& edge) {
    expected.push_back(graph::edge_name(walked, from, to, edge));
  });
  std::ranges::sort(expected);
  EXPECT_EQ(names_of(found, Kind::equal), expected);
  EXPECT_EQ(found.edges.size(), expected.size());
}

INSTANTIATE_TEST_SUITE_P(Backends, EqualToTheModel, ::testing::Values("memory", "sqlite"),
                         [](const auto& info) { return std::string(info.param); });

/// Whether the witness of an edge shows a violation when it is done again on a new subject.
void expect_witness(const ObservedEdge& edge, const std::string& backend, std::size_t steps) {
  ASSERT_TRUE(edge.witness) << edge.name;
  EXPECT_EQ(edge.witness->steps.size(), steps) << edge.name;
  const auto subject = testing::make_subject(backend);
  const auto again = replay(*edge.witness, *subject);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->verdict.result, traces::Result::violated) << edge.name;
}

TEST(ObservedGraph, OfADefectThatAddsAnEdgeHasItAsExtra) {
  const ObservedGraph found = observed("mutant:reap_takes_backoff");
  EXPECT_EQ(found.verdict.result, traces::Result::violated);
  EXPECT_EQ(names_of(found, Kind::extra),
            Names{"retry_backoff to queued by expire_leases_and_requeue [deliveries left]"});
  const ObservedEdge& extra = *found.of(Kind::extra).at(0);
  EXPECT_EQ(extra.model, 0U);
  EXPECT_GT(extra.subject, 0U);
  EXPECT_EQ(extra.instead, "nothing changes, accepted");
  expect_witness(extra, "mutant:reap_takes_backoff", 8);
}

TEST(ObservedGraph, SaysWhetherWhoeverStandsStillRefusedOrAccepted) {
  const ObservedGraph overwrites = observed("mutant:terminal_overwritten");
  ASSERT_FALSE(overwrites.of(Kind::extra).empty());
  for (const ObservedEdge* extra : overwrites.of(Kind::extra)) {
    EXPECT_EQ(extra->instead, "nothing changes, refused as stale_lease") << extra->name;
  }
  const ObservedGraph keeps = observed("mutant:heartbeat_keeps_version");
  ASSERT_FALSE(keeps.of(Kind::differs).empty());
  for (const ObservedEdge* edge : keeps.of(Kind::differs)) {
    EXPECT_EQ(edge->instead, "nothing changes, accepted") << edge->name;
  }
}

TEST(ObservedGraph, OfADefectThatRemovesAnEdgeMissesIt) {
  const ObservedGraph found = observed("mutant:reap_never_exhausts");
  EXPECT_EQ(names_of(found, Kind::missing),
            (Names{"leased to failed by expire_leases_and_requeue [deliveries exhausted]",
                   "running to failed by expire_leases_and_requeue [deliveries exhausted]"}));
  for (const ObservedEdge* edge : found.of(Kind::missing)) {
    EXPECT_EQ(edge->subject, 0U);
    EXPECT_EQ(edge->model, edge->apart);
    EXPECT_TRUE(
        edge->instead.ends_with(" to queued by expire_leases_and_requeue [deliveries left]"))
        << edge->instead;
  }
}

TEST(ObservedGraph, OfADefectThatGoesTheOtherWayNowAndThenDiffers) {
  const ObservedGraph found = observed("mutant:one_retry_too_many");
  const Names differs = names_of(found, Kind::differs);
  EXPECT_NE(std::ranges::find(differs, "leased to failed by ack_attempt [failed, no retries left]"),
            differs.end());
  for (const ObservedEdge* edge : found.of(Kind::differs)) {
    EXPECT_GT(edge->apart, 0U) << edge->name;
    EXPECT_LE(edge->apart, edge->model + edge->subject) << edge->name;
  }
}

TEST(ObservedGraph, ThroughALensThatDoesNotShowTheDefectCountsItAsHidden) {
  const ObservedGraph found = observed("mutant:heartbeat_keeps_version");
  EXPECT_EQ(found.verdict.result, traces::Result::violated);
  EXPECT_GT(found.hidden, 0U);
  ASSERT_TRUE(found.hidden_witness);
  EXPECT_EQ(found.hidden_witness->verdict.result, traces::Result::violated);
}

TEST(ObservedGraph, GoesOnAfterADifference) {
  const ObservedGraph found = observed("mutant:heartbeat_keeps_version");
  EXPECT_GT(found.carried_out, found.transitions * 8 / 10);
}

TEST(ObservedGraph, OfASubjectWithoutAnOperationNamesWhatItWasNotAskedFor) {
  auto found = observe(
      {.backend = "memory", .make = []() -> std::expected<std::unique_ptr<Subject>, BrokenSubject> {
         return testing::make_memory_without({"replay_dead_letter"});
       }});
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->verdict.result, traces::Result::held) << found->verdict.message;
  EXPECT_EQ(names_of(*found, Kind::never_taken), Names{"failed to queued by replay_dead_letter"});
  const ObservedEdge& edge = *found->of(Kind::never_taken).at(0);
  ASSERT_TRUE(edge.witness);
  EXPECT_EQ(edge.witness->verdict.result, traces::Result::held);
  EXPECT_EQ(edge.witness->head.backend, "model");
}

TEST(ObservedGraph, IsTheSameEveryTime) {
  const ObservedGraph one = observed("mutant:reap_takes_backoff", graph::lease_lens);
  const ObservedGraph two = observed("mutant:reap_takes_backoff", graph::lease_lens);
  ASSERT_EQ(one.edges.size(), two.edges.size());
  for (std::size_t i = 0; i < one.edges.size(); ++i) {
    EXPECT_EQ(one.edges[i].name, two.edges[i].name);
    EXPECT_EQ(one.edges[i].subject, two.edges[i].subject);
    EXPECT_EQ(one.edges[i].witness, two.edges[i].witness);
  }
}

}  // namespace
}  // namespace leasecheck::sim
