// Requests a second that the harness makes to a subject that answers at once: everything on its
// side of the pipe, from the model's action to the model's answer. Its peer, in turns with it, is
// the floor: the same program, asked with the same bytes by a loop of write and read that builds,
// reads and guards nothing.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/in_turns.hpp"
#include "sim/subject/exec_subject.hpp"

extern char** environ;

namespace leasecheck::bench {
namespace {

[[noreturn]] void give_up(const char* message) {
  std::fprintf(stderr, "exec_bench: %s\n", message);
  std::exit(1);
}

/// The program with both ends of its pipes, as bare as it can be.
class RawPeer {
 public:
  RawPeer() {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) {
      give_up("no pipes");
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
    char program[] = LEASECHECK_ECHO_SUBJECT;
    char way[] = "echo";
    std::array<char*, 3> words{program, way, nullptr};
    if (::posix_spawn(&id_, program, &files, nullptr, words.data(), environ) != 0) {
      give_up("cannot start " LEASECHECK_ECHO_SUBJECT);
    }
    posix_spawn_file_actions_destroy(&files);
    ::close(to[0]);
    ::close(from[1]);
    write_ = to[1];
    read_ = from[0];
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() {
    ::close(write_);
    ::close(read_);
    ::waitpid(id_, nullptr, 0);
  }

  void ask() {
    constexpr std::string_view line =
        R"({"id":100000,"op":"heartbeat_lease","now":1767225600000,"args":{"lease_id":"L1",)"
        R"("heartbeat_at":1767225600000,"lease_expires_at":1767225630000}})"
        "\n";
    std::array<char, 4096> answer;
    if (::write(write_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::read(read_, answer.data(), answer.size()) <= 0) {
      give_up("the raw peer does not answer");
    }
  }

 private:
  pid_t id_ = -1;
  int write_ = -1;
  int read_ = -1;
};

constexpr int requests = 1'000;  ///< a turn

void requests_beside_a_bare_loop(benchmark::State& state) {
  auto subject = sim::make_exec_subject({.name = "echo",
                                         .words = {LEASECHECK_ECHO_SUBJECT, "echo"},
                                         .directory = {},
                                         .timeout = std::chrono::seconds(10)});
  if (!subject) return state.SkipWithError(subject.error().message.c_str());
  const model::Action action{
      .now = model::at_ms(1'767'225'600'000),
      .operation = model::HeartbeatLease{.lease_id = "L1",
                                         .heartbeat_at = model::at_ms(1'767'225'600'000),
                                         .lease_expires_at = model::at_ms(1'767'225'630'000)}};
  RawPeer peer;
  Seconds own = 0;
  const auto ask = [&] {
    for (int i = 0; i < requests; ++i) {
      if (const auto reply = (*subject)->call(action); !reply)
        give_up(reply.error().message.c_str());
    }
  };
  in_turns(
      state,
      [&] {
        const Seconds before = processor_clock();
        const Seconds took = seconds_of(wall_clock, ask);
        own += processor_clock() - before;
        return took;
      },
      [&] {
        return seconds_of(wall_clock, [&] {
          for (int i = 0; i < requests; ++i) peer.ask();
        });
      });
  const auto asked = static_cast<double>(state.iterations() * requests);
  state.SetItemsProcessed(state.iterations() * requests);
  state.counters["own_cpu_us"] = own * 1e6 / asked;
}
BENCHMARK(requests_beside_a_bare_loop)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(5);

}  // namespace
}  // namespace leasecheck::bench
