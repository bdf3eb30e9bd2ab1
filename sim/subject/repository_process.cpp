#include "sim/subject/repository_process.hpp"

#include <string>
#include <utility>

#include "sim/subject/operation_mapping.hpp"

namespace leasecheck::sim {

lease::LeaseId SharedLeaseIds::draw() {
  lease::LeaseId id("lease#" + std::to_string(++drawn_));
  handles_.issue(id.str());
  return id;
}

lease::LeaseId RepositoryProcess::Source::next_lease_id() {
  lease::LeaseId id = ids.draw();
  drawn.push_back(ids.handles().handle_of(id.str()));
  return id;
}

lease::Result<std::unique_ptr<RepositoryProcess>> RepositoryProcess::open(
    SharedLeaseIds& ids, const RepositoryFactory& open) {
  std::unique_ptr<RepositoryProcess> process(new RepositoryProcess(ids));
  auto repository = open(process->clock_, process->source_);
  if (!repository) return std::unexpected(std::move(repository.error()));
  process->repository_ = *std::move(repository);
  return process;
}

Reply RepositoryProcess::call(const model::Action& action) {
  clock_.show(action.now);
  source_.drawn.clear();
  Reply reply = carry_out(*repository_, source_.ids.handles(), action);
  reply.clock_reads = clock_.reads();
  return reply;
}

lease::Result<model::Snapshot> RepositoryProcess::snapshot() {
  return snapshot_of(*repository_, source_.ids.handles());
}

}  // namespace leasecheck::sim
