// A trace of a violation is made shorter on the planted defect that it names: never longer, and
// never to another property.
#include "lease/attempt_repository.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/oracle/shrink.hpp"
#include "sim/subject/subject.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/lines_mutator.hpp"
#include "traces/reader.hpp"

const char* const leasecheck::fuzz::line_number_key = "\"i\":";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  auto trace = traces::read_text(fuzz::text_of(data, size), "input");
  constexpr std::string_view planted = "mutant:";
  if (!trace || !trace->head.backend.starts_with(planted) || trace->steps.size() > 200) return 0;
  const auto* mutant = mutants::find_mutant(trace->head.backend.substr(planted.size()));
  if (mutant == nullptr) return 0;
  const auto make = [mutant] { return sim::make_repository_subject("mutant", mutant->make); };
  const traces::Trace least =
      sim::shrink(*trace, make, {.most_runs = 200, .most_steps = 6'000}).trace;
  fuzz::expect(least.steps.size() <= trace->steps.size(), "a reduced trace is no longer");
  fuzz::expect(least.verdict.property == trace->verdict.property || *trace == least,
               "a reduced trace violates the same property");
  return 0;
}
