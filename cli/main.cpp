#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "sim/cleanup.hpp"

int main(int argc, char** argv) {
  using namespace leasecheck::cli;
  open_standard_streams();
  remember_interruptions();
  leasecheck::sim::cleanup::begin();
  CommandLine program(
      "leasecheck",
      "Checks implementations of a lease repository: leases, heartbeats, reaping, retries.\n"
      "Exit codes: 0 held within the stated bounds, 1 violated, 2 usage or environment,\n"
      "3 inconclusive (or interrupted), 4 broken subject, 70 internal error.");
  add_check(program);
  add_simulate(program);
  add_campaign(program);
  add_conform(program);
  add_profile(program);
  add_crash(program);
  add_interleave(program);
  add_replay(program);
  add_shrink(program);
  add_explain(program);
  add_show(program);
  add_convert(program);
  add_validate(program);
  add_explore(program);
  add_margin(program);
  add_graph(program);
  add_museum(program);
  add_mutants(program);
  add_new_adapter(program);
  add_version(program);
  const ExitCode end = program.run(argc, argv);
  leasecheck::sim::cleanup::end();
  return static_cast<int>(said(end));
}
