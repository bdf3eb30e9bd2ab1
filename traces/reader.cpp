#include "traces/reader.hpp"

#include <cerrno>
#include <fstream>
#include <istream>
#include <map>
#include <nlohmann/json.hpp>
#include <spanstream>
#include <system_error>
#include <utility>

#include "traces/lines.hpp"

namespace leasecheck::traces {
namespace {

using Kind = ReadError::Kind;

/// Whether a file without a verdict is one that was cut short, or an error.
enum class Whole : std::uint8_t { yes, may_be_cut_short };

/// Reads one file; every complaint is about the line that was read last.
class FileReader {
 public:
  FileReader(std::istream& in, std::string name, Whole whole)
      : in_(in), name_(std::move(name)), whole_(whole) {}

  std::expected<Trace, ReadError> read() {
    if (auto head = read_head(); !head) return std::unexpected(head.error());
    while (true) {
      auto line = next_line();
      // A line without an end was being written when its writer died.
      if (whole_ == Whole::may_be_cut_short && in_.eof()) return cut_short();
      if (!line) return std::unexpected(line.error());
      const std::string kind = kind_of(*line);
      if (kind == "verdict") return read_end(*line);
      if (kind != "step") return complain("expected a line of kind \"step\" or \"verdict\"");
      if (auto step = read_step(*line); !step) return std::unexpected(step.error());
    }
  }

 private:
  std::expected<void, ReadError> read_head() {
    auto line = next_line();
    if (!line) return std::unexpected(line.error());
    if (kind_of(*line) != "head") return complain("expected the head of a trace (\"k\":\"head\")");
    auto format = format_from_json(*line);
    if (!format) return complain(format.error());
    if (format->schema != schema_version) {
      return complain("schema: this program reads " + std::to_string(schema_version) + ", found " +
                      std::to_string(format->schema));
    }
    if (format->model != model_version) {
      return complain("stale: recorded for model " + print_json(text_to_json(format->model)) +
                          ", this program has \"" + std::string(model_version) + "\"",
                      Kind::stale);
    }
    auto head = head_from_json(*line);
    if (!head) return complain(head.error());
    trace_.head = *std::move(head);
    return {};
  }

  std::expected<void, ReadError> read_step(const Json& line) {
    auto step = step_from_json(line, [this](std::uint64_t number) { return find_call(number); });
    if (!step) return complain(step.error());
    const std::uint64_t expected_number = trace_.steps.size() + 1;
    if (step->number != expected_number) {
      return complain("i: expected step " + std::to_string(expected_number) + ", found " +
                      std::to_string(step->number));
    }
    if (const auto* call = std::get_if<Call>(&step->what)) {
      unanswered_.emplace(step->number, call->action.operation);
    } else if (const auto* answer = std::get_if<Return>(&step->what)) {
      unanswered_.erase(answer->of);
    }
    trace_.steps.push_back(*std::move(step));
    return {};
  }

  std::expected<Trace, ReadError> read_end(const Json& line) {
    auto verdict = verdict_from_json(line);
    if (!verdict) return complain(verdict.error());
    const bool names_a_step = verdict->first_bad >= 1 && verdict->first_bad <= trace_.steps.size();
    if (verdict->result == Result::violated && !names_a_step) {
      return complain("first_bad: expected the number of a step, found " +
                      std::to_string(verdict->first_bad));
    }
    if (in_.peek() != std::istream::traits_type::eof()) {
      ++line_number_;
      return complain("expected the file to end after its verdict");
    }
    trace_.verdict = *std::move(verdict);
    return std::move(trace_);
  }

  std::expected<Trace, ReadError> cut_short() {
    trace_.verdict.result = Result::broken;
    trace_.verdict.message = "the run was cut short";
    return std::move(trace_);
  }

  std::expected<Json, ReadError> next_line() {
    std::string text;
    ++line_number_;
    for (char c = 0; in_.get(c) && c != '\n';) {
      if (text.size() == longest_line) {
        return complain("longer than " + std::to_string(longest_line) + " bytes");
      }
      text += c;
    }
    if (in_.bad()) return complain("cannot be read further", Kind::unreadable);
    if (text.empty() && in_.eof()) {
      return complain(line_number_ == 1 ? "the file is empty; expected the head of a trace"
                                        : "the file ends without a verdict: it was cut short");
    }
    if (text.ends_with('\r')) text.pop_back();
    auto json = parse_json(text);
    if (!json) return complain(json.error());
    return *std::move(json);
  }

  [[nodiscard]] const model::Operation* find_call(std::uint64_t number) const {
    const auto found = unanswered_.find(number);
    return found == unanswered_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::unexpected<ReadError> complain(std::string what,
                                                    Kind kind = Kind::malformed) const {
    return std::unexpected(
        ReadError{kind, name_ + ":" + std::to_string(line_number_) + ": " + std::move(what)});
  }

  std::istream& in_;
  std::string name_;
  Whole whole_;
  std::uint64_t line_number_ = 0;
  std::map<std::uint64_t, model::Operation> unanswered_;
  Trace trace_;
};

}  // namespace

std::expected<Trace, ReadError> read_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return std::unexpected(
        ReadError{Kind::unreadable, name + ": is a directory; expected a trace file"});
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const std::error_code reason(errno, std::generic_category());
    return std::unexpected(
        ReadError{Kind::unreadable, name + ": cannot be opened: " + reason.message()});
  }
  const bool is_part = file.extension() == ".part";
  return FileReader(in, name, is_part ? Whole::may_be_cut_short : Whole::yes).read();
}

std::expected<Trace, ReadError> read_text(std::string_view text, std::string_view name) {
  std::ispanstream in(std::span<const char>(text.data(), text.size()));
  return FileReader(in, std::string(name), Whole::yes).read();
}

}  // namespace leasecheck::traces
