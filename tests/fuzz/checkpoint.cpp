// A checkpoint: a search goes on from what an earlier one has saved, and from nothing else. Without
// an input of its own the target saves a search and damages the file: an input is patches on it
// (two bytes of position, one of length and the bytes), and one first byte that says how much of
// the end is cut away.
#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "tests/model/check/digraph.hpp"

namespace {

using namespace leasecheck;

constexpr std::uint32_t nodes = 300;

std::string make_checkpoint(const std::filesystem::path& file) {
  static_cast<void>(tests::run(tests::binary_tree(nodes), {.max_depth = 5, .checkpoint = file}));
  return fuzz::read_file(file);
}

void damage(std::string& bytes, const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 1; i + 3 < size;) {
    const std::size_t position = (data[i] * 256U + data[i + 1]) % bytes.size();
    const std::size_t length = std::min<std::size_t>(1 + data[i + 2] % 8, size - i - 3);
    for (std::size_t k = 0; k < length && position + k < bytes.size(); ++k) {
      bytes[position + k] = static_cast<char>(data[i + 3 + k]);
    }
    i += 3 + length;
  }
  if (size > 0 && data[0] % 4 == 0)
    bytes.resize(bytes.size() - std::min<std::size_t>(data[0], bytes.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Scratch scratch;
  static const std::string original = make_checkpoint(scratch / "original");
  static const std::string whole = std::to_string(tests::run(tests::binary_tree(nodes), {}).states);
  std::string bytes = original;
  damage(bytes, data, size);
  const std::filesystem::path file = scratch / "damaged";
  fuzz::write_file(file, bytes);
  const auto model = tests::binary_tree(nodes);
  const auto report = check::Checker(model, {.resume = file}).run();
  if (!report) {
    fuzz::expect(!report.error().empty(), "a refusal says why");
    fuzz::expect(bytes != original, "a checkpoint that is whole is taken");
    return 0;
  }
  fuzz::expect(bytes == original, "a checkpoint that is damaged is refused");
  fuzz::expect(std::to_string(report->states) == whole, "the end is that of the whole search");
  return 0;
}
