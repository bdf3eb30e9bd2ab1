#include "sim/kit/recorded_subject.hpp"

#include <system_error>
#include <utility>

#include "traces/reader.hpp"

namespace leasecheck::sim {
namespace {

std::filesystem::path part_of(const std::filesystem::path& file) {
  return file.string() + ".part";
}

/// What the caller's own clock must have shown for the call to be made as it should be.
model::Time clock_of(const model::Action& action) {
  const auto* reap = std::get_if<model::ExpireLeasesAndRequeue>(&action.operation);
  return reap == nullptr ? action.now : reap->stale_before;
}

}  // namespace

traces::Call call_of_client(const model::Action& action) {
  return {.actor = "client", .actor_clock = clock_of(action), .action = action};
}

RecordedSubject::RecordedSubject(std::unique_ptr<Subject> subject, std::filesystem::path file,
                                 traces::Head head)
    : SubjectDecorator(std::move(subject)), file_(std::move(file)), head_(std::move(head)) {}

RecordedSubject::~RecordedSubject() {
  std::error_code ignored;  // a file that was never written is not there to be removed
  if (writer_) std::filesystem::remove(part_of(file_), ignored);
}

std::expected<Reply, BrokenSubject> RecordedSubject::call(const model::Action& action) {
  if (auto recorded = record(action); !recorded) {
    return std::unexpected(BrokenSubject{recorded.error()});
  }
  return SubjectDecorator::call(action);
}

std::expected<void, std::string> RecordedSubject::record(const model::Action& action) {
  if (!writer_ || std::holds_alternative<model::Reset>(action.operation)) {
    auto writer = traces::Writer::open(file_, head_);
    if (!writer) return std::unexpected(writer.error());
    writer_ = *std::move(writer);
    steps_ = 0;
  }
  return writer_->write({.number = ++steps_, .true_time = {}, .what = call_of_client(action)});
}

std::optional<std::filesystem::path> recover_trace(const std::filesystem::path& file) {
  const auto trace = traces::read_file(part_of(file));
  if (!trace) return std::nullopt;
  std::filesystem::path recovered = file;
  recovered.replace_extension(".died" + file.extension().string());
  if (!traces::write_file(recovered, *trace)) return std::nullopt;
  std::error_code ignored;
  std::filesystem::remove(part_of(file), ignored);
  return recovered;
}

}  // namespace leasecheck::sim
