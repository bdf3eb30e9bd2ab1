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
  const auto request = std::make_shared<Sent>(std::move(sent));
  timeline_.after(reply_timeout_, [request] {
    if (!request->is_answered) request->give_up();
  });
  if (timeline_.now() < link_of(request->worker).requests_cut_until) return lose(*request);
  if (draw_.chance(faults_.lose_request)) {
    referee_.count_fault(FaultKind::request_lost);
    return lose(*request);
  }
  timeline_.after(delay(), [this, request] { arrive(request); });
  if (draw_.chance(faults_.duplicate_request)) {
    referee_.count_fault(FaultKind::request_duplicated);
    timeline_.after(delay(), [this, request] { arrive(request); });
  }
}

void Network::arrive(const std::shared_ptr<Sent>& request) {
  if (timeline_.now() < down_until_) return lose(*request);
  std::optional<Served> reply = request->serve();
  if (!reply) {
    request->is_answered = true;  // there is no reply to wait for
    return;
  }
  const bool is_lost = draw_.chance(faults_.lose_reply);
  if (is_lost) referee_.count_fault(FaultKind::reply_lost);
  if (is_lost || timeline_.now() < link_of(request->worker).replies_cut_until) {
    referee_.happen(model::ReplyLost{.worker = request->worker, .call = reply->call});
    return;
  }
  timeline_.after(delay(), [request, deliver = std::move(reply->deliver)] {
    request->is_answered = true;
    deliver();
  });
}

Network::Link Network::link_of(const model::Id& worker) const {
  const auto link = links_.find(worker);
  return link == links_.end() ? Link{} : link->second;
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
