#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/commands/storage_command.hpp"
#include "cli/interruption.hpp"
#include "cli/report/text.hpp"
#include "sim/postgres/session_losses.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "sim/storage/crash_matrix.hpp"

namespace leasecheck::cli {
namespace {

struct CrashOptions {
  StorageOptions storage;
  std::string backend = "sqlite";
  sim::CrashMatrixOptions matrix;
};

constexpr StorageSearch crash{
    .name = "crash", .part = "point", .example = "two_leased/reap or leased/open"};

std::expected<std::optional<sim::Finding>, std::string> run_case(sim::CrashMatrix& matrix,
                                                                 const sim::CrashCase& subject,
                                                                 const StorageOptions& options) {
  if (options.replay.empty()) return matrix.search(subject);
  const auto point = sim::crash_point_from_text(options.replay);
  if (!point) {
    throw Stop{
        fmt::format("--point {}: expected for instance power_loss@12:kkl, kill@3, "
                    "io_error@7, disk_full@7, sync_forgotten@9 or file_replaced@1",
                    options.replay)};
  }
  return matrix.replay(subject, *point);
}

std::string device_flags(const sim::Device& device) {
  const sim::Device usual;
  std::string flags;
  if (device.sector_size != usual.sector_size) {
    flags += fmt::format("--sector-size {} ", device.sector_size);
  }
  if (device.atomic_writes) flags += "--atomic-writes ";
  if (device.safe_append) flags += "--safe-append ";
  if (device.sequential) flags += "--sequential ";
  if (!device.powersafe_overwrite) flags += "--torn-neighbours ";
  return flags;
}

StorageFinding finding_of(const CrashOptions& options, const std::string& name,
                          sim::Finding finding) {
  finding.reproduce = fmt::format("leasecheck crash {}{}", device_flags(options.matrix.device),
                                  flags_for(crash, options.storage, name, finding.reproduce));
  return {name, std::move(finding)};
}

std::optional<StorageFinding> search_all(const CrashOptions& options, sim::CrashMatrix& matrix) {
  const auto cases = chosen_cases(crash, options.storage, sim::crash_cases());
  Progress progress;
  for (const sim::CrashCase& subject : cases) {
    if (is_interrupted()) break;
    progress.show(fmt::format("crash: {} of {} cases, {} power losses, {}", matrix.count().cases,
                              cases.size(), grouped(matrix.count().power_losses),
                              sim::name_of(subject)));
    auto found = run_case(matrix, subject, options.storage);
    if (!found) throw Stop{found.error(), ExitCode::broken};
    if (*found) return finding_of(options, sim::name_of(subject), *std::move(*found));
  }
  return std::nullopt;
}

ExitCode run_on_disk(const CrashOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  sim::CrashMatrixOptions bounds = options.matrix;
  bounds.checkpoint_pages = checkpoint_pages_of(options.storage);
  sim::CrashMatrix matrix(chosen_storage(options.storage, mutants::Search::crash), bounds);
  prepare_directory("--trace-dir", options.storage.trace_directory);
  auto found = search_all(options, matrix);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
  const sim::CrashCount count = matrix.count();
  return print_result(
      crash, options.storage,
      {.figures = {{"cases", count.cases},
                   {"calls", count.calls},
                   {"power_losses", count.power_losses},
                   {"disks", count.disks},
                   {"kills", count.kills},
                   {"failed_calls", count.failures},
                   {"files_replaced", count.replacements},
                   {"seconds", passed.count()}},
       .words = fmt::format(
           "cases         {}\ncrash points  {}\npower losses  {}, leaving {} different disks\n"
           "kills         {}\nfailed calls  {}\nreplacements  {}\ntime          {:.1f} s\n",
           grouped(count.cases), grouped(count.calls), grouped(count.power_losses),
           grouped(count.disks), grouped(count.kills), grouped(count.failures),
           grouped(count.replacements), passed.count()),
       .found = std::move(found),
       .ended_early = is_interrupted() ? "interrupted" : ""});
}

using Found = std::expected<std::optional<sim::Finding>, std::string>;

Found run_case(sim::SessionLosses& losses, const sim::InterleaveCase& subject,
               const StorageOptions& options) {
  if (options.replay.empty()) return losses.search(subject);
  const auto loss = sim::session_loss_from_text(options.replay);
  if (loss) return losses.replay(subject, *loss);
  throw Stop{fmt::format("--point {}: expected for instance session_lost@3 or answer_lost@5",
                         options.replay)};
}

ExitCode run_on_server(const CrashOptions& options) {
  if (options.storage.checkpoint_pages) {
    throw Stop{"--checkpoint-pages is for SQLite, not for PostgreSQL"};
  }
  const sim::OpenOnServer open = chosen_on_server(crash, options.storage);
  const auto began = std::chrono::steady_clock::now();
  const auto cases = chosen_cases(crash, options.storage, sim::session_loss_cases());
  const auto server = sim::postgres_server(options.backend);
  if (!server) throw Stop{server.error()};
  auto losses = sim::SessionLosses::make(*server, open);
  if (!losses) throw Stop{losses.error(), ExitCode::broken};
  prepare_directory("--trace-dir", options.storage.trace_directory);
  std::optional<StorageFinding> found;
  Progress progress;
  for (const sim::InterleaveCase& subject : cases) {
    if (is_interrupted() || found) break;
    progress.show(fmt::format("crash: {} of {} cases, {} sessions lost, {}",
                              (*losses)->count().cases, cases.size(),
                              grouped((*losses)->count().losses), sim::name_of(subject)));
    auto wrong = run_case(**losses, subject, options.storage);
    if (!wrong) throw Stop{wrong.error(), ExitCode::broken};
    if (*wrong) found = finding_of(options, sim::name_of(subject), *std::move(*wrong));
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
  const sim::SessionLossCount count = (*losses)->count();
  return print_result(
      crash, options.storage,
      {.figures = {{"cases", count.cases},
                   {"sessions_lost", count.losses},
                   {"repeats", count.repeats},
                   {"unknown", count.unknown},
                   {"seconds", passed.count()}},
       .words = fmt::format("cases          {}\nsessions lost  {}, in two ways at each statement\n"
                            "repeats        {} operations were carried out again\n"
                            "unknown        {} answers leave open what has happened\n"
                            "time           {:.1f} s\n",
                            grouped(count.cases), grouped(count.losses), grouped(count.repeats),
                            grouped(count.unknown), passed.count()),
       .found = std::move(found),
       .ended_early = is_interrupted() ? "interrupted" : ""});
}

ExitCode run(CrashOptions& options) {
  if (options.backend == "sqlite") return run_on_disk(options);
  if (!sim::is_postgres(options.backend)) {
    throw Stop{fmt::format("--backend {}: expected sqlite, postgres or postgres:CONNINFO",
                           options.backend)};
  }
  options.storage.program = options.backend;
  return run_on_server(options);
}

}  // namespace

void add_crash(CommandLine& program) {
  Command command = program.add(
      "crash",
      "Crash the SQLite backend at every call of the disk, lose every subset of unsynced "
      "writes, and compare what is left with the model; on PostgreSQL, lose the session at every "
      "statement");
  auto options = std::make_shared<CrashOptions>();
  add_storage_options(command, options->storage);
  command
      .option(
          "--backend", options->backend,
          "sqlite, on a simulated disk; or postgres or postgres:CONNINFO, whose sessions end at "
          "every statement")
      .placeholder("BACKEND")
      .show_default();
  sim::CrashMatrixOptions& matrix = options->matrix;
  command
      .option("--exhaustive", matrix.exhaustive_fragments,
              "Try every subset of so many unsynced fragments; of more, the simple ones")
      .between(0, 16)
      .show_default();
  command.option("--sector-size", matrix.device.sector_size, "Bytes that are lost together")
      .one_of({512, 1024, 2048, 4096})
      .show_default();
  command.flag("--atomic-writes", matrix.device.atomic_writes,
               "The device keeps or loses a write as a whole");
  command.flag("--safe-append", matrix.device.safe_append,
               "The device never grows a file over what was not written");
  command.flag("--sequential", matrix.device.sequential, "The device writes in order");
  command.flag("!--torn-neighbours", matrix.device.powersafe_overwrite,
               "A torn write spoils the rest of its sector too");
  command
      .option("--point", options->storage.replay,
              "Only this point of the case: what happens, before which call, and to which "
              "unsynced fragments")
      .placeholder("POINT");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
