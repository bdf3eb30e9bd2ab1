#include "cli/report/text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "traces/printable.hpp"

namespace leasecheck::cli {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t position = std::ssize(digits) - 3; position > 0; position -= 3) {
    digits.insert(static_cast<std::size_t>(position), 1, ',');
  }
  return digits;
}

std::string in_words(model::Duration duration) {
  const std::int64_t ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  const std::int64_t seconds = ms / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

nlohmann::ordered_json to_json(const traces::Verdict& verdict) {
  nlohmann::ordered_json document{{"result", traces::word(verdict.result)}};
  if (!verdict.property.empty()) {
    document["property"] = verdict.property;
    document["first_bad"] = verdict.first_bad;
  }
  if (!verdict.message.empty()) document["message"] = verdict.message;
  return document;
}

namespace {

void make_printable(nlohmann::ordered_json& json) {
  if (json.is_string()) json = traces::printable(json.get_ref<const std::string&>());
  if (!json.is_structured()) return;
  for (nlohmann::ordered_json& element : json) make_printable(element);
}

}  // namespace

std::string json_text(nlohmann::ordered_json document) {
  make_printable(document);
  return document.dump(2) + "\n";
}

}  // namespace leasecheck::cli
