// A subject that goes wrong in the way that its first argument names, after it has said hello; or
// answers everything at once, for measuring the harness.
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view greeting =
    R"({"name":"misbehaving","protocol":1,"operations":["reset","enqueue_attempt",)"
    R"("list_dispatchable_attempts","upsert_lease","heartbeat_lease","expire_leases_and_requeue",)"
    R"("latest_seq_for_run","start_attempt"]})";

std::uint64_t id_in(std::string_view line) {
  const std::string_view digits = line.substr(line.find(':') + 1);
  std::uint64_t id = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return id;
}

void answer(std::uint64_t id, std::string_view ok) {
  std::cout << "{\"id\":" << id << ",\"ok\":" << ok << "}\n" << std::flush;
}

void write_number(const char* directory, const char* name, pid_t number) {
  std::ofstream(std::string(directory) + "/" + name) << number;
}

// Leaves its own number, and that of a child that would live on, where the test looks for them.
void leave_numbers() {
  const char* directory = std::getenv("SUBJECT_DIR");
  if (directory == nullptr) return;
  write_number(directory, "parent", ::getpid());
  const pid_t child = ::fork();
  if (child == 0) {
    ::sleep(600);
    std::_Exit(0);
  }
  write_number(directory, "child", child);
}

void misbehave(std::string_view way, std::uint64_t id) {
  if (way == "silence") ::sleep(600);
  if (way == "chatter") {
    while (true) std::cerr << "still busy\n" << std::flush;
  }
  if (way == "garbage") std::cout << "certainly!\n" << std::flush;
  if (way == "wrong_id") answer(id + 1, "{}");
  if (way == "no_answer") std::cout << "{\"id\":" << id << "}\n" << std::flush;
  if (way == "internal") {
    std::cout << "{\"id\":" << id << R"(,"error":{"code":"internal","message":"oops"}})"
              << "\n"
              << std::flush;
  }
  if (way == "mistyped") answer(id, R"({"attempts":"none"})");
  if (way == "many_names") {
    std::cout << "{\"id\":" << id << R"(,"ok":{"k":0)";
    for (int i = 0; i < 1'200'000; ++i) std::cout << ",\"k" << i << "\":0";
    std::cout << "}}\n" << std::flush;
  }
  if (way == "early_exit") {
    std::cerr << "cannot go on\n";
    std::exit(3);
  }
  if (way == "crash") std::abort();
  if (way == "long_line") {
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 100; ++i) std::cout << piece;
    std::cout << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc > 1 ? argv[1] : "silence";
  std::ios::sync_with_stdio(false);
  if (way != "echo") leave_numbers();
  for (std::string line; std::getline(std::cin, line);) {
    const std::uint64_t id = id_in(line);
    if (line.find(R"("op":"hello")") != std::string::npos) {
      answer(id, way == "bad_hello" ? R"({"protocol":2})" : greeting);
    } else if (way == "echo" || line.find(R"("op":"reset")") != std::string::npos) {
      answer(id, "{}");
    } else {
      misbehave(way, id);
    }
  }
}
