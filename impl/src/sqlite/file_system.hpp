#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lease::sqlite {

/// The kind of file system, by the magic number that statfs(2) gives it, if it is one that passes
/// files between machines, or between a machine and its guests. SQLite's log needs shared memory
/// and locks that all processes see alike, which such file systems promise in part or not at all.
/// Returns: "NFS", "CIFS", …; nothing for any other file system.
/// Source: linux/magic.h; https://sqlite.org/wal.html, "all processes must be on the same host".
[[nodiscard]] std::optional<std::string_view> shared_file_system(unsigned long magic);

/// As above, for the folder in which this file is or will be. Nothing where that cannot be said.
[[nodiscard]] std::optional<std::string_view> shared_file_system_of(const std::string& file);

}  // namespace lease::sqlite
