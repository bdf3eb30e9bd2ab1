#include "sim/postgres/subjects.hpp"

#include <unistd.h>

#include <utility>

#include "sim/postgres/sql_session.hpp"
#include "sim/subject/subject_decorator.hpp"

namespace leasecheck::sim {
namespace {

/// The first column of what a statement answers in a session of its own. Errors: in words.
std::expected<std::vector<std::string>, std::string> ask(const std::string& conninfo,
                                                         const std::string& sql) {
  auto session = SqlSession::connect(conninfo);
  if (!session) return std::unexpected(session.error());
  return session->ask(sql);
}

}  // namespace

/// Gives its schema back when it goes.
class PostgresSubjects::Borrower final : public SubjectDecorator {
 public:
  Borrower(std::shared_ptr<PostgresSubjects> server, std::string schema,
           std::unique_ptr<Subject> subject)
      : SubjectDecorator(std::move(subject)),
        server_(std::move(server)),
        schema_(std::move(schema)) {}
  ~Borrower() override { server_->free_.push_back(std::move(schema_)); }

 private:
  std::shared_ptr<PostgresSubjects> server_;
  std::string schema_;
};

PostgresSubjects::PostgresSubjects(std::string conninfo, std::string prefix)
    : conninfo_(std::move(conninfo)), prefix_(std::move(prefix)), owner_(::getpid()) {}

std::expected<std::shared_ptr<PostgresSubjects>, std::string> PostgresSubjects::on(
    std::string conninfo) {
  // A name that nobody else on the server gives.
  const auto prefix = ask(conninfo,
                          "SELECT 'leasecheck_' || pg_backend_pid() || '_' || "
                          "extract(epoch FROM clock_timestamp())::bigint");
  if (!prefix) return std::unexpected(prefix.error());
  return std::shared_ptr<PostgresSubjects>(
      new PostgresSubjects(std::move(conninfo), prefix->front()));
}

PostgresSubjects::~PostgresSubjects() {
  if (owner_ != ::getpid()) return;
  const auto schemas =
      ask(conninfo_, "SELECT nspname FROM pg_namespace WHERE nspname LIKE '" + prefix_ + "\\_%'");
  if (!schemas) return;
  for (const std::string& schema : *schemas) {
    // What cannot be dropped now is named after this program, for whoever finds it.
    static_cast<void>(lease::drop_postgres_repository(options_for(schema)));
  }
}

std::string PostgresSubjects::new_schema() {
  return prefix_ + '_' + std::to_string(::getpid()) + '_' + std::to_string(++made_);
}

std::string PostgresSubjects::borrow() {
  if (free_.empty()) return new_schema();
  std::string schema = std::move(free_.back());
  free_.pop_back();
  return schema;
}

lease::PostgresOptions PostgresSubjects::options_for(const std::string& schema) const {
  lease::PostgresOptions options;
  options.conninfo = conninfo_;
  options.schema = schema;
  options.allow_unsafe_server = true;
  return options;
}

lease::PostgresOptions PostgresSubjects::new_repository() {
  return options_for(new_schema());
}

std::expected<std::unique_ptr<Subject>, BrokenSubject> PostgresSubjects::make(
    const std::shared_ptr<PostgresSubjects>& server, const std::string& name,
    const OpenOnServer& open) {
  const std::string schema = server->borrow();
  auto subject = make_repository_subject(name, [&](lease::Clock& clock, lease::IdSource& ids) {
    return open(server->options_for(schema), clock, ids);
  });
  if (!subject) return subject;
  const auto emptied = (*subject)->call({.now = {}, .operation = model::Reset{}});
  if (!emptied) return std::unexpected(emptied.error());
  if (!emptied->outcome) return std::unexpected(BrokenSubject{"reset: " + emptied->message});
  return std::make_unique<Borrower>(server, schema, *std::move(subject));
}

}  // namespace leasecheck::sim
