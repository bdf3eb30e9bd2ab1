// A program that answers with the lines of the input, whatever it is asked, and then with what it
// was asked: each call has an answer or says what the program did wrong, and a broken program stays
// broken.
#include "sim/subject/exec_subject.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/lines_mutator.hpp"
#include "tests/fuzz/script.hpp"

const char* const leasecheck::fuzz::line_number_key = "\"id\":";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  static const fuzz::Scratch scratch;
  static const auto script = fuzz::script();
  const std::filesystem::path answers = scratch / "answers";
  fuzz::write_file(answers, fuzz::text_of(data, size));
  auto subject = sim::make_exec_subject({.name = "input",
                                         .words = {"/bin/cat", answers, "-"},
                                         .directory = {},
                                         .timeout = std::chrono::milliseconds(2'000),
                                         .kill_after = 0,
                                         .kill_during = 0,
                                         .kill_after_first = 0});
  fuzz::expect(subject.has_value(), "cat can be started");
  bool is_broken = false;
  for (const model::Action& action : script) {
    const auto reply = (**subject).call(action);
    fuzz::expect(!is_broken || !reply, "what is broken stays broken");
    fuzz::expect(reply || !reply.error().message.empty(), "what is broken says why");
    is_broken = !reply;
  }
  const auto snapshot = (**subject).snapshot();
  fuzz::expect(!is_broken || !snapshot, "what is broken shows nothing");
  return 0;
}
