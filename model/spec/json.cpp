#include "model/spec/json.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/utf8.hpp"

namespace leasecheck::model {
namespace {

bool is_digit(char c) {
  return '0' <= c && c <= '9';
}

/// A decimal number: 0.DIGITS times ten to the power `exponent`.
struct Decimal {
  std::string digits;
  std::int64_t exponent = 0;
};

/// 2^1024 - 2^970, the least number that rounds to infinity: halfway from the largest double to the
/// next one that there would be.
constexpr std::string_view least_infinite =
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
    "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
    "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
    "342711559699508093042880177904174497792";
constexpr std::int64_t exponent_of_least_infinite = least_infinite.size();

bool rounds_to_infinity(const Decimal& number) {
  const std::size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  if (zeros == number.digits.size()) return false;
  const std::int64_t exponent = number.exponent - static_cast<std::int64_t>(zeros);
  if (exponent != exponent_of_least_infinite) return exponent > exponent_of_least_infinite;
  return std::string_view(number.digits).substr(zeros) >= least_infinite;
}

bool is_high_surrogate(unsigned unit) {
  return 0xD800 <= unit && unit <= 0xDBFF;
}
bool is_low_surrogate(unsigned unit) {
  return 0xDC00 <= unit && unit <= 0xDFFF;
}

/// Goes through a text once. Each method takes what it is named after from the front of what is
/// left, and says whether it was there; after one that was not, the rest means nothing.
class Recogniser {
 public:
  explicit Recogniser(std::string_view text) : rest_(text) {}

  /// Containers that are still open stand in a list of their own, and not on the call stack, which
  /// hostile nesting would exhaust.
  [[nodiscard]] bool text() {
    static_cast<void>(literal("\xEF\xBB\xBF"));
    std::string owed;  // the bracket that will close each open container, innermost last
    do {
      if (!value_or_opening(owed)) return false;
    } while (next_value_follows(owed));
    return owed.empty() && rest_.empty();
  }

 private:
  /// A whole value, or the opening of a container up to where its first value begins.
  bool value_or_opening(std::string& owed) {
    while (true) {
      blanks();
      if (literal("[")) {
        blanks();
        if (literal("]")) return true;
        owed += ']';
      } else if (literal("{")) {
        blanks();
        if (literal("}")) return true;
        owed += '}';
        if (!name()) return false;
      } else {
        return scalar();
      }
    }
  }

  /// After a value: the ends of containers that end with it, and the comma before the next value.
  bool next_value_follows(std::string& owed) {
    while (true) {
      blanks();
      if (owed.empty()) return false;
      if (literal(",")) return owed.back() == ']' || name();
      if (!literal(std::string_view(&owed.back(), 1))) return false;
      owed.pop_back();
    }
  }

  bool name() {
    blanks();
    if (!string()) return false;
    blanks();
    return literal(":");
  }

  bool scalar() {
    if (rest_.starts_with('"')) return string();
    return literal("null") || literal("true") || literal("false") || number();
  }

  void blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }

  bool string() {
    if (!literal("\"")) return false;
    while (!literal("\"")) {
      if (literal("\\")) {
        if (!escape()) return false;
        continue;
      }
      const std::size_t length = utf8_sequence_length(rest_);
      if (length == 0 || static_cast<unsigned char>(rest_.front()) < ' ') return false;
      rest_.remove_prefix(length);
    }
    return true;
  }

  bool escape() {
    if (!literal("u")) return one_of("\"\\/bfnrt");
    const std::optional<unsigned> unit = code_unit();
    if (!unit || is_low_surrogate(*unit)) return false;
    if (!is_high_surrogate(*unit)) return true;
    const std::optional<unsigned> other = literal("\\u") ? code_unit() : std::nullopt;
    return other && is_low_surrogate(*other);
  }

  std::optional<unsigned> code_unit() {
    constexpr std::string_view hex = "0123456789abcdef0123456789ABCDEF";
    unsigned unit = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit = rest_.empty() ? hex.npos : hex.find(rest_.front());
      if (digit == hex.npos) return std::nullopt;
      unit = unit * 16 + digit % 16;
      rest_.remove_prefix(1);
    }
    return unit;
  }

  bool number() {
    static_cast<void>(literal("-"));
    Decimal number{.digits = std::string(digits())};
    if (number.digits.empty()) return false;
    if (number.digits.size() > 1 && number.digits.front() == '0') return false;
    number.exponent = static_cast<std::int64_t>(number.digits.size());
    if (literal(".")) {
      const std::string_view fraction = digits();
      if (fraction.empty()) return false;
      number.digits += fraction;
    }
    return exponent(number) && !rounds_to_infinity(number);
  }

  /// The exponent, if there is one. Beyond any text's length it makes no difference how large.
  bool exponent(Decimal& number) {
    constexpr std::int64_t largest = std::int64_t{1} << 48;
    if (!one_of("eE")) return true;
    const bool is_negative = literal("-");
    if (!is_negative) static_cast<void>(literal("+"));
    const std::string_view text = digits();
    std::int64_t value = 0;
    for (const char digit : text) value = std::min(value * 10 + (digit - '0'), largest);
    number.exponent += is_negative ? -value : value;
    return !text.empty();
  }

  std::string_view digits() {
    const auto end = std::ranges::find_if_not(rest_, is_digit);
    const std::string_view taken(rest_.begin(), end);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool one_of(std::string_view characters) {
    if (rest_.empty() || !characters.contains(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool is_json(std::string_view text) {
  return Recogniser(text).text();
}

}  // namespace leasecheck::model
