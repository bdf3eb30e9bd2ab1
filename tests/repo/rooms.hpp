#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/repo/tree.hpp"

/// Who may include whom: the rooms and the arrows between them.
namespace leasecheck::repo {

/// From each to those it leads to.
using Arrows = std::map<std::string, std::set<std::string>>;

/// Reads the table: one room a line, "ROOM -> ROOM ROOM …"; "#" starts a comment. A room is a
/// folder, and a file belongs to the innermost room around it.
[[nodiscard]] Arrows parse_arrows(std::string_view text);

/// Includes for which the table has no arrow, and files that are in no room.
[[nodiscard]] Violations forbidden_includes(const Tree& tree, const Arrows& arrows);

/// Arrows of the table that no include needs, and rooms without a file.
[[nodiscard]] Violations unused_arrows(const Tree& tree, const Arrows& arrows);

/// For each group of nodes that reach each other one shortest cycle, as "a -> b -> a".
[[nodiscard]] Violations cycles(const Arrows& arrows);

/// The includes between files, where a header and its source are one: "room/name" without ending.
[[nodiscard]] Arrows includes_between_files(const Tree& tree);

/// Arrows into a room on top (cli, tests, bench) from outside of it and of its tests.
[[nodiscard]] Violations arrows_into_the_top(const Arrows& arrows);

/// The table as a picture in Mermaid: without tests and bench, and without the arrows that follow
/// from others.
[[nodiscard]] std::string mermaid(const Arrows& arrows);

}  // namespace leasecheck::repo
