// A trace on the simulated disk, with its schedule or its crash, is run again on SQLite.
#include "lease/sqlite.hpp"
#include "sim/storage/disk_trace.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/lines_mutator.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"

const char* const leasecheck::fuzz::line_number_key = "\"i\":";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  const auto trace = traces::read_text(fuzz::text_of(data, size), "input");
  if (!trace || !traces::is_disk_trace(*trace) || trace->steps.size() > 60) return 0;
  const auto verdict = sim::replay_on_disk(*trace, lease::open_sqlite_repository);
  fuzz::expect(!verdict || verdict->result == traces::Result::held,
               "what ships holds under any schedule and any crash");
  return 0;
}
