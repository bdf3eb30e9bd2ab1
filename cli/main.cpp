#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace leasecheck::cli;
  CLI::App app{
      "Checks implementations of a lease repository: leases, heartbeats, reaping, retries.\n"
      "Exit codes: 0 held within the stated bounds, 1 violated, 2 usage or environment,\n"
      "3 inconclusive, 4 broken subject."};
  app.name("leasecheck");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  ExitCode exit_code = ExitCode::held;
  add_check(app, exit_code);
  add_simulate(app, exit_code);
  add_conform(app, exit_code);
  add_crash(app, exit_code);
  add_interleave(app, exit_code);
  add_replay(app, exit_code);
  add_explore(app, exit_code);
  add_margin(app, exit_code);
  add_graph(app, exit_code);
  add_museum(app, exit_code);
  add_mutants(app, exit_code);
  add_version(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = app.exit(error) == 0;
    return static_cast<int>(asked_for_help ? ExitCode::held : ExitCode::usage);
  } catch (const Stop& stop) {
    std::fprintf(stderr, "leasecheck: %s\n", stop.message.c_str());
    return static_cast<int>(stop.code);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "leasecheck: %s\n", error.what());
    return static_cast<int>(ExitCode::usage);
  }
  return static_cast<int>(exit_code);
}
