#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leasecheck/spec/outcome.hpp"
#include "sim/faults.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/random.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// What a request came to on the host.
struct Served {
  std::uint64_t call = 0;  ///< whose answer the reply is
  /// Runs where the worker is when the reply arrives.
  std::function<void()> deliver;
};

/// A request on its way from a worker to the repository's host.
struct Request {
  model::Id worker;
  std::string operation;
  /// Runs on the host when the request arrives, perhaps more than once; gives a reply, which may
  /// arrive after `give_up`, or nothing where no call was made.
  std::function<std::optional<Served>()> serve;
  /// Runs when the worker has waited for its reply timeout in vain: the outcome is unknown.
  std::function<void()> give_up;
};

/// The links between workers and the repository's host: they delay, lose, duplicate, reorder, and
/// are cut for a while, one way or both.
class Network {
 public:
  /// `faults` may change as the run goes on.
  Network(Timeline& timeline, Referee& referee, const NetworkFaults& faults,
          model::Duration reply_timeout, std::uint64_t seed);

  void send(Request request);

  /// A look at the link of this worker: it may be cut from now on.
  void check_link(const model::Id& worker);

  /// The repository's host is not available until then: no request arrives.
  void shut_down(model::Time until);
  /// Until when the host is not available; a time that has passed if it is.
  [[nodiscard]] model::Time down_until() const { return down_until_; }

  /// Every link that was cut is whole again, and the host is available.
  void repair();

 private:
  /// Until when a link carries nothing.
  struct Link {
    model::Time requests_cut_until = model::beginning_of_time;
    model::Time replies_cut_until = model::beginning_of_time;
  };

  struct Sent : Request {
    explicit Sent(Request request) : Request(std::move(request)) {}
    bool is_answered = false;
  };

  void arrive(const std::shared_ptr<Sent>& request);
  [[nodiscard]] Link link_of(const model::Id& worker) const;
  [[nodiscard]] model::Duration delay();
  [[nodiscard]] model::Time end_of_cut();
  void lose(const Request& request);

  Timeline& timeline_;
  Referee& referee_;
  const NetworkFaults& faults_;
  model::Duration reply_timeout_;
  Stream draw_;
  std::map<model::Id, Link> links_;  ///< by worker; those that were cut
  model::Time down_until_ = model::beginning_of_time;
};

}  // namespace leasecheck::sim
