#include "model/lease_core/lease_core.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "leasecheck/check/symmetry.hpp"

namespace leasecheck::check {
namespace {

using State = LeaseCore::State;
using Status = LeaseCore::Status;

std::expected<void, std::string> within(std::string_view what, unsigned value, unsigned least,
                                        unsigned most) {
  if (least <= value && value <= most) return {};
  return std::unexpected("lease-core: " + std::string(what) + " is " + std::to_string(value) +
                         ", must be " + std::to_string(least) + " to " + std::to_string(most));
}

std::string_view word(LeaseCore::Action::Kind kind) {
  using enum LeaseCore::Action::Kind;
  switch (kind) {
    case claim:
      return "claim";
    case heartbeat:
      return "heartbeat";
    case complete:
      return "complete";
    case stale:
      return "stale";
    case tick:
      return "tick";
    case expire:
      return "expire";
    case crash:
      return "crash";
    case restart:
      return "restart";
  }
  std::unreachable();
}

std::string_view word(Status status) {
  switch (status) {
    case Status::queued:
      return "queued";
    case Status::leased:
      return "leased";
    case Status::completed:
      return "completed";
  }
  std::unreachable();
}

std::string worker_name(unsigned w) {
  return "w" + std::to_string(w + 1);
}
std::string attempt_name(unsigned a) {
  return "a" + std::to_string(a + 1);
}

using Orders = std::vector<std::vector<unsigned>>;
const Orders& orders_of(unsigned attempts) {
  static const std::array<Orders, LeaseCore::most_attempts + 1> orders = {
      permutations(0), permutations(1), permutations(2), permutations(3)};
  return orders[attempts];
}

/// A state taken apart: its attempts, and what each worker has, as they stand in its word.
struct Parts {
  std::uint64_t attempts = 0;
  std::array<std::uint64_t, LeaseCore::most_workers> workers{};
};

/// The parts of the state in which attempt `order[i]` is called i.
Parts reordered(const State& state, const std::vector<unsigned>& order) {
  constexpr std::uint64_t attempt_mask = (1u << State::attempt_bits) - 1;
  constexpr std::uint64_t pair_mask = (1u << State::pair_bits) - 1;
  Parts parts;
  for (unsigned w = 0; w < LeaseCore::most_workers; ++w) {
    const auto record = state.word() >> (State::workers_at + w * State::worker_bits);
    parts.workers[w] = record & 1;
    for (unsigned i = 0; i < order.size(); ++i) {
      const auto pair = record >> (1 + order[i] * State::pair_bits) & pair_mask;
      parts.workers[w] |= pair << (1 + i * State::pair_bits);
    }
  }
  for (unsigned i = 0; i < order.size(); ++i) {
    const auto attempt = state.word() >> (order[i] * State::attempt_bits) & attempt_mask;
    parts.attempts |= attempt << (i * State::attempt_bits);
  }
  return parts;
}

std::uint64_t word_of(const Parts& parts) {
  std::uint64_t word = parts.attempts;
  for (unsigned w = 0; w < LeaseCore::most_workers; ++w) {
    word |= parts.workers[w] << (State::workers_at + w * State::worker_bits);
  }
  return word;
}

}  // namespace

std::expected<LeaseCore, std::string> LeaseCore::make(Bounds bounds, Fault fault) {
  const std::array checks = {
      within("workers", bounds.workers, 1, most_workers),
      within("attempts", bounds.attempts, 1, most_attempts),
      within("ttl", bounds.ttl, 0, most_remaining - 1),
      within("grace", bounds.grace, 0, most_remaining - 1),
      within("ttl + grace + 1", bounds.ttl + bounds.grace + 1, 1, most_remaining),
      within("epochs", bounds.epochs, 1, most_epochs),
  };
  for (const auto& check : checks) {
    if (!check) return std::unexpected(check.error());
  }
  return LeaseCore(bounds, fault);
}

std::string LeaseCore::name() const {
  std::string name = "lease-core";
  name += " workers=" + std::to_string(bounds_.workers);
  name += " attempts=" + std::to_string(bounds_.attempts);
  name += " ttl=" + std::to_string(bounds_.ttl);
  name += " grace=" + std::to_string(bounds_.grace);
  name += " epochs=" + std::to_string(bounds_.epochs);
  if (fault_ == Fault::epoch_not_raised) name += " fault=epoch-not-raised";
  return name;
}

std::vector<State> LeaseCore::initial_states() const {
  State state;
  for (unsigned w = 0; w < bounds_.workers; ++w) state.set_up(w);
  return {state};
}

std::vector<Property<LeaseCore>> LeaseCore::properties() const {
  const auto one_believer = [](const LeaseCore& model, const State& s) {
    for (unsigned a = 0; a < model.bounds_.attempts; ++a) {
      for (unsigned w = 0; w < model.bounds_.workers; ++w) {
        const bool believes = s.status(a) == Status::leased && s.belief(w, a) == s.epoch(a);
        if (believes && !s.owns(w, a)) return false;
      }
    }
    return true;
  };
  const auto no_belief_ahead = [](const LeaseCore& model, const State& s) {
    for (unsigned a = 0; a < model.bounds_.attempts; ++a) {
      for (unsigned w = 0; w < model.bounds_.workers; ++w) {
        if (s.belief(w, a) > s.epoch(a)) return false;
      }
    }
    return true;
  };
  return {{"only the owner believes", Kind::always, one_believer},
          {"no belief above the epoch", Kind::always, no_belief_ahead}};
}

std::string LeaseCore::describe(const State& state) const {
  std::string text;
  for (unsigned a = 0; a < bounds_.attempts; ++a) {
    text += attempt_name(a) + "=" + std::string(word(state.status(a)));
    for (unsigned w = 0; w < bounds_.workers; ++w) {
      if (state.owns(w, a)) text += "(" + worker_name(w) + ")";
    }
    text += " epoch " + std::to_string(state.epoch(a));
    text += " remaining " + std::to_string(state.remaining(a)) + "; ";
  }
  for (unsigned w = 0; w < bounds_.workers; ++w) {
    text += worker_name(w) + (state.up(w) ? " up" : " down");
    for (unsigned a = 0; a < bounds_.attempts; ++a) {
      if (state.belief(w, a) == 0) continue;
      text += " believes " + attempt_name(a) + "@" + std::to_string(state.belief(w, a));
    }
    if (w + 1 < bounds_.workers) text += "; ";
  }
  return text;
}

std::string LeaseCore::describe(const Action& action) const {
  using enum Action::Kind;
  std::string name(word(action.kind));
  switch (action.kind) {
    case claim:
    case heartbeat:
    case complete:
    case stale:
      return name + "(" + worker_name(action.worker) + ", " + attempt_name(action.attempt) + ")";
    case expire:
      return name + "(" + attempt_name(action.attempt) + ")";
    case crash:
    case restart:
      return name + "(" + worker_name(action.worker) + ")";
    case tick:
      return name;
  }
  std::unreachable();
}

// For each order of the attempts the workers are put in the order of their records, which is the
// best that renaming them can do: A! images to compare instead of W! A!.
State LeaseCore::canonical(const State& state) const {
  std::uint64_t least = ~std::uint64_t{0};
  for (const auto& order : orders_of(bounds_.attempts)) {
    Parts parts = reordered(state, order);
    // Downwards, so that the empty records of workers that the bounds do not have stay last.
    std::ranges::sort(parts.workers, std::greater());
    least = std::min(least, word_of(parts));
  }
  return State(least);
}

std::uint64_t LeaseCore::renamings() const {
  return permutations(bounds_.workers).size() * permutations(bounds_.attempts).size();
}

// The renamings that leave the state as it is are a group; its cosets are the other states.
std::uint64_t LeaseCore::orbit(const State& state) const {
  static const auto workers =
      std::to_array({permutations(0), permutations(1), permutations(2), permutations(3)});
  std::uint64_t kept = 0;
  for (const auto& order : orders_of(bounds_.attempts)) {
    const Parts parts = reordered(state, order);
    for (const auto& names : workers[bounds_.workers]) {
      Parts image = parts;
      for (unsigned w = 0; w < names.size(); ++w) image.workers[names[w]] = parts.workers[w];
      if (word_of(image) == state.word()) ++kept;
    }
  }
  return renamings() / kept;
}

}  // namespace leasecheck::check
