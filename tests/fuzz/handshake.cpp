// What a program says of itself: taken or refused with a reason, and then put into words.
#include <nlohmann/json.hpp>

#include "sim/subject/profile.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leasecheck;
  const auto json = traces::parse_json(fuzz::text_of(data, size));
  if (!json) return 0;
  const auto profile = sim::profile_from_json(*json);
  if (!profile) {
    fuzz::expect(!profile.error().empty(), "a refusal says why");
    return 0;
  }
  static_cast<void>(sim::missing_operations(*profile));
  static_cast<void>(sim::properties_not_promised(*profile));
  static_cast<void>(sim::not_promised_in_words(*profile));
  fuzz::expect(profile->offers("reset"), "nobody is judged who cannot be emptied");
  return 0;
}
