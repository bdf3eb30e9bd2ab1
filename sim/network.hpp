#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/spec/outcome.hpp"
#include "sim/faults.hpp"
#include "sim/random.hpp"
#include "sim/referee.hpp"
#include "sim/timeline.hpp"

namespace leasecheck::sim {

/// A request on its way from a worker to the repository's host.
struct Request {
  model::Id worker;
  std::string operation;
  /// Runs on the host when the request arrives; gives the call whose answer is the reply.
  std::function<CallResult()> serve;
  /// Runs where the worker is when a reply arrives, perhaps more than once, perhaps after
  /// `give_up`.
  std::function<void(const CallResult&)> deliver;
  /// Runs when the worker has waited for its reply timeout in vain: the outcome is unknown.
  std::function<void()> give_up;
};

/// The link between workers and the repository's host: it delays, loses, duplicates and reorders.
class Network {
 public:
  Network(Timeline& timeline, Referee& referee, const NetworkFaults& faults,
          model::Duration reply_timeout, std::uint64_t seed);

  void send(Request request);

 private:
  void arrive(const std::shared_ptr<const Request>& request, const std::shared_ptr<bool>& answered);
  [[nodiscard]] model::Duration delay();

  Timeline& timeline_;
  Referee& referee_;
  NetworkFaults faults_;
  model::Duration reply_timeout_;
  Stream draw_;
};

}  // namespace leasecheck::sim
