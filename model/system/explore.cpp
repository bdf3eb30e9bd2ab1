#include "model/system/explore.hpp"

#include <algorithm>

#include "model/system/summary.hpp"
#include "model/system/system.hpp"

namespace leasecheck::system {
namespace {

template <typename M>
void add_actions(const M& model, const check::Report<M>& report, Explored& explored) {
  for (std::size_t i = 0; i < explored.findings.size(); ++i) {
    std::optional<Run>& run = explored.findings[i].counterexample;
    if (!run) continue;
    run->world = model.world().options();
    run->initial = report.outcomes[i].counterexample->initial;
    for (const auto& step : report.outcomes[i].counterexample->steps) {
      run->actions.push_back(step.action);
    }
  }
}

template <typename M>
check::View<M> view_of(const M& model, Lens lens) {
  if (lens == Lens::state) return {};
  return {.class_of = [&model,
                       lens](const State& state) { return class_of(lens, model.world(), state); },
          .name_of = action_label};
}

template <std::size_t words>
std::expected<Explored, std::string> search(const Options& world, const check::Options& how,
                                            const Wanted& wanted) {
  const System<words> model(world);
  const auto checked = check::Checker(model, how).run();
  if (!checked) return std::unexpected(checked.error());
  Explored explored = summary(model, *checked);
  add_actions(model, *checked, explored);
  if (explored.limit == check::Limit::stopped) return explored;
  if (how.symmetry && wanted.reduction) explored.reduction = reduction(model, *checked);
  if (wanted.graph) explored.graph = searched_graph(*checked, view_of(model, *wanted.graph));
  return explored;
}

}  // namespace

const Finding* Explored::find(std::string_view property) const {
  const auto found = std::ranges::find(findings, property, &Finding::property);
  return found == findings.end() ? nullptr : &*found;
}

std::expected<Explored, std::string> explore(const Options& world, const check::Options& how,
                                             const Wanted& wanted) {
  if (auto valid = validate(world); !valid) return std::unexpected(valid.error());
  const std::size_t words = Codec(world).words();
  if (words <= 2) return search<2>(world, how, wanted);
  if (words <= 4) return search<4>(world, how, wanted);
  if (words <= 8) return search<8>(world, how, wanted);
  if (words <= 16) return search<16>(world, how, wanted);
  return std::unexpected("the bounds make states of " + std::to_string(words * 8) +
                         " bytes: fewer workers, attempts or messages make them smaller");
}

std::expected<Explored, std::string> explore(const check::LeaseCore& model,
                                             const check::Options& how, const Wanted& wanted) {
  const auto checked = check::Checker(model, how).run();
  if (!checked) return std::unexpected(checked.error());
  Explored explored = summary(model, *checked);
  if (explored.limit == check::Limit::stopped) return explored;
  if (wanted.reduction) explored.reduction = reduction(model, *checked);
  if (wanted.graph) explored.graph = check::searched_graph(*checked);
  return explored;
}

}  // namespace leasecheck::system
