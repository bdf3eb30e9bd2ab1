#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/connection.hpp"

/// The table `waiting`: of each priority with attempts in the lane `timed` the earliest ready_at,
/// and the earliest of every 16 neighbouring priorities, of every 16 such groups, and so on. It
/// leads a list past the priorities of which nothing is due, however many they are.
namespace lease::sqlite {

/// To be called once an attempt of this priority has come to the lane, has left it or has another
/// ready_at. Cost: a few look-ups; as many writes as the levels on which the earliest changes.
void update_waiting(Connection& connection, std::int32_t priority);

/// The highest priority, of all or of those below `below`, that has an attempt which waits until
/// `now` at the latest. Cost: a few look-ups, whatever the number of priorities.
[[nodiscard]] std::optional<std::int32_t> highest_due_priority(Connection& connection, Time now,
                                                               std::optional<std::int32_t> below);

}  // namespace lease::sqlite
