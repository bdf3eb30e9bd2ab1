#include <bit>
#include <limits>
#include <map>

#include "postgres/postgres_store.hpp"

/// The events of a run, its latest sequence, and the whole of a repository.
namespace lease::postgres {

// Whoever is about to append the next event locks the run, unless there is none yet: of two who
// find none, the second inserts the same sequence and is carried out again.
std::uint64_t PostgresStore::latest_seq(const RunId& run_id) {
  Answered rows =
      ask(access_ == Access::write ? "SELECT latest_seq FROM runs WHERE run_id = $1 FOR UPDATE"
                                   : "SELECT latest_seq FROM runs WHERE run_id = $1",
          run_id);
  return rows.next() ? checked_seq(run_id, rows.integer(0)) : 0;
}

// After the largest there would be no next one.
std::uint64_t PostgresStore::checked_seq(const RunId& run_id, std::int64_t seq) {
  if (seq < 1 || seq == std::numeric_limits<std::int64_t>::max()) {
    connection_->fail_as_corrupt("run \"" + run_id.str() +
                                 "\" has a latest sequence that no repository gives");
  }
  return static_cast<std::uint64_t>(seq);
}

void PostgresStore::append(const RunId& run_id, RunEvent event) {
  const auto seq = static_cast<std::int64_t>(event.seq);
  write(
      "INSERT INTO run_events (run_id, seq, attempt_id, kind, payload, at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      run_id, seq, event.attempt_id, std::string_view(event.kind), std::string_view(event.payload),
      event.at);
  write(
      "INSERT INTO runs (run_id, latest_seq) VALUES ($1, $2) "
      "ON CONFLICT (run_id) DO UPDATE SET latest_seq = excluded.latest_seq",
      run_id, seq);
}

std::vector<RunEvent> PostgresStore::list_events(const RunId& run_id, std::uint64_t after,
                                                 std::uint64_t limit) {
  Answered rows =
      ask("SELECT run_id, seq, attempt_id, kind, payload, at, has_gaps::integer "
          "FROM run_events JOIN runs USING (run_id) WHERE run_id = $1 AND seq > $2 "
          "ORDER BY seq LIMIT $3",
          run_id, clamped(after), clamped(limit));
  std::vector<RunEvent> events;
  while (rows.next()) {
    const std::uint64_t last = events.empty() ? after : events.back().seq;
    events.push_back(read_event(rows, run_id, {last + 1, rows.integer(6) == 1}));
  }
  return events;
}

Snapshot PostgresStore::snapshot() {
  connection_->hold_snapshot();
  Snapshot snapshot;
  for (const Attempt* attempt : all_attempts()) {
    snapshot.attempts.push_back(attempt_record(*attempt));
    if (attempt->lease) snapshot.leases.push_back(lease_record(*attempt));
    if (attempt->dead_letter) snapshot.dead_letters.push_back(dead_letter_record(*attempt));
  }
  Answered runs = ask("SELECT run_id, latest_seq FROM runs ORDER BY run_id");
  std::map<RunId, RunRecord> by_id;
  while (runs.next()) {
    const RunId run_id(runs.text(0));
    by_id[run_id] = {run_id, checked_seq(run_id, runs.integer(1)), {}};
  }
  Answered events =
      ask("SELECT run_id, seq, attempt_id, kind, payload, at, has_gaps::integer "
          "FROM run_events JOIN runs USING (run_id) ORDER BY run_id, seq");
  while (events.next()) {
    const RunId run_id(events.text(0));
    std::vector<RunEvent>& known = by_id[run_id].events;
    const std::uint64_t last = known.empty() ? 0 : known.back().seq;
    known.push_back(read_event(events, run_id, {last + 1, events.integer(6) == 1}));
  }
  for (auto& [run_id, run] : by_id) snapshot.runs.push_back(std::move(run));
  Answered floor = ask("SELECT version_floor FROM lease_repository");
  if (floor.next()) snapshot.version_floor = std::bit_cast<std::uint64_t>(floor.integer(0));
  return snapshot;
}

}  // namespace lease::postgres
