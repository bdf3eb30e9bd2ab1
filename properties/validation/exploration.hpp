#pragma once

#include <cstdint>
#include <vector>

#include "properties/validation/configuration.hpp"
#include "properties/validation/logged_model.hpp"

namespace leasecheck::properties {

/// Looks for the orders in which a call can have taken effect, alone or after others.
/// Thread: one thread.
class Exploration {
 public:
  /// Which calls may take effect before `target`, and whether what no answer shows may have
  /// happened too.
  struct Reach {
    std::vector<std::uint64_t> others;
    bool has_unseen = false;
  };

  Exploration(LoggedModel& model, OpenCalls& open, std::uint64_t target, Reach reach)
      : model_(model), open_(open), target_(target), reach_(std::move(reach)) {}

  /// Adds the states in which the call has taken effect. The model is as it was afterwards.
  void explore(const Configuration& from, std::vector<Configuration>& found);

 private:
  void go_on(Explained explained, std::vector<Configuration>& found);

  LoggedModel& model_;
  OpenCalls& open_;
  std::uint64_t target_;
  Reach reach_;
  model::IndexedModel::Mark beginning_ = 0;
  std::vector<Configuration> seen_;
};

/// Calls that changed nothing take effect in any state that answers what they were answered: those
/// that do in the present one are added to `explained`.
void settle_readings(LoggedModel& model, OpenCalls& open, Explained& explained);

/// Whether all calls have taken effect that did so before it by the word of its writer.
[[nodiscard]] bool is_enabled(const OpenCall& call, const OpenCalls& open,
                              const Explained& explained);

}  // namespace leasecheck::properties
