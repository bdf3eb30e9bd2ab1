#include "sim/subject/variant_words.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace leasecheck::sim {
namespace {

using model::Variant;
using traces::Decoded;
using traces::Json;

/// One value of a switch. Without rules it is the contract's.
template <class Value>
struct Choice {
  std::string_view word;
  Value value;
  std::string_view not_promised;
};

/// One switch: where it stands in the handshake, and what it may be.
template <class Value, std::size_t N>
struct Switch {
  std::string_view object;  ///< which it is a field of; empty: of the handshake itself
  std::string_view name;
  Value Variant::*member;
  std::array<Choice<Value>, N> choices;
};

constexpr std::string_view own_order = "rule 2 (its own order is checked instead)";
constexpr std::string_view own_holder =
    "the holder clause of rule 11, rules 19(b) and 19(c) for acks";
constexpr std::string_view by_attempt =
    "rule 11's holder, rules 19(b) and 19(c) for acks (an ack is compared with the model alone)";

constexpr Switch<model::DispatchOrder, 5> dispatch_order{
    {},
    "dispatch_order",
    &Variant::order,
    {{{"ready_fifo", model::DispatchOrder::ready_fifo, {}},
      {"attempt_id", model::DispatchOrder::attempt_id, own_order},
      {"enqueue_fifo", model::DispatchOrder::enqueue_fifo, own_order},
      {"requeue_first", model::DispatchOrder::requeue_first, own_order},
      {"none", model::DispatchOrder::none, "rule 2 (any order is taken)"}}}};

constexpr Switch<model::Priorities, 3> priorities{
    {},
    "priorities",
    &Variant::priorities,
    {{{"higher_first", model::Priorities::higher_first, {}},
      {"lower_first", model::Priorities::lower_first, own_order},
      {"none", model::Priorities::none, own_order}}}};

constexpr Switch<model::KnownId, 3> known_id{
    {},
    "known_id",
    &Variant::known_id,
    {{{"compared", model::KnownId::compared, {}},
      {"refused", model::KnownId::refused, "rule 8 for the same attempt once more"},
      {"ignored", model::KnownId::ignored, "rule 8 for another attempt of a known id"}}}};

constexpr Switch<model::Heartbeats, 2> heartbeat{
    "lease",
    "heartbeat",
    &Variant::heartbeats,
    {{{"raise", model::Heartbeats::raise, {}},
      {"set", model::Heartbeats::set, "rule 4 (never lowered), rule 19(b) over heartbeats"}}}};

constexpr Switch<model::LateHolder, 2> late_holder{
    "lease",
    "late_holder",
    &Variant::late_holder,
    {{{"accepted", model::LateHolder::accepted, {}},
      {"refused", model::LateHolder::refused, "rules 4 and 9 to 13 after the expiry"}}}};

constexpr Switch<model::AckHolder, 4> ack_holder{
    "ack",
    "holder",
    &Variant::ack_holder,
    {{{"lease_and_worker", model::AckHolder::lease_and_worker, {}},
      {"lease", model::AckHolder::lease, own_holder},
      {"worker", model::AckHolder::worker, by_attempt},
      {"anyone", model::AckHolder::anyone, by_attempt}}}};

constexpr Switch<model::RepeatedAck, 2> repeated_ack{
    "ack",
    "repeat",
    &Variant::repeated_ack,
    {{{"same", model::RepeatedAck::same, {}},
      {"refused", model::RepeatedAck::refused, "rule 11 for the same ack once more"}}}};

constexpr Switch<model::StaleAck, 2> stale_ack{
    "ack",
    "stale",
    &Variant::stale_ack,
    {{{"refused", model::StaleAck::refused, {}},
      {"ignored", model::StaleAck::ignored, "rule 11 for acks that are not the holder's"}}}};

template <class Visit>
void for_each_switch(Visit visit) {
  visit(dispatch_order);
  visit(priorities);
  visit(known_id);
  visit(heartbeat);
  visit(late_holder);
  visit(ack_holder);
  visit(repeated_ack);
  visit(stale_ack);
}

/// "ack.holder".
std::string full_name(std::string_view object, std::string_view name) {
  return (object.empty() ? "" : std::string(object) + ".") + std::string(name);
}

/// `"a", "b" or "c"`.
template <class Choices>
std::string words_of(const Choices& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::string_view link = i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
    text.append(link).append("\"").append(choices[i].word).append("\"");
  }
  return text;
}

/// The field, or null where it is absent.
const Json* find(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// `lease` and `ack`. A field of theirs that is unknown here would be half of what was meant.
Decoded<void> check_object(const Json& answer, std::string_view object) {
  const Json* const fields = find(answer, object);
  if (fields == nullptr) return {};
  if (!fields->is_object()) return std::unexpected(std::string(object) + ": expected an object");
  for (const auto& [name, value] : fields->items()) {
    bool is_known = false;
    for_each_switch([&](const auto& known) {
      is_known = is_known || (known.object == object && known.name == name);
    });
    if (!is_known) {
      return std::unexpected(full_name(object, name) + " is unknown to protocol version 1");
    }
  }
  return {};
}

template <class Value, std::size_t N>
Decoded<void> read(const Json& answer, const Switch<Value, N>& known, Variant& variant) {
  const Json* const object = known.object.empty() ? &answer : find(answer, known.object);
  const Json* const said = object == nullptr ? nullptr : find(*object, known.name);
  if (said == nullptr) return {};
  const auto choice =
      std::ranges::find_if(known.choices, [&](const auto& each) { return *said == each.word; });
  if (choice == known.choices.end()) {
    return std::unexpected(full_name(known.object, known.name) + ": expected " +
                           words_of(known.choices) + ", found " + said->dump());
  }
  variant.*known.member = choice->value;
  return {};
}

}  // namespace

Decoded<Variant> variant_from_json(const Json& answer) {
  Decoded<void> result;
  for (const std::string_view object : {"lease", "ack"}) {
    if (result) result = check_object(answer, object);
  }
  Variant variant;
  for_each_switch([&](const auto& known) {
    if (result) result = read(answer, known, variant);
  });
  if (!result) return std::unexpected(result.error());
  return variant;
}

Json to_json(const Variant& variant) {
  Json handshake = Json::object();
  for_each_switch([&](const auto& known) {
    const auto value = variant.*known.member;
    if (value == Variant{}.*known.member) return;
    Json& object = known.object.empty() ? handshake : handshake[std::string(known.object)];
    object[std::string(known.name)] = std::ranges::find_if(known.choices, [&](const auto& each) {
                                        return each.value == value;
                                      })->word;
  });
  return handshake;
}

std::vector<Variant> variants_beside(const Variant& variant) {
  std::vector<Variant> others;
  for_each_switch([&](const auto& known) {
    for (const auto& choice : known.choices) {
      if (choice.value == variant.*known.member) continue;
      others.push_back(variant);
      others.back().*known.member = choice.value;
    }
  });
  return others;
}

bool differs_in_acks(const Variant& variant) {
  return variant.ack_holder != model::AckHolder::lease_and_worker ||
         variant.repeated_ack != model::RepeatedAck::same ||
         variant.stale_ack != model::StaleAck::refused;
}

traces::FieldNames properties_not_promised(const Variant& variant) {
  traces::FieldNames names;
  if (variant.order != model::DispatchOrder::ready_fifo ||
      variant.priorities != model::Priorities::higher_first) {
    names.insert("dispatch_order");
  }
  if (variant.heartbeats == model::Heartbeats::set) {
    names.insert({"expiry_never_lowered", "no_double_belief"});
  }
  if (variant.late_holder == model::LateHolder::refused) names.insert("holder_only");
  // Whoever acks takes a lease from a worker that may still believe, as an operator's cancel does.
  if (variant.ack_holder != model::AckHolder::lease_and_worker) names.insert("no_double_belief");
  return names;
}

std::vector<std::string> not_promised_in_words(const Variant& variant) {
  std::vector<std::string> phrases;
  for_each_switch([&](const auto& known) {
    for (const auto& choice : known.choices) {
      if (variant.*known.member != choice.value || choice.not_promised.empty()) continue;
      phrases.push_back(full_name(known.object, known.name).append(" ").append(choice.word) + ": " +
                        std::string(choice.not_promised));
    }
  });
  return phrases;
}

}  // namespace leasecheck::sim
