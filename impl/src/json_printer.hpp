#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

#include "lease/records.hpp"
#include "lease/result.hpp"

namespace lease {

/// Prints one JSON value on one line, without blanks and without a tree in between.
///
/// Times and durations are integers in milliseconds. Text that is no UTF-8 is `{"hex":"…"}`. An
/// optional field that is absent is left out. An enumerator is its word; what is none is its
/// number, which no reader takes for one. The fields of a record are those that
/// `print_fields(JsonPrinter&, record)` prints.
class JsonPrinter {
 public:
  template <typename T>
  void field(std::string_view name, const T& value) {
    begin_field(name);
    print(value);
  }
  template <typename T>
  void field(std::string_view name, const std::optional<T>& value) {
    if (value) field(name, *value);
  }

  /// A field whose value is printed next.
  void begin_field(std::string_view name) {
    if (text_.back() != '{') text_ += ',';  // no value ends in this bracket
    ((text_ += '"') += name) += "\":";
  }

  /// Several, each by its name and its value.
  template <typename T, typename... Rest>
  void fields(std::string_view name, const T& value, const Rest&... rest) {
    field(name, value);
    if constexpr (sizeof...(rest) > 0) fields(rest...);
  }

  /// The payload of an event, which is the text of a JSON value or is to be one: `payload`, or, if
  /// a reader would not give the same text back, the string `payload_text`.
  void payload(const std::string& text);

  /// An object of the fields that `body()` prints.
  template <typename Body>
  void object(Body body) {
    text_ += '{';
    body();
    text_ += '}';
  }

  template <typename T>
  void print(const T& value) {
    if constexpr (std::convertible_to<T, std::string_view>) {
      string(value);
    } else if constexpr (std::same_as<T, bool>) {
      text_ += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
      text_ += std::to_string(value);
    } else if constexpr (std::same_as<T, Time>) {
      print(value.time_since_epoch().count());
    } else if constexpr (std::same_as<T, Duration>) {
      print(value.count());
    } else if constexpr (std::is_enum_v<T>) {
      enumerator(value);
    } else if constexpr (requires { value.str(); }) {
      string(value.str());
    } else if constexpr (std::ranges::range<T>) {
      text_ += '[';
      for (const auto& element : value) {
        if (text_.back() != '[') text_ += ',';
        print(element);
      }
      text_ += ']';
    } else {
      object([&] { print_fields(*this, value); });
    }
  }

  /// Text that is JSON already.
  void raw(std::string_view json) { text_ += json; }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void string(std::string_view text);

  template <typename Enum>
  void enumerator(Enum value) {
    if (static_cast<int>(value) > static_cast<int>(last_of(value))) {
      text_ += std::to_string(static_cast<int>(value));
    } else {
      ((text_ += '"') += to_string(value)) += '"';
    }
  }
  static constexpr Status last_of(Status) { return Status::cancelled; }
  static constexpr OnTimeout last_of(OnTimeout) { return OnTimeout::cancel; }
  static constexpr BackoffStrategy last_of(BackoffStrategy) { return BackoffStrategy::exponential; }
  static constexpr AckOutcome last_of(AckOutcome) { return AckOutcome::cancelled; }
  static constexpr DeadLetterReason last_of(DeadLetterReason) {
    return DeadLetterReason::delivery_exhausted;
  }
  static constexpr ErrorCode last_of(ErrorCode) { return ErrorCode::corrupt; }
  static constexpr Effect last_of(Effect) { return Effect::unknown; }

  std::string text_;
};

}  // namespace lease
