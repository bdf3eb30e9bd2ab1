// What the contract says of an attempt's life, read off its graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/reverse_graph.hpp>

#include "model/graph/lens.hpp"
#include "tests/model/graph/edges.hpp"

namespace leasecheck::tests {
namespace {

using Names = std::set<std::string>;

const graph::Walk& whole_walk() {
  static const graph::Walk walk = graph::walk({}).value();
  return walk;
}

graph::Graph seen_through(const graph::Lens& lens) {
  return graph::through(lens, whole_walk());
}

/// The edges with `text` in their words.
Names edges_with(const graph::Graph& graph, const std::string& text) {
  Names edges = edges_of(graph);
  std::erase_if(edges, [&](const std::string& edge) { return edge.find(text) == edge.npos; });
  return edges;
}

TEST(LifeCycle, HasEveryStatusOfTheContract) {
  EXPECT_EQ(vertices_of(seen_through(graph::attempt_lens)),
            (Names{"absent", "queued", "leased", "running", "retry_backoff", "completed", "failed",
                   "cancelled"}));
}

TEST(LifeCycle, HasExactlyTheTransitionsOfTheContract) {
  Names expected{"absent --enqueue_attempt--> queued",           // rule 8
                 "queued --upsert_lease--> leased",              // rule 3
                 "retry_backoff --upsert_lease--> leased",       // rule 3
                 "leased --start_attempt--> running",            // rule 9
                 "queued --cancel_attempt--> cancelled",         // rule 12
                 "retry_backoff --cancel_attempt--> cancelled",  // rule 12
                 "failed --replay_dead_letter--> queued",        // rule 14
                 "completed --prune_attempts--> absent",         // rule 28
                 "cancelled --prune_attempts--> absent",
                 "failed --prune_attempts [dead letters too]--> absent"};
  for (const std::string held : {"leased", "running"}) {
    expected.insert({held + " --heartbeat_lease--> " + held,                             // rule 4
                     held + " --heartbeat_lease_with_version--> " + held,                // rule 10
                     held + " --expire_leases_and_requeue [deliveries left]--> queued",  // rule 5
                     held + " --expire_leases_and_requeue [deliveries exhausted]--> failed",
                     held + " --transition_timed_out_attempts [retry, retries left]--> "
                            "retry_backoff",  // rule 7
                     held + " --transition_timed_out_attempts [retry, no retries left]--> failed",
                     held + " --transition_timed_out_attempts [fail]--> failed",
                     held + " --transition_timed_out_attempts [cancel]--> cancelled",
                     held + " --ack_attempt [completed]--> completed",  // rule 11
                     held + " --ack_attempt [cancelled]--> cancelled",
                     held + " --ack_attempt [failed, retries left]--> retry_backoff",
                     held + " --ack_attempt [failed, no retries left]--> failed",
                     held + " --release_lease--> queued",  // rule 12
                     held + " --cancel_attempt--> cancelled"});
  }
  EXPECT_EQ(edges_of(seen_through(graph::attempt_lens)), expected);
}

TEST(LifeCycle, LeavesTerminalStatesOnlyByReplayAndPruning) {
  // Rules 16 and 28.
  const auto graph = seen_through(graph::attempt_lens);
  EXPECT_EQ(edges_with(graph, "completed --"), Names{"completed --prune_attempts--> absent"});
  EXPECT_EQ(edges_with(graph, "cancelled --"), Names{"cancelled --prune_attempts--> absent"});
  EXPECT_EQ(edges_with(graph, "failed --"),
            (Names{"failed --replay_dead_letter--> queued",
                   "failed --prune_attempts [dead letters too]--> absent"}));
}

TEST(LifeCycle, TakesALeaseBackByReapOnlyPastTheGraceWindow) {
  // Rule 21.
  EXPECT_EQ(edges_with(seen_through(graph::lease_lens), "expire_leases_and_requeue"),
            (Names{"held_past_grace --expire_leases_and_requeue [deliveries exhausted]--> terminal",
                   "held_past_grace --expire_leases_and_requeue [deliveries left]--> free"}));
}

TEST(LifeCycle, LetsALateHeartbeatReviveALease) {
  // Rule 4: the reap is the one moment at which ownership by time ends.
  EXPECT_EQ(edges_with(seen_through(graph::lease_lens), "--heartbeat_lease--> held_in_time").size(),
            3U);
}

TEST(LifeCycle, NeverHandsALeaseFromWorkerToWorker) {
  const auto graph = seen_through(graph::worker_lens);
  EXPECT_EQ(vertices_of(graph), (Names{"absent", "free", "held_by_w1", "held_by_w2", "terminal"}));
  EXPECT_EQ(
      edges_with(graph, "--> held_by_w2"),
      (Names{"free --upsert_lease--> held_by_w2", "held_by_w2 --heartbeat_lease--> held_by_w2",
             "held_by_w2 --heartbeat_lease_with_version--> held_by_w2",
             "held_by_w2 --start_attempt--> held_by_w2"}));
}

/// How many vertices are reached from `start`.
template <class AnyGraph>
std::size_t reached_from(const AnyGraph& graph, std::size_t start) {
  std::vector<boost::default_color_type> colours(boost::num_vertices(graph));
  boost::breadth_first_search(graph, boost::vertex(start, graph), boost::color_map(colours.data()));
  return static_cast<std::size_t>(std::ranges::count(colours, boost::black_color));
}

TEST(LifeCycle, ReachesEveryStatusAndCanAlwaysEnd) {
  // Rule 23: from everywhere there is a way to `cancelled`, from the other two ends by an attempt
  // that takes the place of the pruned one.
  const auto graph = seen_through(graph::attempt_lens);
  EXPECT_EQ(reached_from(graph, 0), boost::num_vertices(graph));
  std::size_t cancelled = 0;
  while (graph[cancelled].name != "cancelled") ++cancelled;
  EXPECT_EQ(reached_from(boost::make_reverse_graph(graph), cancelled), boost::num_vertices(graph));
}

}  // namespace
}  // namespace leasecheck::tests
