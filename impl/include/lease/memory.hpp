#pragma once

#include <memory>

#include "lease/attempt_repository.hpp"

namespace lease {

class Observer;

/// Makes an empty repository in this process's memory. It is not durable.
/// Returns: never null.
/// Pre: `clock`, `ids` and `observer`, which may be null, must outlive the repository. An id source
/// that gives a lease id twice ends the process (`abort`).
/// Thread: any. Calls of the repository block for other calls only.
/// Complexity: at most 400 bytes of memory for a queued attempt and its run, with ids of 16 bytes;
/// about 200 more for one that is leased, and 120 for one that is finished.
[[nodiscard]] std::unique_ptr<AttemptRepository> make_memory_repository(
    Clock& clock, IdSource& ids, Observer* observer = nullptr);

}  // namespace lease
