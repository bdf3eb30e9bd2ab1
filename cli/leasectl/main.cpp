#include "cli/leasectl/queue.hpp"
#include "cli/output.hpp"

int main(int argc, char** argv) {
  using namespace leasecheck;
  cli::open_standard_streams();
  cli::name_program("leasectl");
  cli::CommandLine program(
      "leasectl",
      "Looks at queues of the lease library, and changes what an operator may.\n"
      "Exit codes: 0 done, 1 refused or damaged, 2 usage or environment, 70 internal error.");
  leasectl::add_stats(program);
  leasectl::add_list(program);
  leasectl::add_show(program);
  leasectl::add_dead_letters(program);
  leasectl::add_replay(program);
  leasectl::add_cancel(program);
  leasectl::add_prune(program);
  leasectl::add_migrate(program);
  leasectl::add_backup(program);
  leasectl::add_check(program);
  leasectl::add_log(program);
  return static_cast<int>(cli::said(program.run(argc, argv)));
}
