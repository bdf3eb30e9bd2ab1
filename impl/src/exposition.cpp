#include "exposition.hpp"

#include <array>
#include <charconv>

namespace lease {

std::string printed(Exposition::Label label) {
  std::string text = std::string(label.name) + "=\"";
  for (const char byte : label.value) {
    if (byte == '\n') {
      text += "\\n";
      continue;
    }
    if (byte == '"' || byte == '\\') text += '\\';
    text += byte;
  }
  return text + '"';
}

std::string printed(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.begin(), text.end(), number, std::chars_format::general);
  return {text.begin(), end.ptr};
}

void Exposition::metric(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::histogram(Labels labels, std::span<const std::string> bounds,
                           std::span<const std::uint64_t> counts, std::string_view sum) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    count += counts[i];
    line("_bucket", labels, std::to_string(count), i < bounds.size() ? bounds[i] : "+Inf");
  }
  line("_sum", labels, sum);
  line("_count", labels, std::to_string(count));
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view value,
                      std::string_view bound) {
  std::string all = labels_;
  const auto add = [&all](Label label) { all += (all.empty() ? "" : ",") + printed(label); };
  for (const Label& label : labels) add(label);
  if (!bound.empty()) add({"le", bound});
  text_.append(name_).append(suffix);
  if (!all.empty()) text_.append("{").append(all).append("}");
  text_.append(" ").append(value).append("\n");
}

}  // namespace lease
