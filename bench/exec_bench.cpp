// Requests a second that the harness makes to a subject that answers at once: everything on its
// side of the pipe, from the model's action to the model's answer. Its peer, in turns with it, is
// the floor: the same program, asked with the same bytes by a loop of write and read that builds,
// reads and guards nothing.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sim/subject/exec_subject.hpp"

extern char** environ;

namespace leasecheck {
namespace {

constexpr int rounds = 15;
constexpr int requests = 20'000;

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

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// What each round took, of one of the two.
struct Figures {
  std::vector<double> rates;        ///< requests/s
  std::vector<double> cpu_us_each;  ///< this process's own, user and system, per request

  void measure(auto&& ask) {
    const double cpu_before = cpu_seconds();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < requests; ++i) ask();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    rates.push_back(requests / took.count());
    cpu_us_each.push_back((cpu_seconds() - cpu_before) * 1e6 / requests);
  }

  void print(const char* who) const {
    std::printf("%-12s %8.0f %12.0f %12.1f\n", who, std::ranges::max(rates), median(rates),
                median(cpu_us_each));
  }

  static double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
};

void run() {
  auto subject = sim::make_exec_subject({.name = "echo",
                                         .words = {LEASECHECK_ECHO_SUBJECT, "echo"},
                                         .directory = {},
                                         .timeout = std::chrono::seconds(10)});
  if (!subject) give_up(subject.error().message.c_str());
  const model::Action action{
      .now = model::at_ms(1'767'225'600'000),
      .operation = model::HeartbeatLease{.lease_id = "L1",
                                         .heartbeat_at = model::at_ms(1'767'225'600'000),
                                         .lease_expires_at = model::at_ms(1'767'225'630'000)}};
  RawPeer peer;
  Figures raw;
  Figures ours;
  for (int round = 0; round < rounds; ++round) {
    raw.measure([&] { peer.ask(); });
    ours.measure([&] {
      if (const auto reply = (*subject)->call(action); !reply) {
        give_up(reply.error().message.c_str());
      }
    });
  }
  std::printf("%d rounds of %d requests each, in turns\n", rounds, requests);
  std::printf("%-12s %8s %12s %12s\n", "requests/s", "best", "median", "own cpu, us");
  raw.print("raw pipe");
  ours.print("leasecheck");
  std::printf("share of the raw pipe's speed: %.2f at best, %.2f in the median\n",
              std::ranges::max(ours.rates) / std::ranges::max(raw.rates),
              Figures::median(ours.rates) / Figures::median(raw.rates));
}

}  // namespace
}  // namespace leasecheck

int main() {
  leasecheck::run();
}
