#include <utility>

#include "leasecheck/spec/step.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {
namespace {

class ModelSubject final : public Subject {
 public:
  explicit ModelSubject(const model::Variant& variant) : profile_(whole_contract()) {
    profile_.variant = state_.variant = variant;
  }

  [[nodiscard]] std::string name() const override { return "model"; }
  [[nodiscard]] const Profile& profile() const override { return profile_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    model::Step step = model::step(std::move(state_), action);
    state_ = std::move(step.state);
    const bool refused = step.outcome == std::unexpected(model::ErrorCode::invalid_argument);
    return Reply{.outcome = std::move(step.outcome),
                 .message = {},
                 .clock_reads = model::reads_clock(action.operation) && !refused ? 1U : 0U};
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    return model::snapshot(state_);
  }

 private:
  Profile profile_;
  model::State state_;
};

}  // namespace

std::unique_ptr<Subject> make_model_subject(const model::Variant& variant) {
  return std::make_unique<ModelSubject>(variant);
}

}  // namespace leasecheck::sim
