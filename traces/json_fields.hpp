#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "traces/json.hpp"
#include "traces/trace.hpp"

/// The visitors of `fields`: one makes JSON, one prints it, one reads it. Included by this folder's
/// sources only, so that the JSON library stays inside.
namespace leasecheck::traces {

template <class E>
extern const E last_of;  // an enumeration without a line below does not compile
template <>
inline constexpr auto last_of<model::Status> = model::Status::cancelled;
template <>
inline constexpr auto last_of<model::OnTimeout> = model::OnTimeout::cancel;
template <>
inline constexpr auto last_of<model::BackoffStrategy> = model::BackoffStrategy::exponential;
template <>
inline constexpr auto last_of<model::AckOutcome> = model::AckOutcome::cancelled;
template <>
inline constexpr auto last_of<model::DeadLetterReason> =
    model::DeadLetterReason::delivery_exhausted;
template <>
inline constexpr auto last_of<model::ErrorCode> = model::ErrorCode::corrupt;
template <>
inline constexpr auto last_of<Result> = Result::violated;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

class Encoder {
 public:
  template <class T>
  void operator()(std::string_view name, const T& member) {
    object_.emplace(name, value(member));
  }

  template <class T>
  void operator()(std::string_view name, const std::optional<T>& member) {
    if (member) (*this)(name, *member);
  }

  /// As JSON where reading that gives the same text again, otherwise as a string.
  void payload(const std::string& text) {
    if (Json json = payload_if_canonical(text); !json.is_discarded()) {
      object_["payload"] = std::move(json);
    } else {
      object_["payload_text"] = text_to_json(text);
    }
  }

  template <class Record>
  [[nodiscard]] static Json object(const Record& record) {
    Encoder encoder;
    fields(encoder, record);
    return std::move(encoder.object_);
  }

  [[nodiscard]] const Json& result() const { return object_; }

 private:
  template <class T>
  [[nodiscard]] static Json value(const T& member) {
    if constexpr (std::same_as<T, std::string>) {
      return text_to_json(member);
    } else if constexpr (std::same_as<T, model::Time>) {
      return member.time_since_epoch().count();
    } else if constexpr (std::same_as<T, model::Duration>) {
      return member.count();
    } else if constexpr (std::integral<T>) {
      return member;
    } else if constexpr (std::is_enum_v<T>) {
      return word(member);
    } else if constexpr (is_vector<T>) {
      Json array = Json::array();
      for (const auto& element : member) array.push_back(value(element));
      return array;
    } else {
      return object(member);
    }
  }

  Json object_ = Json::object();
};

/// Prints what an `Encoder` makes, for those who ask many times a second.
class Printer {
 public:
  template <class T>
  void operator()(std::string_view name, const T& member) {
    start(name);
    value(member);
  }

  template <class T>
  void operator()(std::string_view name, const std::optional<T>& member) {
    if (member) (*this)(name, *member);
  }

  void payload(const std::string& text) {
    Encoder encoder;
    encoder.payload(text);
    for (const auto& [name, json] : encoder.result().items()) {
      start(name);
      text_ += print_json(json);
    }
  }

  template <class Record>
  [[nodiscard]] static std::string object(const Record& record) {
    Printer printer;
    printer.value(record);
    return std::move(printer.text_);
  }

 private:
  void start(std::string_view name) {
    if (text_.size() > begin_ + 1) text_ += ',';
    (text_ += '"').append(name) += "\":";
  }

  void quoted(std::string_view text) { (text_ += '"').append(text) += '"'; }

  void string(const std::string& text) {
    const auto is_plain = [](char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; };
    if (std::ranges::all_of(text, is_plain)) {
      quoted(text);
    } else {
      text_ += print_json(text_to_json(text));
    }
  }

  template <class T>
  void value(const T& member) {
    if constexpr (std::same_as<T, std::string>) {
      string(member);
    } else if constexpr (std::same_as<T, model::Time>) {
      value(member.time_since_epoch().count());
    } else if constexpr (std::same_as<T, model::Duration>) {
      value(member.count());
    } else if constexpr (std::same_as<T, bool>) {
      text_ += member ? "true" : "false";
    } else if constexpr (std::integral<T>) {
      text_ += std::to_string(member);
    } else if constexpr (std::is_enum_v<T>) {
      quoted(word(member));
    } else if constexpr (is_vector<T>) {
      text_ += '[';
      for (const auto& element : member) {
        if (text_.back() != '[') text_ += ',';
        value(element);
      }
      text_ += ']';
    } else {
      const std::size_t begin = begin_;
      begin_ = text_.size();
      text_ += '{';
      fields(*this, member);
      text_ += '}';
      begin_ = begin;
    }
  }

  std::string text_;
  std::size_t begin_ = 0;  ///< of the object that is being printed
};

/// Reads the fields of one object and keeps the first complaint: ".FIELD: expected …, found …", in
/// which every level of nesting has put its own name in front.
class Decoder {
 public:
  /// Fields of a record of this kind that are among `absent` are not read.
  explicit Decoder(const Json& object, std::string_view kind = {},
                   const FieldNames* absent = nullptr)
      : object_(object), kind_(kind), absent_(absent) {
    if (!object.is_object()) complaint_ = expected("an object", object);
  }

  template <class T>
  void operator()(std::string_view name, T& member) {
    if (is_absent(name)) return;
    if (const Json* field = find(name)) {
      note(name, value(*field, member, absent_));
    } else if (complaint_.empty()) {
      complaint_ = "." + std::string(name) + ": missing";
    }
  }

  template <class T>
  void operator()(std::string_view name, std::optional<T>& member) {
    member.reset();
    if (is_absent(name)) return;
    if (const Json* field = find(name); field != nullptr && !field->is_null()) {
      note(name, value(*field, member.emplace(), absent_));
    }
  }

  void payload(std::string& text) {
    if (const Json* json = find("payload")) {
      text = canonical_payload(*json);
    } else {
      (*this)("payload_text", text);
    }
  }

  /// An unsigned 64-bit number that stands in a string, because many a reader of JSON rounds it.
  void digits(std::string_view name, std::uint64_t& number, int base) {
    std::string text;
    (*this)(name, text);
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number, base);
    if (fault != std::errc{} || stop != end) {
      note(name, expected(base == 10 ? "a decimal 64-bit number in a string"
                                     : "a hexadecimal 64-bit number in a string",
                          text));
    }
  }

  /// The field as it is, null if absent.
  [[nodiscard]] const Json& raw(std::string_view name) {
    static const Json null;
    const Json* field = find(name);
    return field == nullptr ? null : *field;
  }

  /// Complains about a field that was not asked for: a misspelt optional argument must not be
  /// dropped in silence.
  void refuse_others() {
    if (!complaint_.empty()) return;
    for (const auto& [name, _] : object_.items()) {
      if (std::ranges::find(asked_for_, name) == asked_for_.end()) {
        complaint_ = "." + name + ": unknown field";
        return;
      }
    }
  }

  void note(std::string_view name, std::string complaint) {
    if (complaint.empty() || !complaint_.empty()) return;
    complaint_ = "." + std::string(name) + std::move(complaint);
  }

  /// Empty when all is well.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

  /// A flag that is left out is false.
  void operator()(std::string_view name, bool& member) {
    std::optional<bool> given;
    (*this)(name, given);
    member = given.value_or(false);
  }

  /// Reads one value; returns the complaint, empty when all is well.
  template <class T>
  [[nodiscard]] static std::string value(const Json& json, T& member,
                                         const FieldNames* absent = nullptr) {
    if constexpr (std::same_as<T, std::string>) {
      return text_from_json(json, member);
    } else if constexpr (std::same_as<T, bool>) {
      if (!json.is_boolean()) return expected("true or false", json);
      member = json.get<bool>();
      return {};
    } else if constexpr (std::same_as<T, model::Time>) {
      return tick_count(json, [&](model::Duration ticks) { member = model::Time{ticks}; });
    } else if constexpr (std::same_as<T, model::Duration>) {
      return tick_count(json, [&](model::Duration ticks) { member = ticks; });
    } else if constexpr (std::integral<T>) {
      return integer(json, member);
    } else if constexpr (std::is_enum_v<T>) {
      return enumerator(json, member);
    } else if constexpr (is_vector<T>) {
      return array(json, member, absent);
    } else {
      return record(json, member, absent);
    }
  }

  template <class Record>
  [[nodiscard]] static std::string record(const Json& json, Record& result,
                                          const FieldNames* absent = nullptr) {
    Decoder decoder(json, model::record_name<Record>, absent);
    if (json.is_object()) fields(decoder, result);
    return decoder.complaint();
  }

  template <class Record>
  [[nodiscard]] static std::string strict_record(const Json& json, Record& result) {
    Decoder decoder(json);
    if (json.is_object()) fields(decoder, result);
    decoder.refuse_others();
    return decoder.complaint();
  }

 private:
  [[nodiscard]] bool is_absent(std::string_view name) const {
    return absent_ != nullptr && absent_->contains(std::string(kind_) + "." + std::string(name));
  }

  [[nodiscard]] const Json* find(std::string_view name) {
    if (!complaint_.empty()) return nullptr;
    asked_for_.push_back(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  template <std::integral T>
  [[nodiscard]] static std::string integer(const Json& json, T& member) {
    const auto keep = [&](auto number) {
      const bool fits = std::in_range<T>(number);
      if (fits) member = static_cast<T>(number);
      return fits;
    };
    if (json.is_number_unsigned() ? keep(json.get<std::uint64_t>())
                                  : json.is_number_integer() && keep(json.get<std::int64_t>())) {
      return {};
    }
    return expected("an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                        std::to_string(std::numeric_limits<T>::max()),
                    json);
  }

  template <class Keep>
  [[nodiscard]] static std::string tick_count(const Json& json, Keep keep) {
    model::Duration::rep ticks = 0;
    std::string complaint = integer(json, ticks);
    if (complaint.empty()) keep(model::Duration{ticks});
    return complaint;
  }

  template <class E>
  [[nodiscard]] static std::string enumerator(const Json& json, E& member) {
    constexpr int last = static_cast<int>(last_of<E>);
    for (int i = 0; i <= last && json.is_string(); ++i) {
      const auto candidate = static_cast<E>(i);
      if (json.get_ref<const std::string&>() == word(candidate)) {
        member = candidate;
        return {};
      }
    }
    std::string words = "one of";
    for (int i = 0; i <= last; ++i) {
      words += (i == 0 ? " " : ", ") + std::string(word(static_cast<E>(i)));
    }
    return expected(words, json);
  }

  template <class T>
  [[nodiscard]] static std::string array(const Json& json, std::vector<T>& members,
                                         const FieldNames* absent) {
    if (!json.is_array()) return expected("an array", json);
    members.clear();
    for (const Json& element : json) {
      std::string complaint = value(element, members.emplace_back(), absent);
      if (!complaint.empty()) return "[" + std::to_string(members.size() - 1) + "]" + complaint;
    }
    return {};
  }

  const Json& object_;
  std::string_view kind_;
  const FieldNames* absent_;
  std::vector<std::string_view> asked_for_;
  std::string complaint_;
};

}  // namespace leasecheck::traces
