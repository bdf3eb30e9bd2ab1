#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/render.hpp"
#include "cli/storage.hpp"
#include "sim/disk_trace.hpp"
#include "sim/durability.hpp"

namespace leasecheck::cli {
namespace {

struct CrashOptions {
  StorageOptions storage;
  sim::CrashMatrixOptions matrix;
};

struct Searched {
  sim::CrashCount count;
  std::optional<sim::CrashFinding> finding;
  std::string trace_file;
  double seconds = 0;
};

std::vector<sim::CrashCase> chosen_cases(const StorageOptions& options) {
  std::vector<sim::CrashCase> cases = sim::crash_cases();
  if (options.only_case.empty()) {
    if (!options.replay.empty()) throw Stop{"--point needs the --case that it is of"};
    return cases;
  }
  std::erase_if(cases, [&](const sim::CrashCase& subject) {
    return sim::name_of(subject) != options.only_case;
  });
  if (cases.empty()) {
    throw Stop{fmt::format("--case {}: no such case; for instance two_leased/reap or leased/open",
                           options.only_case)};
  }
  return cases;
}

std::expected<std::optional<sim::CrashFinding>, std::string> run_case(
    sim::CrashMatrix& matrix, const sim::CrashCase& subject, const StorageOptions& options) {
  if (options.replay.empty()) return matrix.search(subject);
  const auto point = sim::crash_point_from_text(options.replay);
  if (!point) {
    throw Stop{
        fmt::format("--point {}: expected for instance power_loss@12:kkl, kill@3, "
                    "io_error@7 or disk_full@7",
                    options.replay)};
  }
  return matrix.replay(subject, *point);
}

Searched search_all(const CrashOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<sim::CrashCase> cases = chosen_cases(options.storage);
  sim::CrashMatrix matrix(chosen_storage(options.storage, mutants::Search::crash), options.matrix);
  Searched searched;
  Progress progress;
  for (const sim::CrashCase& subject : cases) {
    progress.show(fmt::format("crash: {} of {} cases, {} power losses, {}", matrix.count().cases,
                              cases.size(), grouped(matrix.count().power_losses),
                              sim::name_of(subject)));
    auto found = run_case(matrix, subject, options.storage);
    if (!found) throw Stop{found.error(), ExitCode::broken};
    if (!*found) continue;
    searched.finding = *std::move(found);
    searched.trace_file =
        write_disk_trace(options.storage, searched.finding->subject,
                         sim::trace_of(subject, options.matrix.device, *searched.finding,
                                       backend_name(options.storage)));
    break;
  }
  searched.count = matrix.count();
  searched.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return searched;
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

// The point itself, to be tried with other flags.
std::string again_words(const CrashOptions& options, const sim::CrashFinding& finding) {
  return fmt::format("leasecheck crash {}{} --point {}", device_flags(options.matrix.device),
                     flags_for(options.storage, finding.subject), sim::to_text(finding.point));
}

void print_json(const CrashOptions& options, const Searched& searched) {
  nlohmann::ordered_json document{{"result", searched.finding ? "violated" : "held"},
                                  {"cases", searched.count.cases},
                                  {"calls", searched.count.calls},
                                  {"power_losses", searched.count.power_losses},
                                  {"disks", searched.count.disks},
                                  {"kills", searched.count.kills},
                                  {"failed_calls", searched.count.failures},
                                  {"seconds", searched.seconds}};
  if (searched.finding) {
    document["property"] = searched.finding->property;
    document["case"] = searched.finding->subject;
    document["message"] = searched.finding->message;
    document["again"] = again_words(options, *searched.finding);
    document["trace"] = searched.trace_file;
    document["replay"] = replay_command(searched.trace_file);
  }
  fmt::print("{}\n", document.dump(2));
}

void print(const CrashOptions& options, const Searched& searched) {
  fmt::print("crash {}: {}\n", options.storage.mutant.empty() ? "sqlite" : options.storage.mutant,
             searched.finding ? "violated" : "held");
  fmt::print(
      "cases         {}\ncrash points  {}\npower losses  {}, leaving {} different disks\n"
      "kills         {}\n"
      "failed calls  {}\ntime          {:.1f} s\n",
      grouped(searched.count.cases), grouped(searched.count.calls),
      grouped(searched.count.power_losses), grouped(searched.count.disks),
      grouped(searched.count.kills), grouped(searched.count.failures), searched.seconds);
  if (!searched.finding) return;
  fmt::print("{} on {}: {}\nthe point alone: {}\n{}\n", searched.finding->property,
             searched.finding->subject, searched.finding->message,
             again_words(options, *searched.finding), replay_command(searched.trace_file));
}

}  // namespace

void add_crash(CommandLine& program) {
  Command command = program.add(
      "crash",
      "Crash the SQLite backend at every call of the disk, lose every subset of unsynced "
      "writes, and compare what is left with the model");
  auto options = std::make_shared<CrashOptions>();
  add_storage_options(command, options->storage);
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
  command.runs([options] {
    const Searched searched = search_all(*options);
    options->storage.json ? print_json(*options, searched) : print(*options, searched);
    return searched.finding ? ExitCode::violated : ExitCode::held;
  });
}

}  // namespace leasecheck::cli
