#include "sim/storage/database_process.hpp"

#include <utility>

#include "sim/subject/operation_mapping.hpp"

namespace leasecheck::sim {

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
  auto repository = open({.path = "repository",
                          .busy_timeout = lease::Duration(5000),
                          .vfs = database->process_.vfs(),
                          .allow_shared_file_system = false},
                         database->clock_, database->source_);
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
