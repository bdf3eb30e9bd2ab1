#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lease/postgres.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// Opens the repository under test: `lease::open_postgres_repository`, or a planted defect.
using OpenOnServer = std::function<lease::Result<std::unique_ptr<lease::AttemptRepository>>(
    const lease::PostgresOptions&, lease::Clock&, lease::IdSource&)>;

/// Subjects on one PostgreSQL server, which may be one that forgets: what is checked need not
/// outlive a loss of power. Each has a repository in a schema of its own. A schema is used again,
/// emptied, once its subject has gone; all of them are dropped with this object. Nothing else on
/// the server is touched.
/// Thread: one thread. In children of this process after a fork it makes subjects too, and leaves
/// their schemas to the parent to drop.
class PostgresSubjects {
 public:
  /// Errors: in words: no such server, or it does not let us in.
  [[nodiscard]] static std::expected<std::shared_ptr<PostgresSubjects>, std::string> on(
      std::string conninfo);

  ~PostgresSubjects();
  PostgresSubjects(const PostgresSubjects&) = delete;
  PostgresSubjects& operator=(const PostgresSubjects&) = delete;

  /// How a repository is opened that is nobody else's; it is dropped with the others.
  [[nodiscard]] lease::PostgresOptions new_repository();

  /// A new, empty subject, which keeps `server` until it has gone.
  [[nodiscard]] static std::expected<std::unique_ptr<Subject>, BrokenSubject> make(
      const std::shared_ptr<PostgresSubjects>& server, const std::string& name = "postgres",
      const OpenOnServer& open = lease::open_postgres_repository);

 private:
  class Borrower;
  PostgresSubjects(std::string conninfo, std::string prefix);
  [[nodiscard]] std::string borrow();
  [[nodiscard]] std::string new_schema();
  [[nodiscard]] lease::PostgresOptions options_for(const std::string& schema) const;

  std::string conninfo_;
  std::string prefix_;  ///< of the schemas' names
  pid_t owner_;
  std::vector<std::string> free_;
  std::uint64_t made_ = 0;
};

}  // namespace leasecheck::sim
