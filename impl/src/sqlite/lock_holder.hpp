#pragma once

#include <optional>
#include <string>

namespace lease::sqlite {

/// Who holds the write lock of a database that is in write-ahead mode, as far as the system tells:
/// on Linux, by /proc/locks. Opens no file of the database, since closing one would drop this
/// process's own locks on it.
/// Returns: "process 4711 (worker)", and whether it is stopped; nothing if nobody is seen.
/// Source: proc(5); the lock is byte 120 of the -shm file, https://sqlite.org/walformat.html
[[nodiscard]] std::optional<std::string> write_lock_holder(const std::string& database_file);

}  // namespace lease::sqlite
