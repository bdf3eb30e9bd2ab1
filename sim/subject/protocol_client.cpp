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

std::vector<std::string> with_subject_directory(std::vector<std::string> environment,
                                                const std::string& directory) {
  std::erase_if(environment, [](const auto& entry) { return entry.starts_with("SUBJECT_DIR="); });
  environment.push_back("SUBJECT_DIR=" + directory);
  return environment;
}

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

std::expected<Json, BrokenSubject> ProtocolClient::hello(Mode mode) {
  last_request_ = mode == Mode::alone ? R"({"id":0,"op":"hello","protocol":1})"
                                      : R"({"id":0,"op":"hello","protocol":1,"yields":true})";
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
  if (!answer) return answer;
  if (auto checked = check_error(*answer); !checked) return std::unexpected(checked.error());
  return answer;
}

std::expected<void, BrokenSubject> ProtocolClient::begin(std::string_view operation,
                                                         model::Time now, std::string_view args) {
  if (error_) return std::unexpected(*error_);
  write_request(operation, now, args);
  if (auto sent = process_->send(last_request_); !sent) return broken(sent.error());
  return {};
}

std::expected<ProtocolClient::Said, BrokenSubject> ProtocolClient::listen(
    std::chrono::milliseconds patience) {
  if (error_) return std::unexpected(*error_);
  const auto text = process_->listen(patience);
  if (!text) return broken(text.error());
  if (!*text) return Silence{};
  auto said = read(**text, requests_);
  if (!said) return std::unexpected(said.error());
  if (const auto at = said->find("at"); at != said->end()) {
    const auto waits = said->find("waits");
    const bool is_flag = waits == said->end() || waits->is_boolean();
    if (!at->is_string() || !is_flag) {
      return broken(R"(expected {"id":…,"at":"…","waits":…}, found )" + excerpt(**text));
    }
    return YieldPoint{.at = at->get<std::string>(),
                      .waits = waits != said->end() && waits->get<bool>()};
  }
  if (auto checked = check_answer(*said, **text); !checked) {
    return std::unexpected(checked.error());
  }
  if (auto checked = check_error(*said); !checked) return std::unexpected(checked.error());
  return *std::move(said);
}

std::expected<void, BrokenSubject> ProtocolClient::go_on() {
  if (error_) return std::unexpected(*error_);
  const std::string line = "{\"go\":" + std::to_string(requests_) + "}";
  if (auto sent = process_->send(line); !sent) return broken(sent.error());
  return {};
}

std::expected<void, BrokenSubject> ProtocolClient::check_error(const Json& answer) {
  if (!answer.contains("error")) return {};
  const Json& error = answer.at("error");
  const Json code = error.is_object() ? error.value("code", Json()) : Json();
  if (code == "internal" || code == "unsupported") {
    return broken("it answered " + excerpt_of(answer));
  }
  return {};
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
  auto answer = read(*text, id);
  if (!answer) return answer;
  if (auto checked = check_answer(*answer, *text); !checked) {
    return std::unexpected(checked.error());
  }
  return answer;
}

std::expected<Json, BrokenSubject> ProtocolClient::read(const std::string& text, std::uint64_t id) {
  auto answer = traces::parse_json(text);
  if (!answer) return broken("its answer is " + answer.error() + ": " + excerpt(text));
  const auto repeated = answer->find("id");
  if (repeated == answer->end() || *repeated != id) {
    return broken("expected an answer with \"id\":" + std::to_string(id) + ", found " +
                  excerpt(text));
  }
  return *std::move(answer);
}

std::expected<void, BrokenSubject> ProtocolClient::check_answer(const Json& answer,
                                                                const std::string& text) {
  if (answer.contains("ok") != answer.contains("error")) return {};
  return broken("expected either \"ok\" or \"error\", found " + excerpt(text));
}

}  // namespace leasecheck::sim
