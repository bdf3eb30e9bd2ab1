#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sim/subject/subject_decorator.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {

/// The call as an unrelated client makes it, whose clock shows what the operation needs.
[[nodiscard]] traces::Call call_of_client(const model::Action& action);

/// Writes each call to `FILE.part` before the subject makes it, so that a test program that dies in
/// a call leaves a trace whose last line is that call. Everything up to a reset is forgotten, since
/// the repository is empty after it; the file goes with this object.
class RecordedSubject final : public SubjectDecorator {
 public:
  /// Pre: the subject is empty.
  RecordedSubject(std::unique_ptr<Subject> subject, std::filesystem::path file, traces::Head head);
  ~RecordedSubject() override;

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override;

 private:
  [[nodiscard]] std::expected<void, std::string> record(const model::Action& action);

  std::filesystem::path file_;
  traces::Head head_;
  std::optional<traces::Writer> writer_;  ///< none before the first call
  std::uint64_t steps_ = 0;
};

/// Makes a trace with a verdict of a `FILE.part` that an earlier program left when it died.
/// Returns: the name of the trace, FILE with `.died` before its ending; nothing if there is none.
[[nodiscard]] std::optional<std::filesystem::path> recover_trace(const std::filesystem::path& file);

}  // namespace leasecheck::sim
