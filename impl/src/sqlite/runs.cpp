#include <algorithm>
#include <limits>

#include "rows.hpp"
#include "sqlite/sqlite_store.hpp"

/// The events of a run, and its latest sequence.
namespace lease::sqlite {

std::uint64_t SqliteStore::latest_seq(const RunId& run_id) {
  const std::uint64_t pruned = pruned_seq(run_id).value_or(0);
  Query query(*connection_,
              "SELECT run_id, seq FROM run_events WHERE run_id = ? ORDER BY seq DESC LIMIT 1",
              run_id);
  if (!query.next()) return pruned;
  if (query.text(0) != run_id.str()) fail_as_damaged_run(run_id);
  return std::max(pruned, checked_seq(run_id, query.integer(1)));
}

std::optional<std::uint64_t> SqliteStore::pruned_seq(const RunId& run_id) {
  Query query(*connection_, "SELECT run_id, latest_seq FROM pruned_runs WHERE run_id = ?", run_id);
  if (!query.next()) return std::nullopt;
  if (query.text(0) != run_id.str()) fail_as_damaged_run(run_id);
  return checked_seq(run_id, query.integer(1));
}

// After the largest there would be no next one.
std::uint64_t SqliteStore::checked_seq(const RunId& run_id, std::int64_t seq) {
  if (seq < 1 || seq == std::numeric_limits<std::int64_t>::max()) fail_as_damaged_run(run_id);
  return static_cast<std::uint64_t>(seq);
}

void SqliteStore::fail_as_damaged_run(const RunId& run_id) {
  connection_->fail_as_corrupt("the last event of run \"" + run_id.str() +
                               "\" has a sequence that no repository gives");
}

void SqliteStore::append(const RunId& run_id, RunEvent event) {
  Query(*connection_,
        "INSERT INTO run_events (run_id, seq, attempt_id, kind, payload, at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        run_id, static_cast<std::int64_t>(event.seq), event.attempt_id,
        std::string_view(event.kind), std::string_view(event.payload), event.at)
      .run();
}

std::vector<RunEvent> SqliteStore::list_events(const RunId& run_id, std::uint64_t after,
                                               std::uint64_t limit) {
  const bool has_gaps = pruned_seq(run_id).has_value();
  Query query(*connection_,
              "SELECT run_id, seq, attempt_id, kind, payload, at FROM run_events "
              "WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
              run_id, clamped(after), clamped(limit));
  std::vector<RunEvent> events;
  while (query.next()) {
    const std::uint64_t last = events.empty() ? after : events.back().seq;
    events.push_back(read_event(query, run_id, {last + 1, has_gaps}));
  }
  return events;
}

}  // namespace lease::sqlite
