#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/variant.hpp"
#include "traces/codec.hpp"

/// What a subject says of itself before it is judged: what it offers, what it does not show, and
/// where it differs from the contract on purpose. Format: sim/subject/PROTOCOL.md, "Handshake".
namespace leasecheck::sim {

using Names = traces::FieldNames;

/// A field with its kind, as `absent` names it: "attempt.ready_at".
template <class Record>
[[nodiscard]] std::string full_name(std::string_view field) {
  return std::string(model::record_name<Record>).append(".").append(field);
}

/// What a subject that has not all of them cannot be told: "spec.on_timeout=retry".
inline constexpr std::array on_timeout_choices{model::OnTimeout::retry, model::OnTimeout::fail,
                                               model::OnTimeout::cancel};
[[nodiscard]] std::string on_timeout_choice(model::OnTimeout value);

/// What the model cannot follow by itself, because it concerns what is shown.
enum class Deviation : std::uint8_t {
  no_delivery_count,      ///< deliveries are neither counted nor limited
  lease_version_restarts  ///< the version begins at 1 with every grant
};

struct Profile {
  std::string name;
  std::string version;
  Names operations;  ///< by name; `snapshot`, `restart` and `goodbye` among them
  bool durable = false;
  std::uint32_t processes = 1;  ///< of it that may work on one store at the same time, at most
  bool yields = false;          ///< it stops at yield points if it may
  model::Variant variant;       ///< which rules it keeps
  Names absent;  ///< "attempt.ready_at", "spec.not_before", "spec.on_timeout=retry", …
  std::set<Deviation> deviations;

  [[nodiscard]] bool offers(std::string_view operation) const {
    return operations.contains(operation);
  }
  template <class Operation>
  [[nodiscard]] bool offers() const {
    return offers(model::traits_of<Operation>.name);
  }
  [[nodiscard]] bool deviates(Deviation deviation) const { return deviations.contains(deviation); }
  bool operator==(const Profile&) const = default;
};

/// A subject that offers and keeps everything.
[[nodiscard]] const Profile& whole_contract();

/// Takes as absent what a subject that does not offer `prune_attempts` need not show: when attempts
/// finished, the latest sequence of a run, the version floor.
void leave_out_what_pruning_shows(Profile& profile);

/// The operations of the protocol that the profile does not offer, in the protocol's order.
[[nodiscard]] std::vector<std::string> missing_operations(const Profile& profile);

/// The names of the properties that are not promised because of what the profile says.
[[nodiscard]] Names properties_not_promised(const Profile& profile);

/// What the profile leaves out or does otherwise, each as one phrase for a report.
[[nodiscard]] std::vector<std::string> not_promised_in_words(const Profile& profile);

/// Reads the answer to `hello`.
/// Errors: what is missing, mistyped, unknown, or not offered although it is required.
[[nodiscard]] traces::Decoded<Profile> profile_from_json(const traces::Json& answer);

/// "ack_by_attempt", …
[[nodiscard]] std::string_view word(Deviation deviation);

}  // namespace leasecheck::sim
