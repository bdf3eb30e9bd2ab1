#include "tests/fuzz/lines_mutator.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace leasecheck::fuzz {
namespace {

using Lines = std::vector<std::string>;
using Draw = std::minstd_rand;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Every line that has a number gets the next one; the first number is kept.
void renumber(Lines& lines) {
  const std::string_view key = line_number_key;
  std::uint64_t next = 0;
  bool is_first = true;
  for (std::string& line : lines) {
    const std::size_t at = line.find(key);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + key.size();
    std::size_t end = begin;
    while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0) ++end;
    if (end == begin || end - begin > 18) continue;
    if (is_first) next = std::stoull(line.substr(begin, end - begin));
    is_first = false;
    line.replace(begin, end - begin, std::to_string(next++));
  }
}

std::string join(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line) += '\n';
  return text;
}

// A number or a quoted word of the line, as (position, length); nothing is (0, 0).
std::pair<std::size_t, std::size_t> token(const std::string& line, Draw& draw) {
  std::vector<std::pair<std::size_t, std::size_t>> tokens;
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::size_t end = i;
    if (line[i] == '"') {
      end = std::min(line.find('"', i + 1), line.size() - 1) + 1;
    } else if (std::isdigit(static_cast<unsigned char>(line[i])) != 0 || line[i] == '-') {
      end = std::min(line.find_first_not_of("0123456789-", i), line.size());
    }
    if (end == i) continue;
    tokens.emplace_back(i, end - i);
    i = end - 1;
  }
  return tokens.empty() ? std::pair<std::size_t, std::size_t>{} : tokens[draw() % tokens.size()];
}

void replace_token(Lines& lines, Draw& draw) {
  static constexpr std::array<const char*, 14> words = {
      "0",          "1",    "-1",   "9223372036854775807", "-9223372036854775808", "4294967296",
      "2147483648", "null", "\"\"", "{\"hex\":\"ff00\"}",  "18446744073709551616", "1e999",
      "[]",         "{}"};
  std::string& line = lines[draw() % lines.size()];
  const auto [at, length] = token(line, draw);
  if (length == 0) return;
  const std::string& other = lines[draw() % lines.size()];
  const auto [from, count] = token(other, draw);
  line.replace(at, length,
               draw() % 2 == 0 ? words[draw() % words.size()] : other.substr(from, count));
}

void mutate_bytes(std::string& line, std::size_t most, Draw& draw) {
  const std::size_t room = std::min(most, line.size() + 64);
  std::vector<std::uint8_t> bytes(line.begin(), line.end());
  bytes.resize(std::max(room, line.size()));
  const std::size_t size = LLVMFuzzerMutate(bytes.data(), line.size(), bytes.size());
  line.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  static_cast<void>(draw);
}

void mutate(Lines& lines, std::size_t most, Draw& draw) {
  const std::size_t one = draw() % lines.size();
  const std::size_t other = draw() % lines.size();
  switch (draw() % 8) {
    case 0:
      return std::swap(lines[one], lines[other]);
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(one), std::string(lines[other]));
      return;
    case 2:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(one));
      return;
    case 3:
      return mutate_bytes(lines[one], most, draw);
    default:
      return replace_token(lines, draw);
  }
}

std::size_t put(const Lines& lines, std::uint8_t* data, std::size_t most) {
  const std::string text = join(lines);
  const std::size_t size = std::min(text.size(), most);
  std::memcpy(data, text.data(), size);
  return size;
}

}  // namespace
}  // namespace leasecheck::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using namespace leasecheck::fuzz;
  Draw draw(seed);
  Lines lines = split({reinterpret_cast<const char*>(data), size});
  if (lines.empty() || draw() % 16 == 0) return LLVMFuzzerMutate(data, size, most);
  mutate(lines, most, draw);
  if (draw() % 8 != 0) renumber(lines);
  return put(lines, data, most);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second,
                                                 std::size_t second_size, std::uint8_t* out,
                                                 std::size_t most, unsigned seed) {
  using namespace leasecheck::fuzz;
  Draw draw(seed);
  Lines lines = split({reinterpret_cast<const char*>(first), first_size});
  const Lines others = split({reinterpret_cast<const char*>(second), second_size});
  if (lines.empty() || others.empty()) return 0;
  lines.resize(1 + draw() % lines.size());
  lines.insert(lines.end(), others.begin() + static_cast<std::ptrdiff_t>(draw() % others.size()),
               others.end());
  renumber(lines);
  return put(lines, out, most);
}
