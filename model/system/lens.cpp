#include "model/system/lens.hpp"

namespace leasecheck::system {
namespace {

std::string status_of(const State& state, unsigned attempt) {
  return std::string(model::word(state.attempts[attempt].status));
}

std::string beliefs_of(const World& world, const State& state, unsigned attempt) {
  const AttemptState& row = state.attempts[attempt];
  std::string text = row.lease == 0 ? std::string(model::is_terminal(row.status) ? "over" : "free")
                                    : "held by w" + std::to_string(row.holder + 1);
  std::string believers;
  for (unsigned worker = 0; worker < world.options().workers; ++worker) {
    const WorkerState& mind = state.workers[worker];
    if (mind.attempt != attempt || !world.believes(state, worker)) continue;
    believers += (believers.empty() ? "w" : " and w") + std::to_string(worker + 1);
  }
  return believers.empty() ? text : text + ", believed by " + believers;
}

}  // namespace

std::string class_of(Lens lens, const World& world, const State& state) {
  std::string text;
  for (unsigned attempt = 0; attempt < world.options().attempts; ++attempt) {
    if (lens == Lens::state) return {};
    if (attempt > 0) text += " / ";
    text += lens == Lens::attempts ? status_of(state, attempt) : beliefs_of(world, state, attempt);
  }
  return text;
}

}  // namespace leasecheck::system
