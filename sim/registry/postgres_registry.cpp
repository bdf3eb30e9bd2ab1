#include "sim/registry/postgres_registry.hpp"

#include <utility>

#include "sim/concurrency/recorded_case.hpp"
#include "sim/defects/server/postgres_mutants.hpp"
#include "sim/postgres/private_server.hpp"
#include "sim/postgres/server_interleaver.hpp"
#include "sim/postgres/session_losses.hpp"
#include "sim/registry/temporary_directory.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::string_view prefix = "postgres:";

/// The planted defect of SQL that the backend is; null if it is none.
const mutants::PostgresMutant* planted_in(std::string_view backend) {
  constexpr std::string_view mutant = "mutant:";
  if (!backend.starts_with(mutant)) return nullptr;
  return mutants::find_postgres_mutant(backend.substr(mutant.size()));
}

/// What goes in the opposite order: the subjects' schemas, the server, its folder.
struct PrivateSubjects {
  TemporaryDirectory folder;
  std::unique_ptr<PrivateServer> server;
  std::shared_ptr<PostgresSubjects> subjects;
};

std::expected<std::shared_ptr<PostgresSubjects>, std::string> private_subjects() {
  static std::weak_ptr<PrivateSubjects> running;
  std::shared_ptr<PrivateSubjects> made = running.lock();
  if (made == nullptr) {
    auto folder = TemporaryDirectory::create();
    if (!folder) return std::unexpected(folder.error());
    auto server = PrivateServer::start(folder->path());
    if (!server) return std::unexpected(server.error());
    auto subjects = PostgresSubjects::on((*server)->conninfo());
    if (!subjects) return std::unexpected(subjects.error());
    made = std::make_shared<PrivateSubjects>(PrivateSubjects{
        .folder = *std::move(folder), .server = *std::move(server), .subjects = *subjects});
    running = made;
  }
  return std::shared_ptr<PostgresSubjects>(made, made->subjects.get());
}

using Found = std::expected<std::optional<Finding>, std::string>;

Found replay_schedule(const RecordedCase& recorded, const std::shared_ptr<PostgresSubjects>& server,
                      const OpenOnServer& open) {
  const auto schedule = schedule_of(recorded);
  if (!schedule) return std::unexpected("stale trace: " + schedule.error());
  const auto sessions = static_cast<std::uint32_t>(schedule->subject.operations.size());
  auto interleaver = ServerInterleaver::make(server, sessions, open);
  if (!interleaver) return std::unexpected(interleaver.error());
  return (*interleaver)->replay(schedule->subject, schedule->decisions);
}

Found replay_loss(const RecordedCase& recorded, const std::shared_ptr<PostgresSubjects>& server,
                  const OpenOnServer& open) {
  const auto loss = session_loss_from_text(recorded.event.text);
  if (!loss || recorded.operations.size() != 1) {
    return std::unexpected("stale trace: expected one operation whose session is lost, not \"" +
                           recorded.event.text + "\"");
  }
  auto losses = SessionLosses::make(server, open);
  if (!losses) return std::unexpected(losses.error());
  return (*losses)->replay({recorded.prior, recorded.operations}, *loss);
}

}  // namespace

bool is_postgres(std::string_view backend) {
  return backend == "postgres" || backend.starts_with(prefix);
}

bool is_on_server(std::string_view backend) {
  return is_postgres(backend) || planted_in(backend) != nullptr;
}

std::expected<std::shared_ptr<PostgresSubjects>, std::string> postgres_server(
    const std::string& backend) {
  auto subjects = backend.starts_with(prefix) ? PostgresSubjects::on(backend.substr(prefix.size()))
                                              : private_subjects();
  if (!subjects) return std::unexpected("backend \"" + backend + "\": " + subjects.error());
  return subjects;
}

std::expected<traces::Verdict, std::string> replay_on_server(const traces::Trace& trace,
                                                             const std::string& backend) {
  const auto recorded = recorded_case(trace);
  if (!recorded) return std::unexpected("stale trace: " + recorded.error());
  const mutants::PostgresMutant* planted = planted_in(backend);
  const auto server = postgres_server(planted == nullptr ? backend : "postgres");
  if (!server) return std::unexpected(server.error());
  const OpenOnServer open = planted == nullptr ? lease::open_postgres_repository : planted->open;
  const auto found = recorded->event.kind == traces::DiskEvent::Kind::mishap
                         ? replay_loss(*recorded, *server, open)
                         : replay_schedule(*recorded, *server, open);
  if (!found) return std::unexpected(found.error());
  return verdict_of(*recorded, *found);
}

}  // namespace leasecheck::sim
