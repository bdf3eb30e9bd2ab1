// Requests a second that the harness makes to a subject that answers at once: everything on its
// side of the pipe, from the model's action to the model's answer.
#include <chrono>
#include <cstdio>

#include "sim/exec_subject.hpp"

int main() {
  using namespace leasecheck;
  auto subject = sim::make_exec_subject({.name = "echo",
                                         .words = {LEASECHECK_ECHO_SUBJECT, "echo"},
                                         .directory = {},
                                         .timeout = std::chrono::seconds(10)});
  if (!subject) {
    std::fprintf(stderr, "exec_bench: %s\n", subject.error().message.c_str());
    return 1;
  }
  constexpr int requests = 200'000;
  const model::Action action{
      .now = model::at_ms(1'767'225'600'000),
      .operation = model::HeartbeatLease{.lease_id = "L1",
                                         .heartbeat_at = model::at_ms(1'767'225'600'000),
                                         .lease_expires_at = model::at_ms(1'767'225'630'000)}};
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < requests; ++i) {
    if (const auto reply = (*subject)->call(action); !reply) {
      std::fprintf(stderr, "exec_bench: %s\n", reply.error().message.c_str());
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%d requests in %.2f s: %.0f requests/s\n", requests, took.count(),
              requests / took.count());
}
