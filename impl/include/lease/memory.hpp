#pragma once

#include <memory>

#include "lease/attempt_repository.hpp"

namespace lease {

/// Makes an empty repository in this process's memory. It is not durable.
/// Returns: never null.
/// Pre: `clock` and `ids` must outlive the repository. An id source that gives a lease id twice
/// ends the process (`abort`).
/// Thread: any. Calls of the repository block for other calls only.
/// Complexity: about 1 KB of memory for an attempt, besides long texts.
[[nodiscard]] std::unique_ptr<AttemptRepository> make_memory_repository(Clock& clock,
                                                                        IdSource& ids);

}  // namespace lease
