#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/subject/process.hpp"
#include "sim/subject/subject.hpp"
#include "traces/codec.hpp"

namespace leasecheck::sim {

/// One program that speaks the protocol (sim/subject/PROTOCOL.md), request by request: it numbers
/// and frames them and checks that what comes back is an answer to the last one. After the first
/// thing that the program does wrong it is gone, and every request is answered with what that was.
/// Thread: one thread.
class ProtocolClient {
 public:
  explicit ProtocolClient(Process::Options program) : program_(std::move(program)) {}

  /// Starts the program, in the place of one that runs.
  /// Errors: it cannot be started.
  std::expected<void, BrokenSubject> start();

  /// Says hello. Returns: what the program says of itself.
  std::expected<traces::Json, BrokenSubject> hello();

  /// Sends a request and waits for its answer, with "ok" or with an error of the contract.
  std::expected<traces::Json, BrokenSubject> ask(std::string_view operation, model::Time now = {},
                                                 std::string_view args = "{}");

  /// Sends a request and kills the program after this long, or as soon as it says something.
  std::expected<void, BrokenSubject> ask_and_kill(std::string_view operation, model::Time now,
                                                  std::string_view args,
                                                  std::chrono::microseconds delay);

  /// The program has done something wrong, `what` says what; it is ended.
  std::unexpected<BrokenSubject> broken(std::string what);

  [[nodiscard]] const std::optional<BrokenSubject>& error() const { return error_; }

  void kill() { process_->kill(); }
  void end_input() { process_->end_input(); }

 private:
  void write_request(std::string_view operation, model::Time now, std::string_view args);
  std::expected<traces::Json, BrokenSubject> exchange(std::uint64_t id);

  Process::Options program_;
  std::optional<Process> process_;
  std::optional<BrokenSubject> error_;
  std::uint64_t requests_ = 0;
  std::string last_request_;
};

/// A document as messages show it: its text, at most a thousand bytes of it.
[[nodiscard]] std::string excerpt_of(const traces::Json& json);

}  // namespace leasecheck::sim
