#include "sim/postgres/prepared_repository.hpp"

#include <utility>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::sim {

std::expected<std::unique_ptr<PreparedRepository>, std::string> PreparedRepository::make(
    std::shared_ptr<PostgresSubjects> server, const OpenOnServer& open) {
  lease::PostgresOptions options = server->new_repository();
  std::unique_ptr<PreparedRepository> made(
      new PreparedRepository(std::move(server), std::move(options), open));
  auto leader = RepositoryProcess::open(made->ids_, [&](lease::Clock& clock, lease::IdSource& ids) {
    return open(made->options_, clock, ids);
  });
  if (!leader) return std::unexpected(leader.error().message);
  made->leader_ = *std::move(leader);
  auto monitor = Monitor::connect(made->options_.conninfo, made->options_.schema);
  if (!monitor) return std::unexpected(monitor.error());
  made->monitor_ = *std::move(monitor);
  return made;
}

std::expected<void, std::string> PreparedRepository::lead_to(const PriorState& prior) {
  const Reply emptied = leader_->call({.now = {}, .operation = model::Reset{}});
  if (!emptied.outcome) return std::unexpected(emptied.message);
  ids_.rewind(0);
  for (const model::Action& action : prior.actions) {
    const Reply reply = leader_->call(action);
    if (!reply.outcome) return std::unexpected("prior state " + prior.name + ": " + reply.message);
  }
  const auto reached = leader_->snapshot();
  if (!reached) return std::unexpected(reached.error().message);
  if (*reached != model::snapshot(prior.state)) {
    return std::unexpected("prior state " + prior.name +
                           ": the repository is not where the model is");
  }
  leases_issued_ = prior.state.leases_issued;
  return monitor_->keep();
}

std::expected<void, std::string> PreparedRepository::restore() {
  ids_.rewind(leases_issued_);
  return monitor_->restore();
}

std::expected<std::unique_ptr<RepositoryProcess>, std::string> PreparedRepository::open_session(
    const std::string& name, std::function<void(int socket, bool to_write)> wait,
    lease::Observer* observer) {
  lease::PostgresOptions options = options_;
  options.application_name = session_name(name);
  options.lock_timeout = lease::Duration{0};
  options.pipelining = false;
  options.observer = observer;
  options.wait = std::move(wait);
  auto opened = RepositoryProcess::open(
      ids_, [&](lease::Clock& clock, lease::IdSource& ids) { return open_(options, clock, ids); });
  if (!opened) return std::unexpected(opened.error().message);
  return *std::move(opened);
}

}  // namespace leasecheck::sim
