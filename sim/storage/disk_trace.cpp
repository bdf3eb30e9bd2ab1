#include "sim/storage/disk_trace.hpp"

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "sim/concurrency/case_trace_recorder.hpp"
#include "sim/concurrency/recorded_case.hpp"
#include "sim/storage/crash_matrix.hpp"
#include "sim/storage/interleaver.hpp"

namespace leasecheck::sim {
namespace {

using traces::DiskEvent;

using Options = std::map<std::string, std::int64_t>;

std::int64_t option(const Options& config, const char* name, std::int64_t otherwise) {
  const auto found = config.find(name);
  return found == config.end() ? otherwise : found->second;
}

std::expected<Device, std::string> device_of(const Options& config) {
  const Device usual;
  const std::int64_t sector_size = option(config, "sector_size", usual.sector_size);
  if (sector_size < 512 || sector_size > 65'536 || (sector_size & (sector_size - 1)) != 0) {
    return std::unexpected("config.sector_size: expected a power of two from 512 to 65536");
  }
  return Device{.sector_size = static_cast<std::uint32_t>(sector_size),
                .atomic_writes = option(config, "atomic_writes", 0) != 0,
                .safe_append = option(config, "safe_append", 0) != 0,
                .sequential = option(config, "sequential", 0) != 0,
                .powersafe_overwrite = option(config, "powersafe_overwrite", 1) != 0};
}

std::expected<std::uint32_t, std::string> checkpoint_pages_of(const Options& config) {
  constexpr std::int64_t most = 1'000'000;
  const std::int64_t pages =
      option(config, "checkpoint_pages", lease::SqliteOptions::default_checkpoint_pages);
  if (pages >= 1 && pages <= most) return static_cast<std::uint32_t>(pages);
  return std::unexpected("config.checkpoint_pages: expected 1 to " + std::to_string(most));
}

std::expected<traces::Verdict, std::string> replay_crash(const RecordedCase& recorded,
                                                         const Options& config,
                                                         const OpenRepository& open) {
  const auto point = crash_point_from_text(recorded.event.text);
  if (!point) return std::unexpected("\"" + recorded.event.text + "\" is no point of a crash");
  const auto device = device_of(config);
  if (!device) return std::unexpected(device.error());
  const auto pages = checkpoint_pages_of(config);
  if (!pages) return std::unexpected(pages.error());
  const std::vector<SmallOperation>& operations = recorded.operations;
  if (operations.size() > 1) return std::unexpected("a crash meets one operation");
  CrashCase subject;
  if (option(config, existed_option, 1) != 0) subject.prior = recorded.prior;
  if (!operations.empty()) subject.operation = operations.front();
  if (!subject.prior && (subject.operation || !recorded.prior.actions.empty())) {
    return std::unexpected("a repository that did not exist has operations");
  }
  const CrashMatrixOptions options{.device = *device, .checkpoint_pages = *pages};
  const auto found = CrashMatrix(open, options).replay(subject, *point, Match::nearest);
  if (!found) return std::unexpected(found.error());
  return verdict_of(recorded, *found);
}

std::expected<traces::Verdict, std::string> replay_schedule(const RecordedCase& recorded,
                                                            const Options& config,
                                                            const OpenRepository& open) {
  const auto schedule = schedule_of(recorded);
  if (!schedule) return std::unexpected(schedule.error());
  const auto pages = checkpoint_pages_of(config);
  if (!pages) return std::unexpected(pages.error());
  const auto processes = static_cast<std::uint32_t>(schedule->subject.operations.size());
  auto interleaver = Interleaver::make(open, {.processes = processes, .checkpoint_pages = *pages});
  if (!interleaver) return std::unexpected(interleaver.error());
  const auto found = (*interleaver)->replay(schedule->subject, schedule->decisions, Match::nearest);
  if (!found) return std::unexpected(found.error());
  return verdict_of(recorded, *found);
}

}  // namespace

std::expected<traces::Verdict, std::string> replay_on_disk(const traces::Trace& trace,
                                                           const OpenRepository& open) {
  const auto recorded = recorded_case(trace);
  if (!recorded) return std::unexpected(recorded.error());
  switch (recorded->event.kind) {
    case DiskEvent::Kind::schedule:
      return replay_schedule(*recorded, trace.head.config, open);
    case DiskEvent::Kind::mishap:
      return replay_crash(*recorded, trace.head.config, open);
  }
  std::unreachable();
}

}  // namespace leasecheck::sim
