#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace leasecheck::check {

/// A state packed into `words` 64-bit words. Equal states have equal encodings and no others do.
/// The two highest bits of the first word are the checker's own and are zero.
template <std::size_t words>
using Encoded = std::array<std::uint64_t, words>;

/// What a property claims about the states that are reachable.
enum class Kind {
  always,      ///< It holds in every state.
  sometimes,   ///< It holds in at least one: guards a premise against passing vacuously.
  eventually,  ///< Every weakly fair execution reaches a state in which it holds.
};

/// A named claim about the states of model `M`.
template <typename M>
struct Property {
  std::string name;
  Kind kind = Kind::always;
  /// Called for every state by all workers at once.
  std::function<bool(const M& model, const typename M::State& state)> holds = {};
};

/// What a user brings: a finite transition system.
///
/// - `State`, `Action`: values; states compare with `==`.
/// - `encoded_words`, `encode`, `decode`: see `Encoded`; `decode(encode(s)) == s`.
/// - `name()`: the model and every bound; two models of one name have one graph. A checkpoint is
///   resumed only by the model of its name.
/// - `initial_states()`: at least one.
/// - `successors(s, emit)`: calls `emit(action, next)` for each enabled action instance, in an
///   order that depends on nothing but `s`; one that changes nothing counts as a transition too.
/// - `properties()`: at most 63.
/// - `describe(state)`, `describe(action)`: one line each, for counterexamples.
///
/// Thread: every member is called by all workers at once, so `const` must mean immutable.
template <typename M>
concept Model = requires(const M& model, const typename M::State& state,
                         const typename M::Action& action, const Encoded<M::encoded_words>& code,
                         void (*emit)(const typename M::Action&, const typename M::State&)) {
  requires std::copyable<typename M::State> && std::equality_comparable<typename M::State>;
  requires std::copyable<typename M::Action>;
  requires M::encoded_words >= 1;
  { model.name() } -> std::same_as<std::string>;
  { model.initial_states() } -> std::same_as<std::vector<typename M::State>>;
  { model.successors(state, emit) } -> std::same_as<void>;
  { model.encode(state) } -> std::same_as<Encoded<M::encoded_words>>;
  { model.decode(code) } -> std::same_as<typename M::State>;
  { model.properties() } -> std::same_as<std::vector<Property<M>>>;
  { model.describe(state) } -> std::same_as<std::string>;
  { model.describe(action) } -> std::same_as<std::string>;
};

/// A model whose processes, attempts … are interchangeable. `canonical(s)` is one chosen member of
/// the set of states that equal `s` up to renaming, the same for all of them; every property has
/// one value over that set.
template <typename M>
concept Symmetric = Model<M> && requires(const M& model, const typename M::State& state) {
  { model.canonical(state) } -> std::same_as<typename M::State>;
};

/// A symmetric model that can count: `orbit(s)` is the number of states that equal `s` up to
/// renaming, itself among them, and `renamings()` the number of renamings, which is the most that
/// an orbit can have and so the limit of what symmetry can save.
template <typename M>
concept CountsRenamings = Symmetric<M> && requires(const M& model, const typename M::State& state) {
  { model.orbit(state) } -> std::same_as<std::uint64_t>;
  { model.renamings() } -> std::same_as<std::uint64_t>;
};

/// A model that says when it may rightly stop: a state without successors is a deadlock unless
/// `is_final`. Without this, every such state is one.
template <typename M>
concept Terminating = Model<M> && requires(const M& model, const typename M::State& state) {
  { model.is_final(state) } -> std::same_as<bool>;
};

/// A model that assumes weak fairness, class by class: a class one of whose state-changing actions
/// is enabled from some moment on for ever takes one such action again and again. An action
/// without a class is never owed. At most 64 classes. Without this, the only assumption is that the
/// system as a whole does not stop while some action would change its state.
template <typename M>
concept Fair = Model<M> && requires(const M& model, const typename M::Action& action) {
  { model.fairness_classes() } -> std::same_as<unsigned>;
  { model.fairness_class(action) } -> std::same_as<std::optional<unsigned>>;
};

/// The parts of a state ("variables", program counters among them; at most 64, one bit each) that
/// a process touches: with its actions at its present place, enabled or not, and with any action
/// from now on (which includes the former). A guard reads.
struct Footprint {
  std::uint64_t next_reads = 0;
  std::uint64_t next_writes = 0;
  std::uint64_t later_reads = 0;
  std::uint64_t later_writes = 0;
};

/// A model that can tell whether a code is that of a state, so that a checkpoint from anywhere can
/// be read: `decode(code)` is called only if `is_code(code)`. Without this, `decode` takes any
/// code.
template <typename M>
concept ReadsCodes = Model<M> && requires(const M& model, const Encoded<M::encoded_words>& code) {
  { model.is_code(code) } -> std::same_as<bool>;
};

/// A model of at most 64 concurrent processes that says what each touches, which is what
/// partial-order reduction needs. `observed()` has the variables that some property reads.
/// Too large a footprint only costs reduction; too small a one loses states.
template <typename M>
concept Concurrent = Model<M> && requires(const M& model, const typename M::State& state,
                                          const typename M::Action& action, unsigned process) {
  { model.processes() } -> std::same_as<unsigned>;
  { model.process(action) } -> std::same_as<unsigned>;
  { model.footprint(state, process) } -> std::same_as<Footprint>;
  { model.observed() } -> std::same_as<std::uint64_t>;
};

}  // namespace leasecheck::check
