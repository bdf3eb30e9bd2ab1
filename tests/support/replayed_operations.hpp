#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lease/memory.hpp"
#include "lease/recording_repository.hpp"
#include "lease/sqlite.hpp"
#include "sim/subject/operation_mapping.hpp"
#include "tests/support/temporary_directory.hpp"
#include "traces/codec.hpp"

/// What a log of operations says, carried out again.
namespace leasecheck::tests {

/// The lines of a log as JSON. Throws where one is none.
[[nodiscard]] inline std::vector<traces::Json> lines_in(const std::string& text) {
  std::vector<traces::Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    auto json = traces::parse_json(line);
    if (!json) throw std::runtime_error(line + ": " + json.error());
    lines.push_back(*std::move(json));
  }
  return lines;
}

/// Carries out the lines of the phase `done` on an empty repository in memory, whose clock and
/// lease ids are those of the log.
class ReplayedOperations {
 public:
  explicit ReplayedOperations(const std::string& lines)
      : log_(lease::OperationLog::open(file(), clock_).value()),
        memory_(lease::make_memory_repository(clock_, ids_)) {
    lease::RecordingRepository recording(*memory_, *log_);
    for (const traces::Json& line : lines_in(lines)) carry_out(recording, line);
    compare(lines_in(lines), lines_in(text_of(file())));
  }

  [[nodiscard]] lease::Snapshot snapshot() { return memory_->snapshot().value(); }

  /// What was answered otherwise than the log says, line by line.
  [[nodiscard]] const std::string& differences() const { return differences_; }

 private:
  struct ShownClock final : lease::Clock {
    [[nodiscard]] lease::Time now() override { return time; }
    lease::Time time{};
  };
  struct GivenIds final : lease::IdSource {
    [[nodiscard]] lease::LeaseId next_lease_id() override {
      if (left.empty()) return lease::LeaseId("none in the log");
      lease::LeaseId id(left.front());
      left.pop_front();
      return id;
    }
    std::deque<std::string> left;
  };

  [[nodiscard]] std::string file() const { return directory_.path() / "replayed.jsonl"; }

  static std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  void carry_out(lease::AttemptRepository& repository, const traces::Json& line) {
    auto operation = traces::operation_from_json(line.at("op").get<std::string>(), line.at("args"));
    if (!operation) throw std::runtime_error(line.dump() + ": " + operation.error());
    model::Action action{.now = {}, .operation = *std::move(operation)};
    if (line.contains("now")) action.now = model::at_ms(line["now"].get<std::int64_t>());
    clock_.time = action.now;
    ids_.left.clear();
    if (line.at("ret").contains("ok")) note_ids(line["ret"]["ok"]);
    sim::Handles no_handles;  // the log has the real ids
    static_cast<void>(sim::carry_out(repository, no_handles, action));
  }

  void note_ids(const traces::Json& answer) {
    if (answer.contains("lease_id")) ids_.left.push_back(answer["lease_id"]);
    if (!answer.contains("claims")) return;
    for (const auto& claim : answer["claims"]) ids_.left.push_back(claim["lease"]["lease_id"]);
  }

  void compare(const std::vector<traces::Json>& said, const std::vector<traces::Json>& written) {
    std::vector<traces::Json> answers;
    for (const traces::Json& line : written) {
      if (line.contains("ret")) answers.push_back(line["ret"]);
    }
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (i < answers.size() && said[i]["ret"] == answers[i]) continue;
      differences_ += said[i].dump() + "\n  " +
                      (i < answers.size() ? answers[i].dump() : std::string("no answer")) + "\n";
    }
  }

  TemporaryDirectory directory_;
  ShownClock clock_;
  GivenIds ids_;
  std::unique_ptr<lease::OperationLog> log_;
  std::unique_ptr<lease::AttemptRepository> memory_;
  std::string differences_;
};

/// The lines that a repository's file holds, which stay there, up to the first megabyte.
[[nodiscard]] inline lease::Result<std::string> recorded_in(const lease::SqliteOptions& options) {
  std::string lines;
  const auto left = [&lines](std::string_view some) -> lease::Result<void> {
    lines = some;
    return std::unexpected(lease::Error(lease::ErrorCode::unavailable, "they are to stay"));
  };
  const auto taken = lease::take_sqlite_operations(options, left);
  if (!taken && lines.empty()) return std::unexpected(taken.error());
  return lines;
}

}  // namespace leasecheck::tests
