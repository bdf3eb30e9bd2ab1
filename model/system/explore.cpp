#include "model/system/explore.hpp"

#include <algorithm>

#include "model/check/checker.hpp"
#include "model/system/system.hpp"

namespace leasecheck::system {
namespace {

template <typename M>
Explored told(const M& model, const check::Report<M>& report) {
  Explored explored = summary(model, report);
  for (std::size_t i = 0; i < explored.findings.size(); ++i) {
    std::optional<Run>& run = explored.findings[i].counterexample;
    if (!run) continue;
    run->world = model.world().options();
    run->initial = report.outcomes[i].counterexample->initial;
    for (const auto& step : report.outcomes[i].counterexample->steps) {
      run->actions.push_back(step.action);
    }
  }
  return explored;
}

template <std::size_t words>
std::expected<Explored, std::string> search(const Options& world, const check::Options& how) {
  const System<words> model(world);
  check::Checker checker(model, how);
  const auto report = checker.run();
  if (!report) return std::unexpected(report.error());
  return told(model, *report);
}

}  // namespace

const Finding* Explored::find(std::string_view property) const {
  const auto found = std::ranges::find(findings, property, &Finding::property);
  return found == findings.end() ? nullptr : &*found;
}

std::expected<Explored, std::string> explore(const Options& world, const check::Options& how) {
  if (auto valid = validate(world); !valid) return std::unexpected(valid.error());
  const std::size_t words = Codec(world).words();
  if (words <= 2) return search<2>(world, how);
  if (words <= 4) return search<4>(world, how);
  if (words <= 8) return search<8>(world, how);
  if (words <= 16) return search<16>(world, how);
  return std::unexpected("the bounds make states of " + std::to_string(words * 8) +
                         " bytes: fewer workers, attempts or messages make them smaller");
}

}  // namespace leasecheck::system
