#include "properties/validation/configuration.hpp"

#include <algorithm>
#include <utility>

namespace leasecheck::properties {
namespace {

using Rows = model::IndexedModel::Rows;

/// Whether every state has this very row.
template <class Map>
bool is_in_all(const std::vector<Configuration>& configurations, Map Rows::*rows,
               const typename Map::value_type& row) {
  return std::ranges::all_of(configurations, [&](const Configuration& configuration) {
    const auto found = (configuration.rows.*rows).find(row.first);
    return found != (configuration.rows.*rows).end() && found->second == row.second;
  });
}

template <class Map>
void take_common(std::vector<Configuration>& configurations, Map Rows::*rows, Rows& common) {
  for (const auto& row : configurations.front().rows.*rows) {
    if (is_in_all(configurations, rows, row)) (common.*rows).insert(row);
  }
  for (const auto& [id, row] : common.*rows) {
    for (Configuration& configuration : configurations) (configuration.rows.*rows).erase(id);
  }
}

}  // namespace

bool add_if_new(std::vector<Configuration>& configurations, Configuration added) {
  const auto is_covered = [](const Configuration& less, const Configuration& more) {
    return less.explained.changes == more.explained.changes && less.rows == more.rows &&
           std::ranges::includes(more.explained.readings, less.explained.readings);
  };
  for (const Configuration& other : configurations) {
    if (is_covered(added, other)) return false;
  }
  std::erase_if(configurations,
                [&](const Configuration& other) { return is_covered(other, added); });
  configurations.push_back(std::move(added));
  return true;
}

Rows take_what_is_common(std::vector<Configuration>& configurations) {
  if (configurations.size() == 1) return std::exchange(configurations.front().rows, {});
  Rows common;
  take_common(configurations, &Rows::attempts, common);
  take_common(configurations, &Rows::runs, common);
  take_common(configurations, &Rows::ended_leases, common);
  const auto floor = configurations.front().rows.version_floor;
  const bool is_one_floor = std::ranges::all_of(
      configurations, [floor](const auto& each) { return each.rows.version_floor == floor; });
  if (is_one_floor) {
    common.version_floor = floor;
    for (Configuration& configuration : configurations) configuration.rows.version_floor.reset();
  }
  return common;
}

}  // namespace leasecheck::properties
