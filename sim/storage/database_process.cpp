#include "sim/storage/database_process.hpp"

#include <utility>

#include "sim/random.hpp"

namespace leasecheck::sim {

OpenRepository with_checkpoints(OpenRepository open, std::uint32_t pages) {
  return [open = std::move(open), pages](const lease::SqliteOptions& options, lease::Clock& clock,
                                         lease::IdSource& ids) {
    lease::SqliteOptions with = options;
    with.checkpoint_pages = pages;
    return open(with, clock, ids);
  };
}

std::uint32_t draw_checkpoint_pages(std::uint64_t seed) {
  Stream draw(seed, "checkpoints");
  if (draw.chance(500)) return lease::SqliteOptions::default_checkpoint_pages;
  return static_cast<std::uint32_t>(1 + draw.below(8));
}

lease::Result<std::unique_ptr<DatabaseProcess>> DatabaseProcess::open(Disk& disk,
                                                                      SharedLeaseIds& ids,
                                                                      const OpenRepository& open) {
  std::unique_ptr<DatabaseProcess> database(new DatabaseProcess(disk));
  lease::SqliteOptions options;
  options.path = "repository";
  options.vfs = database->process_.vfs();
  auto repository = RepositoryProcess::open(ids, [&](lease::Clock& clock, lease::IdSource& source) {
    return open(options, clock, source);
  });
  if (!repository) return std::unexpected(std::move(repository.error()));
  database->repository_ = *std::move(repository);
  return database;
}

}  // namespace leasecheck::sim
