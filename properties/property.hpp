#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "leasecheck/spec/environment.hpp"
#include "properties/support/observed.hpp"

/// Properties are named values that watch a run: every operation with what it answered and changed,
/// and every event around the repository. They judge the observed subject by the contract's rules,
/// each on its own; only `conforms_to_model` compares with the reference model.
namespace leasecheck::properties {

using model::Deployment;

/// What a property says when it does not hold, in words, with the values that show it.
using Complaint = std::optional<std::string>;

/// One run under one property, from an empty repository on. Deterministic: the same observations
/// give the same complaint.
/// Thread: one thread.
class Watcher {
 public:
  virtual ~Watcher() = default;

  /// Called after every operation; the first complaint ends the run.
  [[nodiscard]] virtual Complaint after(const Operated& operated) = 0;

  /// Called after every event around the repository.
  [[nodiscard]] virtual Complaint after(const Happened& happened);

  /// Whether the contract promises this property in this deployment; if not, nothing is complained
  /// about and the report says "not promised".
  [[nodiscard]] virtual bool is_promised() const;

  /// How often the premise was reached: the property's `sometimes`. Zero over a whole campaign
  /// means that the property passed vacuously, which the report says by name.
  [[nodiscard]] std::uint64_t premises_reached() const { return premises_reached_; }

 protected:
  void reach_premise() { ++premises_reached_; }

 private:
  std::uint64_t premises_reached_ = 0;
};

/// A watcher of this type, which may want to know the deployment.
template <std::derived_from<Watcher> T>
[[nodiscard]] std::unique_ptr<Watcher> make_watcher(const Deployment& deployment) {
  if constexpr (std::constructible_from<T, const Deployment&>) {
    return std::make_unique<T>(deployment);
  } else {
    return std::make_unique<T>();
  }
}

struct Property {
  std::string_view name;     ///< as it stands in traces and reports: "no_double_belief"
  std::string_view rules;    ///< "19a"
  std::string_view claim;    ///< one sentence: what always holds
  std::string_view premise;  ///< one sentence: what must be seen sometimes
  std::unique_ptr<Watcher> (*watch)(const Deployment& deployment);
  /// Whether it is shown an operation on several attempts as a whole (rules 25 and 26). The others
  /// are shown each of them as the operation on one that it is.
  bool sees_several_as_one = false;
  /// Whether it can say something only of a subject that shows what it holds, and not by answers.
  bool needs_rows = true;
  /// The fields of rows that it is about, as "attempt.version". Of a subject that shows none of
  /// them it says nothing, and of one that lacks some nothing about a row that is not as the
  /// model's.
  std::span<const std::string_view> about = {};
};

/// Every property, most specific first; `conforms_to_model` is last, so that a failure is named by
/// the rule that it breaks where there is one.
[[nodiscard]] std::span<const Property> all_properties();

/// Returns: null when no property has this name.
[[nodiscard]] const Property* find_property(std::string_view name);

}  // namespace leasecheck::properties
