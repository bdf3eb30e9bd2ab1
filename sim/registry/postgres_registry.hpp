#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "sim/postgres/subjects.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// Whether it names a PostgreSQL server: "postgres", one that this program starts for itself, or
/// "postgres:CONNINFO", one that is there.
[[nodiscard]] bool is_postgres(std::string_view backend);

/// Whether what it keeps is on such a server: also of "mutant:NAME", a planted defect of SQL, which
/// runs on a server that this program starts.
[[nodiscard]] bool is_on_server(std::string_view backend);

/// The server that the backend names; a private one is started, unless this process has one, and
/// runs as long as anybody has it.
/// Pre: `is_postgres`. Errors: in words: no server is installed, or it cannot be reached.
[[nodiscard]] std::expected<std::shared_ptr<PostgresSubjects>, std::string> postgres_server(
    const std::string& backend);

/// Carries out the schedule that a trace records, or loses the session that it says, on the
/// backend. Where a schedule does not fit, the session that ran last goes on.
/// Pre: `is_on_server`. Errors: in words: neither of the two, no server, the prior state could not
/// be reached.
[[nodiscard]] std::expected<traces::Verdict, std::string> replay_on_server(
    const traces::Trace& trace, const std::string& backend);

}  // namespace leasecheck::sim
