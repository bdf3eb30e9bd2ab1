#include "bench/support.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace leasecheck::bench {

void give_up(const std::string& message) {
  std::fprintf(stderr, "benchmark: %s\n", message.c_str());
  std::exit(1);
}

Folder::Folder() {
  std::string name = (std::filesystem::current_path() / "repository_bench.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) give_up("no temporary folder here");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

lease::LeaseId CountingIds::next_lease_id() {
  // Spread over the range, as drawn ones are.
  return lease::LeaseId(
      numbered('l', static_cast<std::int64_t>(++last_ * 0x9E3779B97F4A7C15 % 999'999'999'999'989)));
}

std::string numbered(char letter, std::int64_t number) {
  constexpr std::size_t width = 16;
  std::string text(width, '0');
  text[0] = letter;
  for (std::size_t at = width - 1; number > 0; number /= 10) {
    text[at--] = static_cast<char>('0' + number % 10);
  }
  return text;
}

lease::AttemptSpec spec(std::int64_t number) {
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId(numbered('a', number));
  spec.run_id = lease::RunId("run");
  return spec;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace leasecheck::bench
