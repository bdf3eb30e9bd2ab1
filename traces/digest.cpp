#include "traces/digest.hpp"

#define XXH_INLINE_ALL  // headers only: nothing to link, and nothing for a consumer to find
#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "traces/codec.hpp"
#include "traces/json_fields.hpp"

namespace leasecheck::traces {
namespace {

using Delta = std::map<std::string, std::string>;

/// Walks two lists that are sorted by the same key and calls `differs(before, after)` for every
/// pair that is not equal, with null where one side has no such record.
template <class Record, class Key, class Differs>
void for_each_difference(const std::vector<Record>& before, const std::vector<Record>& after,
                         Key key, Differs differs) {
  auto left = before.begin();
  auto right = after.begin();
  while (left != before.end() || right != after.end()) {
    const bool gone = right == after.end() || (left != before.end() && key(*left) < key(*right));
    const bool came = left == before.end() || (!gone && key(*right) < key(*left));
    if (gone || came || !(*left == *right)) {
      differs(came ? nullptr : &*left, gone ? nullptr : &*right);
    }
    if (!came) ++left;
    if (!gone) ++right;
  }
}

/// Adds the fields of `after` that `before` has not or has otherwise, and null for those that it
/// alone has. A null `before` has no fields.
void add_changed_fields(Delta& delta, const std::string& name, const Json& before,
                        const Json& after) {
  for (const auto& [field, value] : after.items()) {
    if (!before.contains(field) || before[field] != value) {
      delta[name + "." + field] = print_json(value);
    }
  }
  for (const auto& [field, _] : before.items()) {
    if (!after.contains(field)) delta[name + "." + field] = "null";
  }
}

template <class Record>
Json json_or_null(const Record* record) {
  return record == nullptr ? Json() : record_to_json(*record);
}

}  // namespace

std::uint64_t digest(const model::Snapshot& snapshot) {
  const std::string text = Printer::object(snapshot);
  return XXH3_64bits(text.data(), text.size());
}

std::map<std::string, std::string> delta(const model::Snapshot& before,
                                         const model::Snapshot& after) {
  Delta changes;
  const auto attempt_id = [](const auto& record) -> const model::Id& { return record.attempt_id; };
  const auto run_id = [](const auto& run) -> const model::Id& { return run.run_id; };
  for_each_difference(
      before.attempts, after.attempts, attempt_id,
      [&](const model::AttemptRecord* old_row, const model::AttemptRecord* new_row) {
        if (new_row) {
          add_changed_fields(changes, new_row->attempt_id, json_or_null(old_row),
                             json_or_null(new_row));
        } else {
          changes.insert_or_assign(old_row->attempt_id, "null");
        }
      });
  for_each_difference(
      before.leases, after.leases, attempt_id,
      [&](const model::LeaseRecord* old_row, const model::LeaseRecord* new_row) {
        const bool same_lease = old_row && new_row && old_row->lease_id == new_row->lease_id;
        if (old_row && !same_lease) changes.insert_or_assign(old_row->lease_id, "null");
        if (new_row) {
          add_changed_fields(changes, new_row->lease_id,
                             same_lease ? json_or_null(old_row) : Json(), json_or_null(new_row));
        }
      });
  for_each_difference(before.dead_letters, after.dead_letters, attempt_id,
                      [&](const model::DeadLetter* old_row, const model::DeadLetter* new_row) {
                        const model::Id& id = (new_row ? new_row : old_row)->attempt_id;
                        changes[id + ".dead_letter"] = print_json(json_or_null(new_row));
                      });
  for_each_difference(before.runs, after.runs, run_id,
                      [&](const model::RunRecord* old_row, const model::RunRecord* new_row) {
                        const model::Id& id = (new_row ? new_row : old_row)->run_id;
                        changes[id + ".events"] =
                            std::to_string(new_row ? new_row->events.size() : 0);
                        if (new_row && new_row->latest_seq != new_row->events.size()) {
                          changes[id + ".latest_seq"] = std::to_string(new_row->latest_seq);
                        }
                      });
  if (before.version_floor != after.version_floor) {
    changes["repository.version_floor"] = std::to_string(after.version_floor);
  }
  return changes;
}

}  // namespace leasecheck::traces
