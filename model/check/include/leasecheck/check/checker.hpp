#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/check/checkpoint.hpp"
#include "leasecheck/check/counterexample.hpp"
#include "leasecheck/check/liveness.hpp"
#include "leasecheck/check/report.hpp"
#include "leasecheck/check/search.hpp"

namespace leasecheck::check {

/// Checks every property of a model: one breadth-first search for `always`, `sometimes` and
/// deadlocks, then one for each `eventually` of the part in which it is false. The reductions
/// apply to the first search only: fairness is judged on the whole graph.
///
///     Checker checker(model, {.jobs = 2});
///     const auto report = checker.run();
///
/// Pre: the model outlives the checker.
template <Model M>
class Checker {
 public:
  using State = typename M::State;
  using Code = Encoded<M::encoded_words>;

  explicit Checker(const M& model, Options options = {})
      : options_(std::move(options)),
        properties_(model.properties()),
        graph_(model, {.symmetry = options_.symmetry, .partial_order = options_.partial_order}),
        budget_(options_.memory_limit_bytes),
        search_(options_.jobs, budget_) {
    require(options_.jobs >= 1, "a search has at least one worker");
  }
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  /// Runs the check. Call once.
  /// Errors: an option that the model has no means for, or a checkpoint that cannot be read or
  /// written.
  [[nodiscard]] std::expected<Report<M>, std::string> run() {
    if (auto valid = validate(); !valid) return std::unexpected(valid.error());
    const auto limit = explore();
    if (!limit) return std::unexpected(limit.error());
    Report<M> report = judge(*limit);
    report.peak_bytes = budget_.peak();
    return report;
  }

  /// The graph that is searched, reductions included.
  [[nodiscard]] const Graph<M>& graph() const { return graph_; }

  /// How many states those that were found stand for: with symmetry more than there are, and
  /// exactly those that a search without it would have found. Pre: `run` is over.
  [[nodiscard]] std::uint64_t represented_states() const requires CountsRenamings<M> {
    if (!options_.symmetry) return search_.log.states();
    std::uint64_t count = 0;
    each_state([&](const State& state, std::uint64_t) { count += graph_.model().orbit(state); });
    return count;
  }

  /// A shortest execution to `state`, or under a reduction to one that stands for it; none if the
  /// search has not seen it. Pre: `run` is over.
  /// Complexity: looks through all states, then builds the successors of the levels before.
  [[nodiscard]] std::optional<Path<M>> path_to(const State& state) const {
    const Code code = graph_.code(state);
    const auto& levels = search_.log.levels();
    for (std::uint64_t depth = 0; depth < levels.size(); ++depth) {
      for (const auto run : levels[depth].runs) {
        if (std::ranges::find(run, code) != run.end()) return path(depth, code);
      }
    }
    return std::nullopt;
  }

  /// Calls `visit(state, depth)` for every state that was found, nearer ones first, those of one
  /// depth in no particular order. Pre: `run` is over.
  template <typename Visit>
  void each_state(Visit&& visit) const {
    const auto& levels = search_.log.levels();
    for (std::uint64_t depth = 0; depth < levels.size(); ++depth) {
      for (const auto run : levels[depth].runs) {
        for (const Code& code : run) visit(graph_.state(code), depth);
      }
    }
  }

 private:
  using Saved = SearchState<M::encoded_words>;

  [[nodiscard]] std::expected<void, std::string> validate() const {
    if (options_.hash_bits > 62) return std::unexpected("hash compaction: at most 62 bits");
    if (options_.symmetry && !Symmetric<M>) {
      return std::unexpected(graph_.model().name() + " names no symmetry: it has no canonical()");
    }
    if (options_.partial_order && !Concurrent<M>) {
      return std::unexpected(graph_.model().name() +
                             " cannot be reduced by partial order: it has no footprint()");
    }
    if (graph_.model().initial_states().empty()) {
      return std::unexpected(graph_.model().name() + " has no initial state");
    }
    return {};
  }

  [[nodiscard]] std::string identity() const {
    return graph_.model().name() + "; symmetry " + (options_.symmetry ? "on" : "off") +
           "; partial order " + (options_.partial_order ? "on" : "off") + "; hash bits " +
           std::to_string(options_.hash_bits);
  }

  [[nodiscard]] std::expected<void, std::string> begin() {
    if (!options_.resume.empty()) return load(options_.resume, identity(), search_);
    search_.pending = initial_codes(graph_);
    return {};
  }

  static std::vector<Code> initial_codes(const Graph<M>& graph) {
    std::vector<Code> codes;
    for (const State& state : graph.model().initial_states()) {
      if (graph.contains(state)) codes.push_back(graph.code(state));
    }
    return codes;
  }

  [[nodiscard]] std::expected<std::optional<Limit>, std::string> explore() {
    if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    std::expected<void, std::string> saved;
    std::uint64_t saved_at = search_.expanded;
    const auto at_pause = [&] {
      if (!options_.checkpoint.empty() &&
          search_.expanded - saved_at >= options_.checkpoint_states) {
        saved = save(options_.checkpoint, identity(), search_);
        saved_at = search_.expanded;
      }
      return saved ? report_progress(search_) : Continue::no;
    };
    const auto limit = run_search(graph_, properties_, options_, budget_, search_, at_pause);
    // Searches for an `eventually` come after this one and are not saved: to resume is to begin
    // with them.
    if (saved && (limit || has_eventually()) && !options_.checkpoint.empty()) {
      saved = save(options_.checkpoint, identity(), search_);
    }
    if (!saved) return std::unexpected(saved.error());
    return limit;
  }

  [[nodiscard]] bool has_eventually() const {
    return std::ranges::any_of(
        properties_, [](const Property<M>& property) { return property.kind == Kind::eventually; });
  }

  [[nodiscard]] Continue report_progress(const Saved& search) const {
    if (!options_.progress) return Continue::yes;
    return options_.progress({.states = search.log.states(),
                              .queue = search.log.states() - search.expanded,
                              .transitions = search.transitions,
                              .depth = search.started() ? search.depth() : 0,
                              .memory_bytes = budget_.used()});
  }

  Report<M> judge(std::optional<Limit> limit) {
    Report<M> report{.limit = limit,
                     .states = search_.log.states(),
                     .transitions = search_.transitions,
                     .depth = last_level()};
    if (options_.hash_bits != 0) {
      report.omission_odds = collision_odds(report.states, options_.hash_bits);
    }
    for (std::size_t i = 0; i < properties_.size(); ++i) {
      report.outcomes.push_back(outcome(properties_[i].name, properties_[i].kind, i));
    }
    if (options_.deadlock == Deadlock::reported) {
      report.outcomes.push_back(outcome("no deadlock", Kind::always, properties_.size()));
    }
    if (!limit && !violated(report)) conclude(report);
    report.verdict = violated(report) ? Verdict::violated
                     : report.limit   ? Verdict::inconclusive
                                      : Verdict::held;
    return report;
  }

  [[nodiscard]] std::uint64_t last_level() const {
    const auto& levels = search_.log.levels();
    const std::uint64_t last = levels.size() - 1;
    return last > 0 && levels[last].states == 0 ? last - 1 : last;
  }

  static bool violated(const Report<M>& report) {
    return std::ranges::any_of(report.outcomes, [](const Outcome<M>& outcome) {
      return outcome.verdict == Verdict::violated;
    });
  }

  // What the search alone says: what it found, and nothing yet of what it did not find.
  Outcome<M> outcome(const std::string& name, Kind kind, std::size_t index) const {
    Outcome<M> result{.property = name, .kind = kind};
    const auto& finding = search_.findings[index];
    if (!finding) return result;
    result.state = finding->state;
    result.depth = finding->depth;
    result.verdict = kind == Kind::sometimes ? Verdict::held : Verdict::violated;
    if (kind == Kind::always) result.counterexample = path(finding->depth, finding->state);
    return result;
  }

  // After a search that saw everything.
  void conclude(Report<M>& report) {
    for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
      Outcome<M>& outcome = report.outcomes[i];
      if (outcome.kind == Kind::always) outcome.verdict = Verdict::held;
      if (outcome.kind == Kind::sometimes && !outcome.state) outcome.verdict = Verdict::violated;
      if (outcome.kind == Kind::eventually) {
        const auto limit = check_eventually(properties_[i], outcome);
        if (limit) report.limit = limit;
      }
    }
  }

  [[nodiscard]] std::optional<Limit> check_eventually(const Property<M>& property,
                                                      Outcome<M>& outcome) {
    const Graph<M> graph(graph_.model(), {.avoid = &property});
    const Options options{.jobs = options_.jobs,
                          .deadlock = Deadlock::allowed,
                          .pause_states = options_.pause_states};
    Saved search(options.jobs, budget_);
    search.pending = initial_codes(graph);
    const auto limit =
        run_search(graph, {}, options, budget_, search, [&] { return report_progress(search); });
    if (limit) return limit;
    const std::size_t bytes = Liveness<M>::bytes_for(search.log.states(), search.transitions);
    if (search.log.states() > Liveness<M>::most_states || !budget_.take(bytes)) {
      return Limit::memory;
    }
    outcome.counterexample = Liveness<M>(graph, search.log).run();
    outcome.verdict = outcome.counterexample ? Verdict::violated : Verdict::held;
    budget_.give_back(bytes);
    return std::nullopt;
  }

  [[nodiscard]] Path<M> path(std::uint64_t depth, const Code& code) const {
    return execution(graph_, shortest_path_codes(graph_, search_.log, options_.jobs, depth, code));
  }

  Options options_;
  std::vector<Property<M>> properties_;
  Graph<M> graph_;
  Budget budget_;
  Saved search_;
};

}  // namespace leasecheck::check
