// Rules 27 to 29: when attempts finished, which of them are deleted, and lists for people.

#include <algorithm>
#include <utility>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

using lease::AttemptFilter;
using lease::AttemptRecord;
using lease::NewRunEvent;
using lease::PruneRange;
using lease::RunId;

using Page = std::vector<AttemptRecord>;

struct FinishedWhenReady final : Base {
  using Base::Base;
  void finish(Attempt& attempt, Status status, Time) override {
    Base::finish(attempt, status, attempt.ready_at);
  }
};

struct ReplayKeepsFinish final : Base {
  using Base::Base;
  void replay(Attempt& attempt, Time now) override {
    const auto finished_at = attempt.finished_at;
    Base::replay(attempt, now);
    attempt.finished_at = finished_at;
  }
};

/// A prune that takes other attempts first.
struct PrunesMore : Base {
  using Base::Base;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override {
    return transact(lease::Access::write, [&]() -> Result<std::uint64_t> {
      std::uint64_t count = 0;
      for (const AttemptRecord& record : store().snapshot().attempts) {
        if (count == range.limit) break;
        Attempt* attempt = store().find(record.attempt_id);
        if (!is_taken(*attempt, range)) continue;
        if (!lease::is_terminal(attempt->status)) {
          finish(*attempt, Status::cancelled, range.finished_before);
          store().save(*attempt);
        }
        prune(*attempt);
        ++count;
      }
      return count;
    });
  }

  virtual bool is_taken(const Attempt& attempt, const PruneRange& range) = 0;

 protected:
  static bool is_asked_for(const Attempt& attempt, const PruneRange& range) {
    return attempt.finished_at && *attempt.finished_at < range.finished_before &&
           (range.with_dead_letters || !attempt.dead_letter);
  }
};

struct PrunesByReadyAt final : PrunesMore {
  using PrunesMore::PrunesMore;
  bool is_taken(const Attempt& attempt, const PruneRange& range) override {
    return attempt.finished_at && attempt.ready_at < range.finished_before &&
           (range.with_dead_letters || !attempt.dead_letter);
  }
};

struct PrunesUnfinished final : PrunesMore {
  using PrunesMore::PrunesMore;
  bool is_taken(const Attempt& attempt, const PruneRange& range) override {
    const bool is_old =
        attempt.status == Status::queued && attempt.ready_at < range.finished_before;
    return is_old || is_asked_for(attempt, range);
  }
};

struct PruneIncludesItsEnd final : Base {
  using Base::Base;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override {
    PruneRange wider = range;
    wider.finished_before = lease::saturating_add(range.finished_before, Duration{1});
    return Base::prune_attempts(wider);
  }
};

struct PruneTakesDeadLetters final : Base {
  using Base::Base;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override {
    PruneRange wider = range;
    wider.with_dead_letters = true;
    return Base::prune_attempts(wider);
  }
};

struct PruneHasNoLimit final : Base {
  using Base::Base;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override {
    PruneRange wider = range;
    if (range.limit > 0) wider.limit = no_limit;
    return Base::prune_attempts(wider);
  }
};

struct PruneForgetsVersions final : Base {
  using Base::Base;
  void prune(Attempt& attempt) override { store().erase(attempt); }
};

struct FloorOfTheLastOne final : Base {
  using Base::Base;
  void prune(Attempt& attempt) override {
    store().set_version_floor(attempt.version);
    store().erase(attempt);
  }
};

std::uint64_t last_seq_of(lease::Store& store, const RunId& run_id) {
  const auto events = store.list_events(run_id, 0, no_limit);
  return events.empty() ? 0 : events.back().seq;
}

struct LatestSeqOfWhatIsLeft final : Base {
  using Base::Base;
  Result<std::uint64_t> latest_seq_for_run(const RunId& run_id) override {
    auto latest = Base::latest_seq_for_run(run_id);
    if (latest) latest = last_seq_of(store(), run_id);
    return latest;
  }
};

struct SequenceByCount final : Base {
  using Base::Base;
  Result<std::uint64_t> append_run_event(const Holder& holder, const NewRunEvent& event,
                                         Time now) override {
    const Attempt* attempt = find_held(holder);
    const bool has_gaps = attempt && store().list_events(attempt->spec.run_id, 0, no_limit).size() <
                                         store().latest_seq(attempt->spec.run_id);
    auto seq = Base::append_run_event(holder, event, now);
    if (seq && has_gaps) *seq -= 1;
    return seq;
  }
};

/// A list of a page that is wrong at one of its ends.
struct PageShowsLastAgain final : Base {
  using Base::Base;
  Result<Page> list_attempts(const AttemptFilter& filter, const std::optional<AttemptId>& after,
                             std::uint64_t limit) override {
    auto page = Base::list_attempts(filter, std::nullopt, no_limit);
    if (page && after) {
      std::erase_if(*page, [&](const AttemptRecord& record) { return record.attempt_id < *after; });
    }
    if (page && page->size() > limit) page->resize(limit);
    return page;
  }
};

struct LimitBeforeFilter final : Base {
  using Base::Base;
  Result<Page> list_attempts(const AttemptFilter& filter, const std::optional<AttemptId>& after,
                             std::uint64_t limit) override {
    auto page = Base::list_attempts({}, after, limit);
    auto matching = Base::list_attempts(filter, after, no_limit);
    if (!page || !matching) return matching;
    std::erase_if(*page, [&](const AttemptRecord& record) {
      return std::ranges::find(*matching, record) == matching->end();
    });
    return page;
  }
};

struct ListRemembersHolders final : Base {
  using Base::Base;
  Result<Page> list_attempts(const AttemptFilter& filter, const std::optional<AttemptId>& after,
                             std::uint64_t limit) override {
    AttemptFilter wider = filter;
    wider.worker_id.reset();
    auto page = Base::list_attempts(wider, after, no_limit);
    if (!page || !filter.worker_id) return Base::list_attempts(filter, after, limit);
    std::erase_if(*page, [&](const AttemptRecord& record) {
      const Attempt* attempt = store().find(record.attempt_id);
      const bool is_held = attempt->lease && attempt->lease->worker_id == *filter.worker_id;
      const bool was_held = attempt->last_ack && attempt->last_ack->worker_id == *filter.worker_id;
      return !is_held && !was_held;
    });
    if (page->size() > limit) page->resize(limit);
    return page;
  }
};

}  // namespace

std::vector<Mutant> retention_mutants() {
  return {
      {"finished_when_ready", "B118", "an attempt's finish is the time at which it became ready",
       "finish_times", "oban-bg/oban #1145", make<FinishedWhenReady>},
      {"replay_keeps_finish", "rule 27", "a replayed attempt has finished already", "finish_times",
       "the contract", make<ReplayKeepsFinish>},
      {"prunes_by_ready_at", "B118", "a prune goes by when attempts became ready", "pruned_exactly",
       "oban-bg/oban #1145", make<PrunesByReadyAt>},
      {"prunes_unfinished", "B119", "a prune takes what has waited for long", "pruned_exactly",
       "armadaproject/armada #3608", make<PrunesUnfinished>},
      {"prune_includes_its_end", "B15", "a prune takes what finished at the time that it is given",
       "pruned_exactly", "Oris (finding O-38)", make<PruneIncludesItsEnd>},
      {"prune_takes_dead_letters", "B119", "a prune takes dead letters without being asked",
       "pruned_exactly", "oban-bg/oban #1084", make<PruneTakesDeadLetters>},
      {"prune_has_no_limit", "B89", "a prune takes everything, whatever its limit",
       "pruned_exactly", "timgit/pg-boss ff69790", make<PruneHasNoLimit>},
      {"prune_forgets_versions", "B122", "an id that was pruned begins at version 0 again",
       "monotonic_versions", "godlikedh/sooqa #134", make<PruneForgetsVersions>},
      {"floor_of_the_last_one", "B122", "new versions begin at that of the last attempt pruned",
       "monotonic_versions", "godlikedh/sooqa #134", make<FloorOfTheLastOne>},
      {"latest_seq_of_what_is_left", "B110", "the latest sequence is that of the last event there",
       "monotonic_sequences", "apache/curator f1f9d5f8", make<LatestSeqOfWhatIsLeft>},
      {"sequence_by_count", "B110", "after a prune an append answers one too few",
       "monotonic_sequences", "apache/curator f1f9d5f8", make<SequenceByCount>},
      {"page_shows_last_again", "B120", "a page begins with the last attempt of the one before",
       "listed_exactly", "seomoz/qless #52", make<PageShowsLastAgain>},
      {"limit_before_filter", "B121", "a list takes the first attempts and then filters them",
       "listed_exactly", "airbytehq/airbyte #15908", make<LimitBeforeFilter>},
      {"list_remembers_holders", "rule 29", "a list by worker shows what it acked as well",
       "listed_exactly", "the contract", make<ListRemembersHolders>},
  };
}

}  // namespace leasecheck::mutants
