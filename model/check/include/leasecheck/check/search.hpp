#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "leasecheck/check/graph.hpp"
#include "leasecheck/check/parallel.hpp"
#include "leasecheck/check/report.hpp"
#include "leasecheck/check/require.hpp"
#include "leasecheck/check/state_log.hpp"
#include "leasecheck/check/table.hpp"

namespace leasecheck::check {

/// Visited states are remembered whole.
template <std::size_t words>
struct WholeStates {
  using Key = Encoded<words>;
  const Key& operator()(const Key& code) const { return code; }
};

/// Visited states are remembered by a hash of `bits` bits (hash compaction).
/// Source: Stern, Dill, "A New Scheme for Memory-Efficient Probabilistic Verification", 1996.
struct CompactedStates {
  unsigned bits;
  template <std::size_t words>
  Encoded<1> operator()(const Encoded<words>& code) const {
    return {hash(code) >> (64 - bits)};
  }
};

/// Everything that a search has to keep to go on later: what a checkpoint saves. The table of
/// visited states is not among it, since it can be rebuilt from the log.
///
/// The log's last level is the one being found, the last but one is being expanded. Until the
/// initial states, `pending` at first, are in the log, there is no level to expand.
template <std::size_t words>
struct SearchState {
  using Code = Encoded<words>;
  using Level = typename StateLog<words>::Level;

  SearchState(unsigned writers, Budget& budget) : log(writers, budget) {}

  StateLog<words> log;
  std::uint64_t expanded_runs = 0;  ///< So many runs of the level being expanded are done.
  std::uint64_t expanded = 0;       ///< States, over all levels.
  std::uint64_t transitions = 0;
  std::vector<std::optional<Finding<Code>>> findings;  ///< One per property, then the deadlock.
  std::vector<Code> pending;  ///< Successors of expanded states that are not yet in the log.
  /// A resumed search has met a state that no search of its model meets. Not saved.
  std::atomic<bool> is_forged = false;

  [[nodiscard]] bool started() const { return log.levels().size() > 1; }
  /// The level being expanded. Pre: started.
  [[nodiscard]] std::uint64_t depth() const { return log.levels().size() - 2; }
  [[nodiscard]] const Level& level() const { return log.levels()[depth()]; }
  [[nodiscard]] bool level_done() const {
    return !started() || expanded_runs == level().runs.size();
  }
};

/// Breadth-first search of a graph, level by level, by several workers.
///
/// A level's states are handed out in runs. A worker collects successors in a batch while the cache
/// lines of their slots are fetched, then inserts the batch: the search is bound by the latency of
/// memory, and this hides it. Between slices of work nobody is active: there the table grows, and
/// the caller hears of progress and may save or stop.
///
/// Every level is finished even if it shows a violation, so that neither the counts nor the state
/// reported depends on the order in which workers run.
template <Model M, typename Remember>
class Search {
 public:
  using Code = Encoded<M::encoded_words>;
  using State = SearchState<M::encoded_words>;

  /// Pre: the arguments outlive the search; `state` has the initial states pending, or was loaded.
  Search(const Graph<M>& graph, const std::vector<Property<M>>& properties, const Options& options,
         Remember remember, Budget& budget, State& state)
      : graph_(graph),
        properties_(properties),
        options_(options),
        remember_(remember),
        budget_(budget),
        state_(state) {
    state.findings.resize(properties.size() + 1);
    workers_.reserve(options.jobs);
    for (unsigned i = 0; i < options.jobs; ++i) {
      workers_.emplace_back(state.log.writer(i), properties.size() + 1);
    }
    for (const Code& code : std::exchange(state.pending, {})) hold(workers_[0], code);
    watch();
  }
  ~Search() { drop_table(); }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  /// Goes on until the graph is exhausted, a level shows a violation, or a limit is met. `at_pause`
  /// is called between slices, when nothing is pending; it may end the search.
  /// Returns: the limit that ended it, if one did.
  template <typename AtPause>
  std::optional<Limit> run(AtPause&& at_pause) {
    if (!make_room()) return out_of_memory();
    while (true) {
      work();
      if (state_.is_forged) return Limit::stopped;
      if (memory_refused_ || (pending() > 0 && !make_room())) return out_of_memory();
      if (pending() > 0) continue;
      if (state_.level_done() && (violated() || !next_level())) return ended();
      if (at_pause() == Continue::no) return Limit::stopped;
    }
  }

 private:
  using Key = std::remove_cvref_t<std::invoke_result_t<Remember, const Code&>>;
  using KeyTable = Table<std::tuple_size_v<Key>>;
  using Writer = typename StateLog<M::encoded_words>::Writer;
  using Run = typename StateLog<M::encoded_words>::Run;

  static constexpr std::size_t batch_size = 128;
  /// So many states of each worker in each slice have their successors' encoding tried; all of them
  /// after a checkpoint, whose states may be none that the encoding was made for.
  static constexpr std::uint64_t tried_states = 512;

  struct Successor {
    Code code;
    std::uint64_t hash;
  };
  struct alignas(64) Worker {
    Worker(Writer& writer, std::size_t findings) : writer(writer), findings(findings) {}

    Writer& writer;
    std::vector<Successor> batch;
    std::uint64_t transitions = 0;
    std::uint64_t expanded = 0;
    std::vector<std::optional<Finding<Code>>> findings;
  };

  // One slice: every worker inserts what it holds, then expands runs until the slice is done or
  // the table has no room.
  void work() {
    const std::size_t runs = state_.started() ? state_.level().runs.size() : 0;
    const std::size_t slice = 1 + options_.pause_states / StateLog<M::encoded_words>::run_states;
    next_run_ = state_.expanded_runs;
    slice_end_ = std::min(runs, state_.expanded_runs + slice);
    stop_ = false;
    const bool worth_it = slice_end_ - next_run_ > 1 || pending() > batch_size;
    parallel(worth_it ? options_.jobs : 1, [this](unsigned i) { work(workers_[i]); });
    state_.expanded_runs = std::min(next_run_.load(), slice_end_);
    collect();
  }

  void work(Worker& worker) {
    if (!flush(worker)) return;
    while (!stop_.load(std::memory_order_relaxed)) {
      const std::size_t run = next_run_.fetch_add(1);
      if (run >= slice_end_) break;
      expand(worker, state_.level().runs[run]);
    }
    flush(worker);
  }

  void expand(Worker& worker, Run run) {
    const bool expanding = state_.depth() != options_.max_depth;
    for (const Code& code : run) {
      const auto state = graph_.state(code);
      inspect(worker, state, code);
      if (expanding) expand(worker, state, code);
      if (worker.batch.size() >= batch_size) flush(worker);
    }
    worker.expanded += run.size();
  }

  void expand(Worker& worker, const typename M::State& state, const Code& code) {
    const bool tried = worker.expanded < tried_states || options_.resume;
    std::uint64_t enabled = 0;
    graph_.successors(state, [&](const auto&, const typename M::State& next) {
      ++enabled;
      if (tried && !is_sound(graph_.encodes(next), "decode(encode(state)) is another state"))
        return;
      const Code successor = graph_.code(next);
      if (successor != code) hold(worker, successor);
    });
    worker.transitions += enabled;
    if (enabled == 0 && options_.deadlock == Deadlock::reported && !is_final(state)) {
      note(worker, properties_.size(), code);
    }
  }

  void hold(Worker& worker, const Code& code) {
    if (!is_sound(code[0] >> 62 == 0, "the two highest bits of an encoding are not zero")) return;
    const std::uint64_t hashed = hash(remember_(code));
    if (table_) table_->prefetch(hashed);
    worker.batch.push_back({code, hashed});
  }

  // What is wrong is the model's mistake, or that of a checkpoint which was made up.
  bool is_sound(bool holds, const char* claim) {
    if (holds) [[likely]]
      return true;
    require(options_.resume.has_value(), claim);
    state_.is_forged = stop_ = true;
    return false;
  }

  // Inserts what the worker holds, all or, if the table or the log has no room for it, nothing.
  bool flush(Worker& worker) {
    const auto count = static_cast<std::int64_t>(worker.batch.size());
    const bool room = room_.fetch_sub(count) >= count;
    const bool memory = worker.writer.reserve(worker.batch.size());
    if (!room || !memory) {
      room_ += count;
      if (!memory) memory_refused_ = true;
      stop_ = true;
      return false;
    }
    std::int64_t added = 0;
    for (const Successor& successor : worker.batch) {
      if (!table_->insert(remember_(successor.code), successor.hash)) continue;
      worker.writer.push(successor.code);
      ++added;
    }
    room_ += count - added;
    worker.batch.clear();
    return true;
  }

  bool is_final(const typename M::State& state) const {
    if constexpr (Terminating<M>) return graph_.model().is_final(state);
    return false;
  }

  void inspect(Worker& worker, const typename M::State& state, const Code& code) const {
    for (const std::size_t i : watched_) {
      const bool holds = properties_[i].holds(graph_.model(), state);
      if (holds == (properties_[i].kind == Kind::sometimes)) note(worker, i, code);
    }
  }

  void note(Worker& worker, std::size_t property, const Code& code) const {
    auto& finding = worker.findings[property];
    if (!finding || code < finding->state) finding = {state_.depth(), code};
  }

  // Between slices: takes over what the workers have counted and found.
  void collect() {
    state_.log.gather();
    for (Worker& worker : workers_) {
      state_.transitions += std::exchange(worker.transitions, 0);
      state_.expanded += std::exchange(worker.expanded, 0);
      for (std::size_t i = 0; i < worker.findings.size(); ++i) {
        const auto found = std::exchange(worker.findings[i], std::nullopt);
        auto& best = state_.findings[i];
        if (found && (!best || (found->depth == best->depth && found->state < best->state))) {
          best = found;
        }
      }
    }
  }

  [[nodiscard]] std::size_t pending() const {
    std::size_t count = 0;
    for (const Worker& worker : workers_) count += worker.batch.size();
    return count;
  }

  [[nodiscard]] bool violated() const {
    for (std::size_t i = 0; i < properties_.size(); ++i) {
      if (properties_[i].kind == Kind::always && state_.findings[i]) return true;
    }
    return state_.findings.back().has_value();
  }

  bool next_level() {
    if (state_.log.levels().back().states == 0) return false;
    if (state_.started() && state_.depth() == options_.max_depth) return false;
    state_.log.open_level();
    state_.expanded_runs = 0;
    watch();
    return true;
  }

  // A `sometimes` that an earlier level has shown needs no further look.
  void watch() {
    watched_.clear();
    for (std::size_t i = 0; i < properties_.size(); ++i) {
      const auto& found = state_.findings[i];
      const bool settled = found && state_.started() && found->depth < state_.depth();
      if (properties_[i].kind != Kind::eventually && !settled) watched_.push_back(i);
    }
  }

  std::optional<Limit> ended() {
    drop_table();
    if (violated() || !state_.started() || state_.depth() != options_.max_depth) {
      return std::nullopt;
    }
    // The last level was looked at, not expanded: a search that goes on from here begins with it.
    state_.expanded -= state_.level().states;
    state_.expanded_runs = 0;
    return Limit::depth;
  }

  std::optional<Limit> out_of_memory() {
    drop_table();
    for (Worker& worker : workers_) {
      for (const Successor& held : worker.batch) state_.pending.push_back(held.code);
      worker.batch.clear();
    }
    return Limit::memory;
  }

  void drop_table() {
    if (table_) budget_.give_back(KeyTable::bytes_for(table_->slots()));
    table_.reset();
  }

  // Gives the table room for all that is pending. The old table goes before the new one comes, so
  // that both are never held at once: the log has every key.
  bool make_room() {
    const std::size_t wanted = state_.log.states() + pending();
    std::size_t slots = table_ ? table_->slots() : KeyTable::least_slots;
    while (KeyTable::capacity(slots) < wanted) slots *= 2;
    if (!table_ || slots != table_->slots()) {
      drop_table();
      if (!budget_.take(KeyTable::bytes_for(slots))) return false;
      table_.emplace(slots);
      if (!table_->allocated()) return false;
      fill_table();
    }
    room_ = static_cast<std::int64_t>(KeyTable::capacity(slots) - state_.log.states());
    return true;
  }

  void fill_table() {
    std::vector<Run> runs;
    for (const auto& level : state_.log.levels()) {
      runs.insert(runs.end(), level.runs.begin(), level.runs.end());
    }
    std::atomic<std::size_t> next = 0;
    parallel(runs.size() > 1 ? options_.jobs : 1, [&](unsigned) {
      for (std::size_t i; (i = next.fetch_add(1)) < runs.size();) insert_all(runs[i]);
    });
  }

  void insert_all(Run run) {
    constexpr std::size_t ahead = 32;
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (i + ahead < run.size()) table_->prefetch(hash(remember_(run[i + ahead])));
      const Key& key = remember_(run[i]);
      table_->insert(key, hash(key));
    }
  }

  const Graph<M>& graph_;
  const std::vector<Property<M>>& properties_;
  const Options& options_;
  Remember remember_;
  Budget& budget_;
  State& state_;
  std::optional<KeyTable> table_;
  std::vector<Worker> workers_;
  std::vector<std::size_t> watched_;

  std::atomic<std::size_t> next_run_ = 0;
  std::size_t slice_end_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> memory_refused_ = false;
  alignas(64) std::atomic<std::int64_t> room_ = 0;  ///< Keys that the table may still take.
};

/// Searches with the memory of visited states that the options ask for. See `Search`.
template <Model M, typename AtPause>
std::optional<Limit> run_search(const Graph<M>& graph, const std::vector<Property<M>>& properties,
                                const Options& options, Budget& budget,
                                SearchState<M::encoded_words>& state, AtPause&& at_pause) {
  const auto run = [&](auto remember) {
    return Search(graph, properties, options, remember, budget, state).run(at_pause);
  };
  if (!options.hash_bits) return run(WholeStates<M::encoded_words>{});
  return run(CompactedStates{*options.hash_bits});
}

}  // namespace leasecheck::check
