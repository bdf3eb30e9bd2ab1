// A trace file: the reader takes it or says why not, and what it takes is written and read alike.
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/lines_mutator.hpp"
#include "traces/printable.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

const char* const leasecheck::fuzz::line_number_key = "\"i\":";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  auto trace = traces::read_text(fuzz::text_of(data, size), "input");
  if (!trace) {
    fuzz::expect(trace.error().message.starts_with("input"), "a refusal names the file");
    return 0;
  }
  const auto again = traces::read_text(traces::to_text(*trace), "written");
  fuzz::expect(again.has_value(), "what is written can be read");
  // A message is for people and is written in words, whatever bytes it had.
  trace->verdict.message = traces::printable(trace->verdict.message);
  fuzz::expect(*again == *trace, "what is read again is the same");
  return 0;
}
