// The model and an implementation judge text each by means of their own; here one checks the other.

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>

#include "lease/memory.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/json.hpp"
#include "sim/random.hpp"
#include "tests/model/spec/json_cases.hpp"

namespace leasecheck::tests {
namespace {

constexpr lease::Time start{lease::Duration{1'000}};

class FixedClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override { return start; }
};

class OneId final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override { return lease::LeaseId("l1"); }
};

/// Asks a repository what it takes for an id and for a payload.
class Judge {
 public:
  Judge() {
    lease::AttemptSpec spec;
    spec.attempt_id = lease::AttemptId("a1");
    spec.run_id = lease::RunId("r1");
    EXPECT_TRUE(repository_->enqueue_attempt(spec));
    EXPECT_TRUE(repository_->upsert_lease(spec.attempt_id, holder_.worker_id,
                                          start + lease::Duration{1'000}));
  }

  [[nodiscard]] bool takes_payload(const std::string& payload) {
    return repository_->append_run_event(holder_, {.kind = "k", .payload = payload}, start)
        .has_value();
  }

  [[nodiscard]] bool takes_id(const std::string& id) {
    return repository_->latest_seq_for_run(lease::RunId(id)).has_value();
  }

 private:
  FixedClock clock_;
  OneId ids_;
  std::unique_ptr<lease::AttemptRepository> repository_ =
      lease::make_memory_repository(clock_, ids_);
  lease::Holder holder_{.lease_id = lease::LeaseId("l1"), .worker_id = lease::WorkerId("w1")};
};

std::string in_hex(const std::string& text) {
  std::string hex;
  for (const unsigned char byte : text.substr(0, 60)) {
    for (const int digit : {byte >> 4, byte & 15}) hex += "0123456789abcdef"[digit];
    hex += ' ';
  }
  return hex;
}

/// The text with up to four small changes, of bytes that matter to JSON or to UTF-8.
std::string mutated(std::string text, sim::Stream& random) {
  using namespace std::string_view_literals;
  constexpr std::string_view bytes =
      "[]{}\",:\\/ubtrfalsen0123456789.eE+-dDcC "
      "\t\n\r\0\x1F\x7F\x80\x8F\x90\x9F\xA0\xBB\xBF\xC0\xC1"
      "\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5\xFF"sv;
  for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
    const std::size_t at = random.below(text.size() + 1);
    const char byte = bytes[random.below(bytes.size())];
    switch (random.below(4)) {
      case 0:
        text.insert(at, 1, byte);
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        if (at < text.size()) text[at] = byte;
        break;
      default:
        text.insert(at, text.substr(random.below(text.size() + 1), 1 + random.below(8)));
    }
  }
  return text;
}

const JsonCase& any_case(sim::Stream& random) {
  return random.pick(std::span<const JsonCase>(json_cases()).subspan(3));  // without the longest
}

TEST(Text, IsJsonForTheModelWhereItIsForARepository) {
  Judge judge;
  for (const JsonCase& json : json_cases()) {
    EXPECT_EQ(model::is_json(json.text), judge.takes_payload(json.text)) << json.name;
  }
}

TEST(Text, IsJsonForTheModelWhereItIsForARepositoryHoweverItIsChanged) {
  sim::Stream random(1, "json");
  Judge judge;
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    const JsonCase& json = any_case(random);
    const std::string text = mutated(json.text, random);
    const bool is_json = model::is_json(text);
    accepted += is_json ? 1 : 0;
    ASSERT_EQ(is_json, judge.takes_payload(text)) << json.name << ": " << in_hex(text);
  }
  EXPECT_GT(accepted, 4'000) << "too few changes leave JSON for this to say much";
}

TEST(Text, IsAnIdForTheModelWhereItIsForARepositoryHoweverItIsChanged) {
  sim::Stream random(1, "ids");
  Judge judge;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = mutated(any_case(random).text, random);
    ASSERT_EQ(model::is_valid_id(text), judge.takes_id(text)) << in_hex(text);
  }
}

// Every pair of bytes, and every three that begin and go on where table 3-7 changes.
TEST(Text, OfAnyFewBytesIsAnIdForTheModelWhereItIsForARepository) {
  Judge judge;
  const auto expect_same = [&judge](const std::string& text) {
    ASSERT_EQ(model::is_valid_id(text), judge.takes_id(text)) << in_hex(text);
  };
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string two{static_cast<char>(first), static_cast<char>(second)};
      expect_same(two);
      for (const int third : {0x7F, 0x80, 0xBF, 0xC0}) {
        expect_same(two + static_cast<char>(third));
        expect_same(two + static_cast<char>(third) + '\x80');
      }
    }
  }
}

}  // namespace
}  // namespace leasecheck::tests
