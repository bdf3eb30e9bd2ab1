#include "sim/subject/protocol_client.hpp"

#include <nlohmann/json.hpp>

#include "traces/printable.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

constexpr std::size_t longest_excerpt = 1000;

std::string excerpt(std::string_view text) {
  const std::string_view front = traces::front_of(text, longest_excerpt);
  if (front.size() == text.size()) return std::string(text);
  return std::string(front) + "… (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace

std::string excerpt_of(const Json& json) {
  return excerpt(traces::print_json(json));
}

std::unexpected<BrokenSubject> ProtocolClient::broken(std::string what) {
  if (!last_request_.empty()) what += "; the last request was " + excerpt(last_request_);
  error_ = BrokenSubject{std::move(what)};
  process_.reset();
  return std::unexpected(*error_);
}

std::expected<void, BrokenSubject> ProtocolClient::start() {
  process_.reset();
  auto process = Process::start(program_);
  if (!process) return broken(process.error());
  process_ = *std::move(process);
  return {};
}

std::expected<Json, BrokenSubject> ProtocolClient::hello() {
  last_request_ = R"({"id":0,"op":"hello","protocol":1})";
  auto answer = exchange(0);
  if (answer && !answer->contains("ok")) {
    return broken("it refused to speak: " + excerpt_of(*answer));
  }
  return answer;
}

std::expected<Json, BrokenSubject> ProtocolClient::ask(std::string_view operation, model::Time now,
                                                       std::string_view args) {
  if (error_) return std::unexpected(*error_);
  write_request(operation, now, args);
  auto answer = exchange(requests_);
  if (!answer || !answer->contains("error")) return answer;
  const Json& error = (*answer)["error"];
  const Json code = error.is_object() ? error.value("code", Json()) : Json();
  if (code == "internal" || code == "unsupported") {
    return broken("it answered " + excerpt_of(*answer));
  }
  return answer;
}

std::expected<void, BrokenSubject> ProtocolClient::ask_and_kill(std::string_view operation,
                                                                model::Time now,
                                                                std::string_view args,
                                                                std::chrono::microseconds delay) {
  if (error_) return std::unexpected(*error_);
  write_request(operation, now, args);
  if (auto sent = process_->send(last_request_); !sent) return broken(sent.error());
  process_->kill_within(delay);
  return {};
}

// The request takes the place of the last one, so that its memory is used again.
void ProtocolClient::write_request(std::string_view operation, model::Time now,
                                   std::string_view args) {
  last_request_ = "{\"id\":";
  last_request_.append(std::to_string(++requests_)).append(",\"op\":\"").append(operation);
  last_request_.append("\",\"now\":").append(std::to_string(now.time_since_epoch().count()));
  last_request_.append(",\"args\":").append(args) += '}';
}

std::expected<Json, BrokenSubject> ProtocolClient::exchange(std::uint64_t id) {
  const auto text = process_->exchange(last_request_);
  if (!text) return broken(text.error());
  auto answer = traces::parse_json(*text);
  if (!answer) return broken("its answer is " + answer.error() + ": " + excerpt(*text));
  const auto repeated = answer->find("id");
  if (repeated == answer->end() || *repeated != id) {
    return broken("expected an answer with \"id\":" + std::to_string(id) + ", found " +
                  excerpt(*text));
  }
  if (answer->contains("ok") == answer->contains("error")) {
    return broken("expected either \"ok\" or \"error\", found " + excerpt(*text));
  }
  return *std::move(answer);
}

}  // namespace leasecheck::sim
