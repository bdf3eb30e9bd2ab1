#include "memory/memory_repository.hpp"

#include "memory/memory_store.hpp"

namespace lease {

MemoryRepository::MemoryRepository(Clock& clock, IdSource& ids, Observer* observer)
    : StoredRepository(std::make_unique<MemoryStore>(), clock, ids, observer) {}

std::unique_ptr<AttemptRepository> make_memory_repository(Clock& clock, IdSource& ids,
                                                          Observer* observer) {
  return std::make_unique<MemoryRepository>(clock, ids, observer);
}

}  // namespace lease
