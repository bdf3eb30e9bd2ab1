#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "model/graph/lens.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

using MakeSubject = std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>;

/// Whose graph is walked, and how it is looked at.
struct ObserveOptions {
  const graph::Lens* lens = &graph::attempt_lens;
  int workers = 2;
  int attempts = 1;     ///< at a time
  std::string backend;  ///< for the heads of traces
  MakeSubject make;
  /// Asked after every step; once it says no the verdict is inconclusive.
  std::function<bool()> may_go_on = {};
  /// Told after each that is carried out how many were, of all.
  std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};
};

}  // namespace leasecheck::sim
