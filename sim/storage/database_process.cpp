#include "sim/storage/database_process.hpp"

#include <utility>

#include "sim/subject/operation_mapping.hpp"

namespace leasecheck::sim {

lease::LeaseId HostIds::draw() {
  lease::LeaseId id("lease#" + std::to_string(++drawn_));
  handles_.issue(id.str());
  return id;
}

lease::LeaseId Host::Source::next_lease_id() {
  lease::LeaseId id = ids.draw();
  drawn = ids.handles().handle_of(id.str());
  return id;
}

lease::Result<std::unique_ptr<Host>> Host::open(Disk& disk, HostIds& ids,
                                                const OpenRepository& open) {
  std::unique_ptr<Host> host(new Host(disk, ids));
  auto repository = open(
      {.path = "repository", .busy_timeout = lease::Duration(5000), .vfs = host->process_.vfs()},
      host->clock_, host->source_);
  if (!repository) return std::unexpected(std::move(repository.error()));
  host->repository_ = *std::move(repository);
  return host;
}

Reply Host::call(const model::Action& action) {
  clock_.shown = action.now;
  clock_.reads = 0;
  source_.drawn.reset();
  Reply reply = carry_out(*repository_, source_.ids.handles(), action);
  reply.clock_reads = clock_.reads;
  return reply;
}

lease::Result<model::Snapshot> Host::snapshot() {
  return snapshot_of(*repository_, source_.ids.handles());
}

}  // namespace leasecheck::sim
