#pragma once

#include "leasecheck/spec/records.hpp"
#include "properties/support/observed.hpp"

namespace leasecheck::sim {

class Worker;

/// A handler at work on an attempt, under one lease.
struct Execution {
  const Worker& worker;
  model::Id lease_id;
  model::Id attempt_id;
  std::uint32_t attempt_no = 1;
};

/// Watches a run and has no say in it. This one looks away.
class Observer {
 public:
  Observer() = default;
  virtual ~Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  /// An operation was carried out and judged.
  virtual void operated(const properties::Operated&) {}
  /// A handler begins to work.
  virtual void began(const Execution&, model::Time) {}
  /// It ends, by itself or because it was asked to.
  virtual void ended(const Worker&, const model::Id& /*lease_id*/) {}
  /// The worker is up, under this name.
  virtual void started(const model::Id& /*worker_id*/) {}
  /// The worker is down, and all its handlers with it.
  virtual void stopped(const Worker&, model::Time) {}
  /// The plan's duration is over, or a verdict has ended the run before.
  virtual void duration_over(model::Time) {}
};

}  // namespace leasecheck::sim
