#include "sim/storage/database_process.hpp"

#include <utility>

#include "sim/random.hpp"
#include "sim/subject/operation_mapping.hpp"

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

lease::LeaseId SharedLeaseIds::draw() {
  lease::LeaseId id("lease#" + std::to_string(++drawn_));
  handles_.issue(id.str());
  return id;
}

lease::LeaseId DatabaseProcess::Source::next_lease_id() {
  lease::LeaseId id = ids.draw();
  drawn.push_back(ids.handles().handle_of(id.str()));
  return id;
}

lease::Result<std::unique_ptr<DatabaseProcess>> DatabaseProcess::open(Disk& disk,
                                                                      SharedLeaseIds& ids,
                                                                      const OpenRepository& open) {
  std::unique_ptr<DatabaseProcess> database(new DatabaseProcess(disk, ids));
  lease::SqliteOptions options;
  options.path = "repository";
  options.vfs = database->process_.vfs();
  auto repository = open(options, database->clock_, database->source_);
  if (!repository) return std::unexpected(std::move(repository.error()));
  database->repository_ = *std::move(repository);
  return database;
}

Reply DatabaseProcess::call(const model::Action& action) {
  clock_.show(action.now);
  source_.drawn.clear();
  Reply reply = carry_out(*repository_, source_.ids.handles(), action);
  reply.clock_reads = clock_.reads();
  return reply;
}

lease::Result<model::Snapshot> DatabaseProcess::snapshot() {
  return snapshot_of(*repository_, source_.ids.handles());
}

}  // namespace leasecheck::sim
