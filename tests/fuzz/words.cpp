// The words of schedules, of crash points and of command lines: what is taken is written alike.
#include "sim/scheduler/task_scheduler.hpp"
#include "sim/storage/crash_matrix.hpp"
#include "sim/subject/process.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto decisions = sim::decisions_from_text(text)) {
    fuzz::expect(sim::decisions_from_text(sim::to_text(*decisions)) == decisions,
                 "a schedule is written as it is read");
  }
  if (const auto point = sim::crash_point_from_text(text)) {
    const auto again = sim::crash_point_from_text(sim::to_text(*point));
    fuzz::expect(again && again->event == point->event && again->call == point->call &&
                     again->write_outcomes == point->write_outcomes,
                 "a crash point is written as it is read");
  }
  if (const auto words = sim::split_words(text)) fuzz::expect(!words->empty(), "some word");
  return 0;
}
