#include "sim/registry/subject_registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lease/memory.hpp"
#include "lease/sqlite.hpp"
#include "model/system/mutant.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/defects/server/postgres_mutants.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/faults.hpp"
#include "sim/oracle/counterexample.hpp"
#include "sim/registry/drawn_names.hpp"
#include "sim/registry/environment.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "sim/storage/disk_subject.hpp"
#include "sim/subject/exec_subject.hpp"
#include "sim/subject/file_watch.hpp"
#include "sim/subject/process.hpp"
#include "sim/subject/subject_decorator.hpp"

namespace leasecheck::sim {
namespace {

using Made = std::expected<std::unique_ptr<Subject>, BrokenSubject>;

struct Files {
  TemporaryDirectory directory;
};

/// Keeps a subject's files until the subject is gone: its second base is destroyed before its
/// first.
class SubjectWithFiles final : Files, public SubjectDecorator {
 public:
  SubjectWithFiles(TemporaryDirectory files, std::unique_ptr<Subject> subject)
      : Files{std::move(files)}, SubjectDecorator(std::move(subject)) {}
};

Made make_memory() {
  return make_repository_subject("memory", [](lease::Clock& clock, lease::IdSource& ids) {
    return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
        lease::make_memory_repository(clock, ids));
  });
}

Made open_sqlite(const std::string& path) {
  const auto open = [&path](lease::Clock& clock, lease::IdSource& ids) {
    return lease::open_sqlite_repository(
        {.path = path, .busy_timeout = {}, .vfs = {}, .allow_shared_file_system = false}, clock,
        ids);
  };
  return make_repository_subject(
      "sqlite", open, whole_contract(),
      [watch = std::make_shared<FileWatch>(path)] { return watch->may_have_changed(); });
}

Made make_temporary_sqlite() {
  auto directory = TemporaryDirectory::create();
  if (!directory) return std::unexpected(BrokenSubject{directory.error()});
  Made subject = open_sqlite((directory->path() / "repository.sqlite").string());
  if (!subject) return subject;
  return std::make_unique<SubjectWithFiles>(*std::move(directory), *std::move(subject));
}

// Emptying a database that holds somebody's data would be a surprise, so the first run refuses it;
// later runs of the same command empty what the one before them left.
Made make_sqlite_in(const std::string& path, bool& is_ours) {
  Made subject = open_sqlite(path);
  if (!subject) return subject;
  const auto held = (*subject)->snapshot();
  if (!held) return std::unexpected(held.error());
  if (!is_ours && *held != model::Snapshot{}) {
    return std::unexpected(BrokenSubject{
        path + " already holds attempts; a run begins with an empty repository: name a new file"});
  }
  is_ours = true;
  const auto emptied = (*subject)->call({.now = {}, .operation = model::Reset{}});
  if (!emptied) return std::unexpected(emptied.error());
  if (!emptied->outcome) return std::unexpected(BrokenSubject{"reset: " + emptied->message});
  return subject;
}

Made start_program(ExecOptions options) {
  auto directory = TemporaryDirectory::create();
  if (!directory) return std::unexpected(BrokenSubject{directory.error()});
  options.directory = directory->path().string();
  Made subject = make_exec_subject(std::move(options));
  if (!subject) return subject;
  return std::make_unique<SubjectWithFiles>(*std::move(directory), *std::move(subject));
}

std::expected<Backend, std::string> parse_program(const std::string& text,
                                                  std::chrono::milliseconds timeout) {
  auto words = split_words(std::string_view(text).substr(text.find(':') + 1));
  if (!words) return std::unexpected("backend \"" + text + "\": " + words.error());
  return Backend{.name = text,
                 .make =
                     [text, words = *std::move(words), timeout] {
                       return start_program({.name = text,
                                             .words = words,
                                             .environment = environment_of_this_process(),
                                             .directory = {},
                                             .timeout = timeout});
                     },
                 .subject_timeout = timeout};
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <typename Number>
std::optional<Number> number_from(const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || text.empty()) return std::nullopt;
  return number;
}

std::expected<Backend, std::string> parse_disk(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const auto seed = parts.size() > 1 ? number_from<std::uint64_t>(parts[1]) : std::nullopt;
  const auto processes = parts.size() > 2 ? number_from<std::uint32_t>(parts[2]) : std::nullopt;
  constexpr std::uint32_t most_processes = 64;
  const bool is_whole = parts.size() == 4 || parts.size() == 5;
  if (!is_whole || !seed || !processes || *processes < 1 || *processes > most_processes) {
    return std::unexpected("backend \"" + text +
                           "\": expected disk:SEED:PROCESSES:FAULTS, 1 to 64 processes, as "
                           "simulate --processes writes it");
  }
  auto faults = parse_faults(parts[3]);
  if (!faults) return std::unexpected("backend \"" + text + "\": " + faults.error());
  DiskBackend disk{.seed = *seed, .processes = *processes, .faults = *std::move(faults)};
  if (parts.size() == 5) {
    disk.mutant = mutants::find_sqlite_mutant(parts[4]);
    if (disk.mutant == nullptr) {
      return std::unexpected("backend \"" + text + "\": unknown mutant " + parts[4]);
    }
  }
  return make_disk_backend(disk);
}

std::string names_of_mutants() {
  std::string names;
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    names += names.empty() ? "" : ", ";
    names += mutant.name;
  }
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    names += ", ";
    names += mutant.name;
  }
  for (const mutants::PostgresMutant& mutant : mutants::postgres_mutants()) {
    names += ", ";
    names += mutant.name;
  }
  return names;
}

// A planted defect of storage, on a temporary file: without other processes or a crash it is right.
Made make_sqlite_mutant(const mutants::SqliteMutant& mutant) {
  auto directory = TemporaryDirectory::create();
  if (!directory) return std::unexpected(BrokenSubject{directory.error()});
  lease::SqliteOptions options;
  options.path = (directory->path() / "leases.db").string();
  Made subject =
      make_repository_subject("mutant:" + std::string(mutant.name),
                              [&mutant, options](lease::Clock& clock, lease::IdSource& ids) {
                                return mutant.open(options, clock, ids);
                              });
  if (!subject) return subject;
  return std::make_unique<SubjectWithFiles>(*std::move(directory), *std::move(subject));
}

std::expected<Backend, std::string> parse_mutant(const std::string& name) {
  if (const mutants::SqliteMutant* planted = mutants::find_sqlite_mutant(name)) {
    return Backend{.name = "mutant:" + name,
                   .make = [planted] { return make_sqlite_mutant(*planted); }};
  }
  if (const mutants::PostgresMutant* planted = mutants::find_postgres_mutant(name)) {
    const auto server = postgres_server("postgres");
    if (!server) return std::unexpected(server.error());
    return Backend{.name = "mutant:" + name, .make = [planted, name, server = *server] {
                     return PostgresSubjects::make(server, "mutant:" + name, planted->open);
                   }};
  }
  const mutants::Mutant* mutant = mutants::find_mutant(name);
  if (mutant == nullptr) {
    return std::unexpected("unknown mutant \"" + name +
                           "\"; expected one of: " + names_of_mutants());
  }
  return Backend{.name = "mutant:" + name, .make = [mutant] {
                   return make_repository_subject(
                       "mutant:" + std::string(mutant->name),
                       [mutant](lease::Clock& clock, lease::IdSource& ids) {
                         return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
                             mutant->make(clock, ids));
                       });
                 }};
}

std::expected<Backend, std::string> parse_postgres(const std::string& text) {
  const auto server = postgres_server(text);
  if (!server) return std::unexpected(server.error());
  return Backend{.name = text,
                 .make = [server = *server] { return PostgresSubjects::make(server); }};
}

std::expected<Backend, std::string> parse_model(const std::string& text) {
  const std::string_view name = std::string_view(text).substr(text.find(':') + 1);
  std::string names;
  for (const system::MutantInfo& info : system::all_mutants()) {
    if (info.name == name) {
      return Backend{.name = text, .make = [defect = info.mutant] -> Made {
                       return make_mutated_model_subject(defect);
                     }};
    }
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  return std::unexpected("unknown defect of the model \"" + std::string(name) +
                         "\"; expected one of: " + names);
}

}  // namespace

Backend make_disk_backend(const DiskBackend& disk) {
  std::string name = "disk:" + std::to_string(disk.seed) + ':' + std::to_string(disk.processes) +
                     ':' + to_text(disk.faults);
  if (disk.mutant != nullptr) name.append(":").append(disk.mutant->name);
  Faults allowed;
  allowed.disk = draw_disk_faults(disk.seed);
  if (disk.faults) leave_only(allowed, *disk.faults);
  return Backend{
      .name = name,
      .make = [options = DiskSubjectOptions{.name = name,
                                            .seed = disk.seed,
                                            .processes = disk.processes,
                                            .faults = allowed.disk},
               open = disk.mutant == nullptr
                          ? OpenRepository(lease::open_sqlite_repository)
                          : disk.mutant->open] { return make_disk_subject(options, open); }};
}

std::expected<Backend, std::string> parse_backend(const std::string& text,
                                                  std::chrono::milliseconds subject_timeout) {
  constexpr std::string_view sqlite_file = "sqlite:";
  constexpr std::string_view mutant = "mutant:";
  if (text == "memory") return Backend{.name = text, .make = make_memory};
  if (text == "sqlite") return Backend{.name = text, .make = make_temporary_sqlite};
  if (text == "model") {
    return Backend{.name = text, .make = []() -> Made { return make_model_subject(); }};
  }
  if (text.starts_with("model:")) return parse_model(text);
  if (is_postgres(text)) return parse_postgres(text);
  if (text.starts_with("disk:")) return parse_disk(text);
  if (text.starts_with("exec:")) return parse_program(text, subject_timeout);
  if (text.starts_with(mutant)) return parse_mutant(text.substr(mutant.size()));
  if (text.starts_with(sqlite_file) && text.size() > sqlite_file.size()) {
    const std::string path = text.substr(sqlite_file.size());
    return Backend{.name = text, .make = [path, is_ours = std::make_shared<bool>(false)] {
                     return make_sqlite_in(path, *is_ours);
                   }};
  }
  return std::unexpected(
      "unknown backend \"" + text +
      "\"; expected memory, sqlite, sqlite:FILE, postgres, postgres:CONNINFO, "
      "mutant:NAME, model, model:NAME, disk:SEED:PROCESSES:FAULTS or 'exec:PROGRAM ARGS'");
}

bool is_self_contained(std::string_view backend) {
  constexpr std::array whole{"memory", "sqlite", "model"};
  constexpr std::array beginnings{"model:", "mutant:", "disk:"};
  if (is_on_server(backend)) return false;
  return std::ranges::find(whole, backend) != whole.end() ||
         std::ranges::any_of(beginnings,
                             [&](const char* begin) { return backend.starts_with(begin); });
}

std::expected<Backend, std::string> recorded_backend(const std::string& name) {
  if (is_self_contained(name)) return parse_backend(name);
  return std::unexpected("it was recorded on \"" + name +
                         "\", and no trace alone runs a program or opens a file: name what it is "
                         "to be replayed on with --backend, for instance memory or sqlite");
}

std::optional<OpenRepository> storage_named(const std::string& backend) {
  constexpr std::string_view mutant = "mutant:";
  if (backend == "sqlite") return lease::open_sqlite_repository;
  if (!backend.starts_with(mutant)) return std::nullopt;
  const mutants::SqliteMutant* planted = mutants::find_sqlite_mutant(backend.substr(mutant.size()));
  return planted == nullptr ? std::nullopt : std::optional<OpenRepository>(planted->open);
}

}  // namespace leasecheck::sim
