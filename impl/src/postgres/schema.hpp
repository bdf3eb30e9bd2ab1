#pragma once

#include <string>

#include "lease/postgres.hpp"
#include "postgres/wire.hpp"

namespace lease::postgres {

inline constexpr std::int64_t schema_version = 1;

/// Where notifications of work go; their payload is the schema's name.
inline constexpr std::string_view work_channel = "lease_work";

/// How messages call a repository.
[[nodiscard]] std::string name_of(const Wire& wire, const PostgresOptions& options);

/// An error of the server or of the way to it, that names the repository.
[[nodiscard]] Error error_from(const WireError& error, const std::string& name,
                               Effect effect = Effect::none);

/// Makes a new session ready for the repository's statements: its settings, what the server has to
/// be like, and the schema at its present version.
/// Errors: see `open_postgres_repository`.
[[nodiscard]] Result<void> enter(Wire& wire, const PostgresOptions& options, bool may_migrate);

/// Errors: see `drop_postgres_repository`.
[[nodiscard]] Result<void> drop(Wire& wire, const PostgresOptions& options);

/// Why the schema cannot be used by this library, whose version it has not.
[[nodiscard]] std::string newer_schema(std::int64_t version);

}  // namespace lease::postgres
