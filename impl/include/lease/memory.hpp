#pragma once

#include <memory>

#include "lease/attempt_repository.hpp"

namespace lease {

/// A repository in this process's memory. Not durable. `clock` and `ids` must outlive it.
[[nodiscard]] std::unique_ptr<AttemptRepository> make_memory_repository(Clock& clock,
                                                                        IdSource& ids);

}  // namespace lease
