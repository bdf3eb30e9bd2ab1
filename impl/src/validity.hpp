#pragma once

#include <string_view>

#include "lease/attempt_repository.hpp"

/// What is `invalid_argument`, the same in every backend. A valid argument is an empty result; an
/// invalid one says which and why.
namespace lease {

[[nodiscard]] Result<void> validate_id(std::string_view what, std::string_view id);
[[nodiscard]] Result<void> validate_holder(const Holder& holder);
[[nodiscard]] Result<void> validate_spec(const AttemptSpec& spec);
[[nodiscard]] Result<void> validate_outcome(AckOutcome outcome);

/// Source: rule 13; the kind is an id, the payload the text of one JSON value.
[[nodiscard]] Result<void> validate_event(const NewRunEvent& event);

}  // namespace lease
