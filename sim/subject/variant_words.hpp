#pragma once

#include <string>
#include <vector>

#include "leasecheck/spec/variant.hpp"
#include "traces/codec.hpp"

/// The variant that a subject is, as its handshake says it and as a report does.
namespace leasecheck::sim {

/// Reads `dispatch_order`, `priorities`, `known_id`, `lease` and `ack`; what is absent is as in the
/// contract.
/// Errors: what is mistyped or unknown, with the words that were expected.
[[nodiscard]] traces::Decoded<model::Variant> variant_from_json(const traces::Json& answer);

/// What a handshake says of the variant: the fields in which it differs from the contract.
[[nodiscard]] traces::Json to_json(const model::Variant& variant);

/// Every variant that differs from this one in one switch, in the handshake's order.
[[nodiscard]] std::vector<model::Variant> variants_beside(const model::Variant& variant);

/// Whether rule 11 is another one.
[[nodiscard]] bool differs_in_acks(const model::Variant& variant);

/// The names of the properties that the variant does not promise.
[[nodiscard]] traces::FieldNames properties_not_promised(const model::Variant& variant);

/// Each difference as one phrase for a report, with the rules that are not promised.
[[nodiscard]] std::vector<std::string> not_promised_in_words(const model::Variant& variant);

}  // namespace leasecheck::sim
