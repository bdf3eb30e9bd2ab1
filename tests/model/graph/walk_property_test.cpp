#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <tuple>

#include "leasecheck/spec/step.hpp"
#include "model/graph/lens.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

/// From, operation, to.
using Move = std::tuple<std::string, std::string, std::string>;

std::set<Move> moves_of(const graph::Graph& graph) {
  std::set<Move> moves;
  const auto [begin, end] = boost::edges(graph);
  for (auto edge = begin; edge != end; ++edge) {
    moves.emplace(graph[boost::source(*edge, graph)].name, graph[*edge].op,
                  graph[boost::target(*edge, graph)].name);
  }
  return moves;
}

/// The walk has operations on one attempt; one on several makes the moves of its items.
std::string_view single_of(std::string_view operation) {
  if (operation == "enqueue_attempts") return "enqueue_attempt";
  if (operation == "claim_attempts") return "upsert_lease";
  if (operation == "heartbeat_leases") return "heartbeat_lease_with_version";
  if (operation == "ack_attempts") return "ack_attempt";
  return operation;
}

std::set<model::Id> attempts_of(const model::State& before, const model::State& after) {
  std::set<model::Id> ids;
  for (const auto& [id, attempt] : before.attempts) ids.insert(id);
  for (const auto& [id, attempt] : after.attempts) ids.insert(id);
  return ids;
}

std::string status_of(const model::State& state, const model::Id& attempt) {
  const auto found = state.attempts.find(attempt);
  return std::string(found == state.attempts.end() ? "absent" : model::word(found->second.status));
}

// The walk is of a few specs and small times, and forgets what grows. Nothing that the model does
// with any spec, at any time, is a move that the walk has not seen.
TEST(WalkProperty, HasEveryMoveOfTheUnboundedModel) {
  const std::set<Move> moves =
      moves_of(graph::through(graph::attempt_lens, graph::walk({}).value()));
  check_property([&moves] {
    model::State before;
    for (const model::Action& action : *any_actions()) {
      const model::State after = model::step(before, action).state;
      const std::string op(single_of(model::name_of(action.operation)));
      const bool is_reset = std::holds_alternative<model::Reset>(action.operation);
      for (const model::Id& id : attempts_of(is_reset ? after : before, after)) {
        const Move move{status_of(before, id), op, status_of(after, id)};
        if (std::get<0>(move) == std::get<2>(move)) continue;
        RC_ASSERT(moves.contains(move));
      }
      before = after;
    }
  });
}

}  // namespace
}  // namespace leasecheck::tests
