// How one state of the model differs from another one, row by row.

#include <algorithm>
#include <set>
#include <utility>

#include "model/indexed/indexed_model.hpp"

namespace leasecheck::model {
namespace {

template <class Row>
std::optional<Row> row_in(const std::map<Id, Row>& rows, const Id& id) {
  const auto found = rows.find(id);
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

IndexedModel::Rows IndexedModel::rows_since(Mark mark) const {
  Rows rows;
  std::set<Id> seen;
  std::set<Id> seen_runs;
  for (std::size_t i = mark; i < journal_.size(); ++i) {
    const Before& before = journal_[i];
    if (before.everything) return {.everything = state_};
    for (const auto& [id, attempt] : before.attempts) {
      if (attempt && attempt->lease) add_if_ended(attempt->lease->lease_id, rows);
      if (!seen.insert(id).second) continue;
      std::optional<Attempt> now = row_in(state_.attempts, id);
      if (now != attempt) rows.attempts.emplace(id, std::move(now));
    }
    for (const auto& [id, run] : before.runs) {
      if (!seen_runs.insert(id).second || is_as_before(id, run)) continue;
      rows.runs.emplace(id, row_in(state_.runs, id));
    }
  }
  const bool has_risen =
      mark < journal_.size() && journal_[mark].version_floor != state_.version_floor;
  if (has_risen) rows.version_floor = state_.version_floor;
  return rows;
}

void IndexedModel::add_if_ended(const Id& lease_id, Rows& rows) const {
  const auto ended = state_.attempt_of_ended_lease.find(lease_id);
  if (ended != state_.attempt_of_ended_lease.end()) rows.ended_leases.insert(*ended);
}

bool IndexedModel::is_as_before(const Id& run_id, const std::optional<RunBefore>& before) const {
  const auto now = state_.runs.find(run_id);
  if (now == state_.runs.end() || !before) return now == state_.runs.end() && !before;
  if (before->whole) return now->second == *before->whole;
  return now->second.latest_seq == before->latest_seq &&
         now->second.events.size() == before->events;
}

void IndexedModel::put(const Rows& rows) {
  if (rows == Rows{}) return;
  Before before{.attempts_enqueued = state_.attempts_enqueued,
                .version_floor = state_.version_floor,
                .leases_issued = state_.leases_issued,
                .attempts = {},
                .runs = {},
                .everything = {}};
  if (rows.everything) {
    before.everything = std::exchange(state_, *rows.everything);
    index_all();
  }
  for (const auto& [id, attempt] : rows.attempts) {
    before.attempts.emplace(id, row_in(state_.attempts, id));
    if (attempt) {
      state_.attempts_enqueued = std::max(state_.attempts_enqueued, attempt->enqueue_seq);
    }
    set(id, attempt);
  }
  for (const auto& [id, run] : rows.runs) {
    RunBefore& was = before.runs[id].emplace();
    was.whole = row_in(state_.runs, id);
    if (!was.whole) before.runs[id].reset();
    if (run) {
      state_.runs.insert_or_assign(id, *run);
    } else {
      state_.runs.erase(id);
    }
  }
  for (const auto& [lease_id, attempt_id] : rows.ended_leases) {
    state_.attempt_of_ended_lease.insert_or_assign(lease_id, attempt_id);
  }
  if (rows.version_floor) state_.version_floor = *rows.version_floor;
  if (is_marked_) journal_.push_back(std::move(before));
}

std::vector<IndexedModel::Move> IndexedModel::moves_since(Mark mark) const {
  const auto status_of = [](const std::optional<Attempt>& attempt) {
    return attempt ? std::optional(attempt->status) : std::nullopt;
  };
  std::map<Id, const std::optional<Attempt>*> first;
  for (std::size_t i = mark; i < journal_.size(); ++i) {
    for (const auto& [id, attempt] : journal_[i].attempts) first.try_emplace(id, &attempt);
  }
  std::vector<Move> moves;
  for (const auto& [id, before] : first) {
    const std::optional<Attempt> after = row_in(state_.attempts, id);
    if (*before != after) moves.push_back({status_of(*before), status_of(after)});
  }
  return moves;
}

}  // namespace leasecheck::model
