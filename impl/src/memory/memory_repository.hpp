#pragma once

#include "lease/memory.hpp"
#include "stored_repository.hpp"

namespace lease {

/// The repository of `make_memory_repository`.
class MemoryRepository : public StoredRepository {
 public:
  MemoryRepository(Clock& clock, IdSource& ids, Observer* observer = nullptr);
};

}  // namespace lease
