#include "sqlite/waiting.hpp"

#include <limits>

namespace lease::sqlite {
namespace {

// Level 0 holds priorities; a prefix of the next level is one of this level without its last
// `bits_per_level`. On the top level there are few enough to look at all.
constexpr int bits_per_level = 4;
constexpr int top_level = 7;

std::int64_t prefix_of(std::int32_t priority, int level) {
  return std::int64_t{priority} >> (bits_per_level * level);
}

/// The prefixes of one level from `first` to `last`.
struct Range {
  int level;
  std::int64_t first;
  std::int64_t last;
};

Range below_prefix(int level, std::int64_t prefix) {
  const std::int64_t first = prefix << bits_per_level;
  return {level - 1, first, first + (1 << bits_per_level) - 1};
}

std::optional<std::int64_t> optional_integer(Query& query) {
  if (!query.next() || query.is_null(0)) return std::nullopt;
  return query.integer(0);
}

std::optional<std::int64_t> highest_due(Connection& connection, Time now, Range range) {
  Query query(connection,
              "SELECT prefix FROM waiting WHERE level = ? AND prefix BETWEEN ? AND ? "
              "AND first_ready_at <= ? ORDER BY prefix DESC LIMIT 1",
              std::int64_t{range.level}, range.first, range.last, now);
  return optional_integer(query);
}

std::optional<std::int64_t> earliest(Connection& connection, Range range) {
  Query query(connection,
              "SELECT min(first_ready_at) FROM waiting WHERE level = ? AND prefix BETWEEN ? AND ?",
              std::int64_t{range.level}, range.first, range.last);
  return optional_integer(query);
}

/// Returns: whether that is news.
bool save_earliest(Connection& connection, int level, std::int64_t prefix,
                   std::optional<std::int64_t> ready_at) {
  if (earliest(connection, {level, prefix, prefix}) == ready_at) return false;
  if (ready_at) {
    Query(connection, "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?)", std::int64_t{level},
          prefix, *ready_at)
        .run();
  } else {
    Query(connection, "DELETE FROM waiting WHERE level = ? AND prefix = ?", std::int64_t{level},
          prefix)
        .run();
  }
  return true;
}

}  // namespace

void update_waiting(Connection& connection, std::int32_t priority) {
  Query query(connection, "SELECT min(ready_at) FROM attempts WHERE lane = 2 AND priority = ?",
              std::int64_t{priority});
  std::optional<std::int64_t> ready_at = optional_integer(query);
  for (int level = 0; level <= top_level; ++level) {
    const std::int64_t prefix = prefix_of(priority, level);
    if (level > 0) ready_at = earliest(connection, below_prefix(level, prefix));
    if (!save_earliest(connection, level, prefix, ready_at)) return;
  }
}

// Up, through the lower neighbours within each group, until something is due; then down to it.
std::optional<std::int32_t> highest_due_priority(Connection& connection, Time now,
                                                 std::optional<std::int32_t> below) {
  int level = below ? 0 : top_level;
  std::int64_t last = below ? std::int64_t{*below} - 1
                            : prefix_of(std::numeric_limits<std::int32_t>::max(), top_level);
  std::optional<std::int64_t> found;
  for (;; ++level) {
    const std::int64_t first = level == top_level
                                   ? prefix_of(std::numeric_limits<std::int32_t>::min(), top_level)
                                   : (last >> bits_per_level) << bits_per_level;
    found = highest_due(connection, now, {level, first, last});
    if (found || level == top_level) break;
    last = (last >> bits_per_level) - 1;
  }
  for (; found && level > 0; --level) {
    found = highest_due(connection, now, below_prefix(level, *found));
    if (!found) connection.fail_as_corrupt("the table \"waiting\" disagrees with itself");
  }
  if (!found) return std::nullopt;
  return static_cast<std::int32_t>(*found);
}

}  // namespace lease::sqlite
