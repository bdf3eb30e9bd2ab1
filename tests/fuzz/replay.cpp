// A trace that can be read is run again: on the library and on the model alike, to the same end.
#include "sim/oracle/replay.hpp"

#include "lease/memory.hpp"
#include "sim/subject/subject.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/lines_mutator.hpp"
#include "traces/reader.hpp"

const char* const leasecheck::fuzz::line_number_key = "\"i\":";

namespace {

using namespace leasecheck;

std::unique_ptr<sim::Subject> make_memory() {
  auto subject = sim::make_repository_subject(
      "memory",
      [](lease::Clock& clock,
         lease::IdSource& ids) -> lease::Result<std::unique_ptr<lease::AttemptRepository>> {
        return lease::make_memory_repository(clock, ids);
      });
  fuzz::expect(subject.has_value(), "a memory repository can be made");
  return *std::move(subject);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto trace = traces::read_text(fuzz::text_of(data, size), "input");
  if (!trace || trace->steps.size() > 400) return 0;
  const auto on_memory = sim::rerun(*trace, *make_memory());
  const auto on_model = sim::rerun(*trace, *sim::make_model_subject());
  fuzz::expect(on_memory.has_value() == on_model.has_value(), "both refuse the trace or neither");
  if (on_memory) fuzz::expect(on_memory->steps == on_model->steps, "both answer alike");
  return 0;
}
