#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/check/checked.hpp"
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
///     const auto checked = Checker(model, {.jobs = 2}).run();
///
/// Pre: the model outlives the checker and its result.
template <Model M>
class Checker {
 public:
  using State = typename M::State;
  using Code = Encoded<M::encoded_words>;

  explicit Checker(const M& model, Options options = {})
      : options_(std::move(options)),
        properties_(model.properties()),
        searched_(std::make_unique<Searched<M>>(model, options_)) {}

  /// Runs the check and gives away what it found.
  /// Errors: an option out of its range or that the model has no means for, or a checkpoint that
  /// cannot be read, was made up, or cannot be written at the beginning.
  [[nodiscard]] std::expected<Checked<M>, std::string> run() && {
    if (auto valid = validate(); !valid) return std::unexpected(valid.error());
    const auto limit = explore();
    if (!limit) return std::unexpected(limit.error());
    Report<M> report = judge(*limit);
    if (searched_->search.is_forged) return std::unexpected(forged());
    report.not_saved = not_saved_;
    report.peak_bytes = searched_->budget.peak();
    return Checked<M>(std::move(report), std::move(searched_));
  }

 private:
  using Saved = SearchState<M::encoded_words>;

  [[nodiscard]] std::expected<void, std::string> validate() const {
    if (options_.jobs == 0) return std::unexpected("a search has at least one worker");
    if (options_.hash_bits && (*options_.hash_bits < 1 || *options_.hash_bits > 62)) {
      return std::unexpected("hash compaction: 1 to 62 bits");
    }
    if (options_.symmetry && !Symmetric<M>) {
      return std::unexpected(searched_->graph.model().name() +
                             " names no symmetry: it has no canonical()");
    }
    if (options_.partial_order && !Concurrent<M>) {
      return std::unexpected(searched_->graph.model().name() +
                             " cannot be reduced by partial order: it has no footprint()");
    }
    if (searched_->graph.model().initial_states().empty()) {
      return std::unexpected(searched_->graph.model().name() + " has no initial state");
    }
    return options_.checkpoint ? can_be_saved(*options_.checkpoint)
                               : std::expected<void, std::string>();
  }

  [[nodiscard]] std::string identity() const {
    return searched_->graph.model().name() + "; symmetry " + (options_.symmetry ? "on" : "off") +
           "; partial order " + (options_.partial_order ? "on" : "off") + "; hash bits " +
           std::to_string(options_.hash_bits.value_or(0));
  }

  [[nodiscard]] std::expected<void, std::string> begin() {
    if (options_.resume) return resume();
    searched_->search.pending = initial_codes(searched_->graph);
    return {};
  }

  // What a file has can be anything. Codes are those of states, but that a search finds them is not
  // known before an execution to one of them is asked for.
  [[nodiscard]] std::expected<void, std::string> resume() {
    Saved& search = searched_->search;
    const auto is_code = [this](const Code& code) { return is_code_of_a_state(code); };
    const auto loaded = load(*options_.resume, identity(), properties_.size() + 1, is_code, search);
    if (!loaded) return loaded;
    if (search.started() && options_.max_depth && search.depth() > *options_.max_depth) {
      return std::unexpected(options_.resume->string() + ": searched to depth " +
                             std::to_string(search.depth()) + " already, and only " +
                             std::to_string(*options_.max_depth) + " is asked for");
    }
    return {};
  }

  [[nodiscard]] std::string forged() const {
    return options_.resume->string() + ": the checkpoint has states that the search does not find";
  }

  [[nodiscard]] bool is_code_of_a_state(const Code& code) const {
    const M& model = searched_->graph.model();
    if (code[0] >> 62 != 0) return false;
    if constexpr (ReadsCodes<M>) {
      if (!model.is_code(code)) return false;
    }
    return model.encode(model.decode(code)) == code;
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
    std::uint64_t saved_at = searched_->search.expanded;
    const auto at_pause = [&] {
      if (options_.checkpoint &&
          searched_->search.expanded - saved_at >= options_.checkpoint_states) {
        save_search();
        saved_at = searched_->search.expanded;
      }
      return report_progress(searched_->search);
    };
    const auto limit = run_search(searched_->graph, properties_, options_, searched_->budget,
                                  searched_->search, at_pause);
    if (searched_->search.is_forged) return std::unexpected(forged());
    // Searches for an `eventually` come after this one and are not saved: to resume is to begin
    // with them.
    if ((limit || has_eventually()) && options_.checkpoint) save_search();
    return limit;
  }

  // A search goes on without what could not be saved: it may be over before the disk is.
  void save_search() {
    const auto saved = save(*options_.checkpoint, identity(), searched_->search);
    not_saved_ = saved ? std::string() : saved.error();
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
                              .memory_bytes = searched_->budget.used()});
  }

  Report<M> judge(std::optional<Limit> limit) {
    Report<M> report{.limit = limit,
                     .states = searched_->search.log.states(),
                     .transitions = searched_->search.transitions,
                     .depth = last_level()};
    if (options_.hash_bits) {
      report.omission_odds = collision_odds(report.states, *options_.hash_bits);
    }
    for (std::size_t i = 0; i < properties_.size(); ++i) {
      report.outcomes.push_back(outcome(properties_[i].name, properties_[i].kind, i));
    }
    if (options_.deadlock == Deadlock::reported) {
      report.outcomes.push_back(outcome("no deadlock", Kind::always, properties_.size()));
    }
    if (!limit && !violated(report)) conclude(report);
    if (!report.limit && report.omission_odds > most_omission_odds) doubt(report);
    report.verdict = violated(report) ? Verdict::violated
                     : report.limit   ? Verdict::inconclusive
                                      : Verdict::held;
    return report;
  }

  // After a search that may well have taken some state for another: what it has shown stays shown.
  static void doubt(Report<M>& report) {
    const auto is_shown = [](const Outcome<M>& outcome) {
      return outcome.verdict ==
             (outcome.kind == Kind::sometimes ? Verdict::held : Verdict::violated);
    };
    report.limit = Limit::omission;
    for (Outcome<M>& outcome : report.outcomes) {
      if (!is_shown(outcome)) outcome.verdict = Verdict::inconclusive;
    }
  }

  [[nodiscard]] std::uint64_t last_level() const {
    const auto& levels = searched_->search.log.levels();
    const std::uint64_t last = levels.size() - 1;
    return last > 0 && levels[last].states == 0 ? last - 1 : last;
  }

  static bool violated(const Report<M>& report) {
    return std::ranges::any_of(report.outcomes, [](const Outcome<M>& outcome) {
      return outcome.verdict == Verdict::violated;
    });
  }

  // What the search alone says: what it found, and nothing yet of what it did not find.
  Outcome<M> outcome(const std::string& name, Kind kind, std::size_t index) {
    Outcome<M> result{.property = name, .kind = kind};
    const auto& finding = searched_->search.findings[index];
    if (!finding) return result;
    result.state = finding->state;
    result.depth = finding->depth;
    result.verdict = kind == Kind::sometimes ? Verdict::held : Verdict::violated;
    if (kind != Kind::always) return result;
    result.counterexample = searched_->path(finding->depth, finding->state);
    if (!result.counterexample) {
      require(options_.resume.has_value(),
              "no execution leads to a state that was found: is successors() a function of the "
              "state, and canonical() the same for all that are equal up to renaming?");
      searched_->search.is_forged = true;
    }
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
    const Graph<M> graph(searched_->graph.model(), {.avoid = &property});
    const Options options{.jobs = options_.jobs,
                          .deadlock = Deadlock::allowed,
                          .pause_states = options_.pause_states};
    Saved search(options.jobs, searched_->budget);
    search.pending = initial_codes(graph);
    const auto limit = run_search(graph, {}, options, searched_->budget, search,
                                  [&] { return report_progress(search); });
    if (limit) return limit;
    const std::size_t bytes = Liveness<M>::bytes_for(search.log.states(), search.transitions);
    if (search.log.states() > Liveness<M>::most_states || !searched_->budget.take(bytes)) {
      return Limit::memory;
    }
    outcome.counterexample = Liveness<M>(graph, search.log).run();
    outcome.verdict = outcome.counterexample ? Verdict::violated : Verdict::held;
    searched_->budget.give_back(bytes);
    return std::nullopt;
  }

  Options options_;
  std::vector<Property<M>> properties_;
  std::unique_ptr<Searched<M>> searched_;
  std::string not_saved_;  ///< Why, in words; empty after a checkpoint that was written.
};

}  // namespace leasecheck::check
