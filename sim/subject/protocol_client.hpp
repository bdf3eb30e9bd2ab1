#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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
  /// Whether others work on the same store at the same time.
  enum class Mode : std::uint8_t { alone, among_others };

  /// A yield point, where the program waits until it is told to go on.
  struct YieldPoint {
    std::string at;      ///< in the program's own words
    bool waits = false;  ///< it cannot go on before another program has done something
  };
  struct Silence {};
  using Said = std::variant<traces::Json, YieldPoint, Silence>;

  explicit ProtocolClient(Process::Options program) : program_(std::move(program)) {}

  /// Starts the program, in the place of one that runs.
  /// Errors: it cannot be started.
  std::expected<void, BrokenSubject> start();

  /// Says hello; `mode` says whether the program may stop at yield points.
  /// Returns: what the program says of itself.
  std::expected<traces::Json, BrokenSubject> hello(Mode mode = Mode::alone);

  /// Sends a request and waits for its answer, with "ok" or with an error of the contract.
  std::expected<traces::Json, BrokenSubject> ask(std::string_view operation, model::Time now = {},
                                                 std::string_view args = "{}");

  /// Sends a request and waits for nothing: `listen` tells what comes of it.
  std::expected<void, BrokenSubject> begin(std::string_view operation, model::Time now,
                                           std::string_view args);

  /// What the program says next to the request that was begun.
  std::expected<Said, BrokenSubject> listen(std::chrono::milliseconds patience);

  /// Lets a program go on that has stopped at a yield point.
  std::expected<void, BrokenSubject> go_on();

  /// Sends a request and kills the program after this long, or as soon as it says something.
  std::expected<void, BrokenSubject> ask_and_kill(std::string_view operation, model::Time now,
                                                  std::string_view args,
                                                  std::chrono::microseconds delay);

  /// The program has done something wrong, `what` says what; it is ended.
  std::unexpected<BrokenSubject> broken(std::string what);

  [[nodiscard]] const std::optional<BrokenSubject>& error() const { return error_; }

  /// Readable when the program has said something. Pre: it runs.
  [[nodiscard]] int output() const { return process_->output(); }

  void kill() { process_->kill(); }
  void end_input() { process_->end_input(); }

 private:
  void write_request(std::string_view operation, model::Time now, std::string_view args);
  std::expected<traces::Json, BrokenSubject> exchange(std::uint64_t id);
  /// What a line says that belongs to this request.
  std::expected<traces::Json, BrokenSubject> read(const std::string& text, std::uint64_t id);
  std::expected<void, BrokenSubject> check_answer(const traces::Json& answer,
                                                  const std::string& text);
  std::expected<void, BrokenSubject> check_error(const traces::Json& answer);

  Process::Options program_;
  std::optional<Process> process_;
  std::optional<BrokenSubject> error_;
  std::uint64_t requests_ = 0;
  std::string last_request_;
};

/// The environment with `SUBJECT_DIR` for this directory.
[[nodiscard]] std::vector<std::string> with_subject_directory(std::vector<std::string> environment,
                                                              const std::string& directory);

/// A document as messages show it: its text, at most a thousand bytes of it.
[[nodiscard]] std::string excerpt_of(const traces::Json& json);

}  // namespace leasecheck::sim
