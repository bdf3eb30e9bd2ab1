#include "sim/world/network.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace leasecheck::sim {

Network::Network(Timeline& timeline, Referee& referee, const NetworkFaults& faults,
                 model::Duration reply_timeout, std::uint64_t seed)
    : timeline_(timeline),
      referee_(referee),
      faults_(faults),
      reply_timeout_(reply_timeout),
      draw_(seed, "network") {}

void Network::send(Request sent) {
  const auto request = std::make_shared<const Request>(std::move(sent));
  const auto answered = std::make_shared<bool>(false);
  timeline_.after(reply_timeout_, [request, answered] {
    if (!*answered) request->give_up();
  });
  if (timeline_.now() < links_[request->worker].requests_cut_until) return lose(*request);
  if (draw_.chance(faults_.lose_request)) {
    referee_.count_fault(FaultKind::request_lost);
    return lose(*request);
  }
  timeline_.after(delay(), [this, request, answered] { arrive(request, answered); });
  if (draw_.chance(faults_.duplicate_request)) {
    referee_.count_fault(FaultKind::request_duplicated);
    timeline_.after(delay(), [this, request, answered] { arrive(request, answered); });
  }
}

void Network::arrive(const std::shared_ptr<const Request>& request,
                     const std::shared_ptr<bool>& answered) {
  if (timeline_.now() < down_until_) return lose(*request);
  const std::optional<Served> reply = request->serve();
  if (!reply) {
    *answered = true;  // there is no reply to wait for
    return;
  }
  const bool is_lost = draw_.chance(faults_.lose_reply);
  if (is_lost) referee_.count_fault(FaultKind::reply_lost);
  if (is_lost || timeline_.now() < links_[request->worker].replies_cut_until) {
    referee_.happen(model::ReplyLost{.worker = request->worker, .call = reply->call});
    return;
  }
  timeline_.after(delay(), [answered, deliver = reply->deliver] {
    *answered = true;
    deliver();
  });
}

void Network::lose(const Request& request) {
  referee_.happen(model::RequestLost{.worker = request.worker, .operation = request.operation});
}

void Network::check_link(const model::Id& worker) {
  if (draw_.chance(faults_.cut_requests)) {
    referee_.count_fault(FaultKind::requests_cut);
    links_[worker].requests_cut_until = end_of_cut();
  }
  if (draw_.chance(faults_.cut_replies)) {
    referee_.count_fault(FaultKind::replies_cut);
    links_[worker].replies_cut_until = end_of_cut();
  }
  if (draw_.chance(faults_.cut_both)) {
    referee_.count_fault(FaultKind::link_cut);
    links_[worker] = {end_of_cut(), end_of_cut()};
  }
}

void Network::shut_down(model::Time until) {
  referee_.count_fault(FaultKind::link_cut);
  down_until_ = std::max(down_until_, until);
}

void Network::repair() {
  links_.clear();
  down_until_ = model::beginning_of_time;
}

model::Time Network::end_of_cut() {
  return timeline_.now() + draw_.between(model::Duration{1}, faults_.longest_cut);
}

model::Duration Network::delay() {
  if (draw_.chance(faults_.delay_spike)) {
    referee_.count_fault(FaultKind::delay_spike);
    return faults_.spike;
  }
  return draw_.between(faults_.least_delay, std::max(faults_.least_delay, faults_.most_delay));
}

}  // namespace leasecheck::sim
