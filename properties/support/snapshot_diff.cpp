#include "properties/support/snapshot_diff.hpp"

#include <algorithm>

namespace leasecheck::properties {
namespace {

template <typename Row>
const Row* find_sorted(const std::vector<Row>& rows, std::string_view id, model::Id Row::*key) {
  const auto found = std::ranges::lower_bound(rows, id, {}, key);
  return found != rows.end() && (*found).*key == id ? &*found : nullptr;
}

/// Walks one table of a snapshot in step with the others.
template <typename Row>
class Cursor {
 public:
  explicit Cursor(const std::vector<Row>& rows) : next_(rows.begin()), end_(rows.end()) {}

  /// The smaller of `id` and the next row's; null is larger than all.
  const model::Id* smaller_id(const model::Id* id) const {
    if (next_ == end_) return id;
    return id == nullptr || next_->attempt_id < *id ? &next_->attempt_id : id;
  }

  /// The row of `id`, null where the table has none; moves past it.
  const Row* take(const model::Id& id) {
    if (next_ == end_ || next_->attempt_id != id) return nullptr;
    const Row* row = &*next_;
    while (next_ != end_ && next_->attempt_id == id) ++next_;
    return row;
  }

 private:
  std::vector<Row>::const_iterator next_;
  std::vector<Row>::const_iterator end_;
};

struct Cursors {
  explicit Cursors(const model::Snapshot& snapshot)
      : attempts(snapshot.attempts), leases(snapshot.leases), dead_letters(snapshot.dead_letters) {}

  const model::Id* smaller_id(const model::Id* id) const {
    return dead_letters.smaller_id(leases.smaller_id(attempts.smaller_id(id)));
  }

  Cursor<model::AttemptRecord> attempts;
  Cursor<model::LeaseRecord> leases;
  Cursor<model::DeadLetter> dead_letters;
};

template <typename Row>
bool differ(const Row* left, const Row* right) {
  if (left == nullptr || right == nullptr) return left != right;
  return *left != *right;
}

bool is_change(const AttemptChange& rows) {
  return differ(rows.before, rows.after) || differ(rows.lease_before, rows.lease_after) ||
         differ(rows.dead_letter_before, rows.dead_letter_after);
}

}  // namespace

const model::AttemptRecord* find_attempt(const model::Snapshot& snapshot,
                                         std::string_view attempt_id) {
  return find_sorted(snapshot.attempts, attempt_id, &model::AttemptRecord::attempt_id);
}

const model::LeaseRecord* find_lease_of_attempt(const model::Snapshot& snapshot,
                                                std::string_view attempt_id) {
  return find_sorted(snapshot.leases, attempt_id, &model::LeaseRecord::attempt_id);
}

const model::LeaseRecord* find_lease(const model::Snapshot& snapshot, std::string_view lease_id) {
  const auto found = std::ranges::find(snapshot.leases, lease_id, &model::LeaseRecord::lease_id);
  return found == snapshot.leases.end() ? nullptr : &*found;
}

const model::RunRecord* find_run(const model::Snapshot& snapshot, std::string_view run_id) {
  return find_sorted(snapshot.runs, run_id, &model::RunRecord::run_id);
}

std::vector<AttemptChange> changes_between(const model::Snapshot& before,
                                           const model::Snapshot& after) {
  std::vector<AttemptChange> changes;
  Cursors old_rows{before};
  Cursors new_rows{after};
  while (const model::Id* id = new_rows.smaller_id(old_rows.smaller_id(nullptr))) {
    const AttemptChange rows{old_rows.attempts.take(*id),     new_rows.attempts.take(*id),
                             old_rows.leases.take(*id),       new_rows.leases.take(*id),
                             old_rows.dead_letters.take(*id), new_rows.dead_letters.take(*id)};
    if (is_change(rows)) changes.push_back(rows);
  }
  return changes;
}

std::vector<AttemptChange> changes_of(const model::Id& attempt_id, const model::Snapshot& before,
                                      const model::Snapshot& after) {
  const auto letter = [&](const model::Snapshot& snapshot) {
    return find_sorted(snapshot.dead_letters, attempt_id, &model::DeadLetter::attempt_id);
  };
  const AttemptChange rows{find_attempt(before, attempt_id),
                           find_attempt(after, attempt_id),
                           find_lease_of_attempt(before, attempt_id),
                           find_lease_of_attempt(after, attempt_id),
                           letter(before),
                           letter(after)};
  if (!is_change(rows)) return {};
  return {rows};
}

const model::Id& attempt_id_of(const AttemptChange& change) {
  if (change.before != nullptr) return change.before->attempt_id;
  if (change.after != nullptr) return change.after->attempt_id;
  if (change.lease_before != nullptr) return change.lease_before->attempt_id;
  if (change.lease_after != nullptr) return change.lease_after->attempt_id;
  if (change.dead_letter_before != nullptr) return change.dead_letter_before->attempt_id;
  return change.dead_letter_after->attempt_id;
}

bool lost_lease(const AttemptChange& change) {
  return change.lease_before != nullptr &&
         (change.lease_after == nullptr ||
          change.lease_after->lease_id != change.lease_before->lease_id);
}

bool gained_lease(const AttemptChange& change) {
  return change.lease_after != nullptr &&
         (change.lease_before == nullptr ||
          change.lease_after->lease_id != change.lease_before->lease_id);
}

}  // namespace leasecheck::properties
