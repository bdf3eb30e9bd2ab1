#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/check/model.hpp"
#include "leasecheck/check/symmetry.hpp"
#include "model/system/codec.hpp"
#include "model/system/properties.hpp"
#include "model/system/world.hpp"

namespace leasecheck::system {

/// In words, for counterexamples.
[[nodiscard]] std::string describe(const World& world, const State& state);
[[nodiscard]] std::string describe(const World& world, const Action& action);
/// What is done, whoever does it: "asks for", "acks failed".
[[nodiscard]] std::string action_label(const Action& action);

/// The classes of weak fairness: what goes on once faults have stopped (rule 24). Crashes, losses
/// and heartbeats are owed by nobody.
inline constexpr unsigned fairness_classes = 10;
[[nodiscard]] std::optional<unsigned> fairness_class(const Action& action);

/// The state in which worker i and attempt j are called otherwise.
[[nodiscard]] State renamed(const State& state, const std::vector<unsigned>& worker_names,
                            const std::vector<unsigned>& attempt_names);

/// The searched world as a model of the checker, with states of `words` words: see `explore`.
template <std::size_t words>
class System {
 public:
  using State = system::State;
  using Action = system::Action;
  static constexpr std::size_t encoded_words = words;

  /// Pre: `validate(options)`, and a state fits (`Codec::words`).
  explicit System(const Options& options)
      : world_(options),
        codec_(options),
        worker_names_(check::permutations(options.workers)),
        attempt_names_(check::permutations(options.attempts)) {}

  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] std::string name() const { return system::describe(world_.options()); }
  [[nodiscard]] std::vector<State> initial_states() const { return world_.initial_states(); }

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    for (const Action& action : world_.enabled(state)) {
      emit(action, world_.normalise(world_.apply(state, action)));
    }
  }

  [[nodiscard]] check::Encoded<words> encode(const State& state) const {
    check::Encoded<words> code{};
    codec_.pack(state, code);
    return code;
  }
  [[nodiscard]] bool is_code(const check::Encoded<words>& code) const {
    return codec_.is_in_bounds(codec_.unpack(code));
  }
  [[nodiscard]] State decode(const check::Encoded<words>& code) const {
    return codec_.unpack(code);
  }

  /// Workers and attempts are interchangeable: a worker takes its clock with it.
  [[nodiscard]] State canonical(const State& state) const {
    State least = state;
    auto least_code = encode(state);
    for (const auto& workers : worker_names_) {
      for (const auto& attempts : attempt_names_) {
        const State image = renamed(state, workers, attempts);
        const auto code = encode(image);
        if (code < least_code) std::tie(least, least_code) = std::pair(image, code);
      }
    }
    return least;
  }

  [[nodiscard]] std::uint64_t renamings() const {
    return worker_names_.size() * attempt_names_.size();
  }
  // The renamings that leave a state as it is are a group; its cosets are the other states.
  [[nodiscard]] std::uint64_t orbit(const State& state) const {
    std::uint64_t kept = 0;
    for (const auto& workers : worker_names_) {
      for (const auto& attempts : attempt_names_) {
        if (renamed(state, workers, attempts) == state) ++kept;
      }
    }
    return renamings() / kept;
  }

  [[nodiscard]] bool is_final(const State& state) const {
    return state.broken != Broken::nothing || all_terminal(state);
  }

  [[nodiscard]] unsigned fairness_classes() const { return system::fairness_classes; }
  [[nodiscard]] std::optional<unsigned> fairness_class(const Action& action) const {
    return system::fairness_class(action);
  }

  [[nodiscard]] std::vector<check::Property<System>> properties() const {
    std::vector<check::Property<System>> made;
    for (const Claim& claim : all_claims()) {
      if (!claim.applies(world_.options())) continue;
      made.push_back({.name = std::string(claim.name),
                      .kind = claim.kind,
                      .holds = [holds = claim.holds](const System& system, const State& state) {
                        return holds(system.world_, state);
                      }});
    }
    return made;
  }
  [[nodiscard]] std::string describe(const State& state) const {
    return system::describe(world_, state);
  }
  [[nodiscard]] std::string describe(const Action& action) const {
    return system::describe(world_, action);
  }

 private:
  [[nodiscard]] bool all_terminal(const State& state) const {
    for (unsigned attempt = 0; attempt < world_.options().attempts; ++attempt) {
      if (!model::is_terminal(state.attempts[attempt].status)) return false;
    }
    return true;
  }

  World world_;
  Codec codec_;
  std::vector<std::vector<unsigned>> worker_names_;
  std::vector<std::vector<unsigned>> attempt_names_;
};

}  // namespace leasecheck::system
