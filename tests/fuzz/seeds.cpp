// Writes the seeds of the targets that have none in traces/corpus: one folder for each target.
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "sim/subject/subject.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/script.hpp"
#include "tests/traces/samples.hpp"
#include "traces/codec.hpp"
#include "traces/lines.hpp"
#include "traces/writer.hpp"

namespace {

using namespace leasecheck;
using traces::Json;

class Folder {
 public:
  Folder(const std::filesystem::path& root, const char* target) : path_(root / target) {
    std::filesystem::create_directories(path_);
  }
  void add(std::string_view bytes) {
    fuzz::write_file(path_ / ("seed-" + std::to_string(++count_)), bytes);
  }

 private:
  std::filesystem::path path_;
  int count_ = 0;
};

void write_traces(const std::filesystem::path& root) {
  Folder folder(root, "trace");
  folder.add(traces::to_text(tests::full_trace()));
  folder.add(traces::to_text(tests::short_trace()));
}

void write_lines(const std::filesystem::path& root) {
  Folder folder(root, "codec");
  const auto samples = tests::answered_operations();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::string first(1, static_cast<char>(i));
    const auto& [operation, outcome] = samples[i];
    folder.add(first + traces::operation_args_to_text(operation));
    folder.add(first + traces::print_json(traces::outcome_to_json(outcome)));
  }
  const traces::Trace trace = tests::full_trace();
  folder.add('\0' + traces::line_of(trace.head));
  folder.add('\0' + traces::line_of(trace.verdict));
  for (const traces::Step& step : trace.steps) folder.add('\0' + traces::line_of(step));
  const auto events = tests::events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    folder.add(std::string(1, static_cast<char>(i)) +
               traces::print_json(traces::environment_args_to_json(events[i])));
  }
}

Json hello(bool is_short) {
  Json ok{{"name", "input"}, {"version", "1"}, {"protocol", 1}, {"durable", false}};
  ok["operations"] = sim::whole_contract().operations;
  if (is_short) {
    ok["operations"].erase(ok["operations"].begin());
    ok["absent"] = {"attempt.ready_at", "spec.not_before"};
    ok["deviations"] = {"no_delivery_count"};
    ok["ack"] = {{"holder", "anyone"}, {"stale", "ignored"}};
    ok["dispatch_order"] = "attempt_id";
  }
  return ok;
}

// What the model answers to the script, line by line.
std::string answers(const Json& greeting) {
  std::string text = traces::print_json(Json{{"id", 0}, {"ok", greeting}}) + "\n";
  text += R"({"id":1,"ok":{}})"
          "\n";
  const auto subject = sim::make_model_subject();
  int id = 1;
  for (const model::Action& action : fuzz::script()) {
    const auto reply = subject->call(action);
    fuzz::expect(reply.has_value(), "the model answers");
    Json answer = traces::outcome_to_json(reply->outcome);
    answer["id"] = ++id;
    text += traces::print_json(answer) + "\n";
  }
  const auto snapshot = subject->snapshot();
  fuzz::expect(snapshot.has_value(), "the model shows its state");
  const Json last{{"id", ++id}, {"ok", traces::snapshot_to_json(*snapshot)}};
  return text + traces::print_json(last) + "\n";
}

void write_answers(const std::filesystem::path& root) {
  Folder folder(root, "protocol");
  folder.add(answers(hello(false)));
  folder.add(answers(hello(true)));
  folder.add(traces::print_json(Json{{"id", 0}, {"ok", hello(false)}}) + "\n" +
             R"({"id":1,"ok":{}})"
             "\n"
             R"({"id":2,"error":{"code":"unavailable","outcome":"none","message":"busy"}})"
             "\n"
             R"({"id":3,"error":{"code":"unavailable","message":"busy"}})"
             "\n"
             R"({"id":4,"error":{"code":"internal","message":"no"}})"
             "\n");
  Folder greetings(root, "handshake");
  greetings.add(traces::print_json(hello(false)));
  greetings.add(traces::print_json(hello(true)));
}

void write_words(const std::filesystem::path& root) {
  Folder folder(root, "words");
  for (const char* text : {"0*26,1*13", "0,1,0,2*7", "power_loss@12:kklt", "kill@3", "io_error@1",
                           "disk_full@40", "python3 'a b' \"c\\\"d\" e\\ f"}) {
    folder.add(text);
  }
}

void write_patches(const std::filesystem::path& root) {
  using namespace std::string_view_literals;
  Folder database(root, "database");
  // Nothing; the schema version, as -1; something in the middle of a page; the end of a page.
  for (const std::string_view patch : {""sv, "\0\x3c\x03\xff\xff\xff\xff"sv, "\x1f\x80\x01zz"sv,
                                       "\x0f\xf0\x07"
                                       "12345678"sv}) {
    database.add(patch);
  }
  Folder checkpoint(root, "checkpoint");
  for (const std::string_view patch : {"\x01", "\x04", "\x01\x01\x01\x07zzzzzzzz"}) {
    checkpoint.add(patch);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path root = arguments[1];
  write_traces(root);
  write_lines(root);
  write_answers(root);
  write_words(root);
  write_patches(root);
  return 0;
}
