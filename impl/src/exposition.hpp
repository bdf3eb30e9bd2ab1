#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lease {

/// Prints metrics in Prometheus's text format 0.0.4.
class Exposition {
 public:
  struct Label {
    std::string_view name;
    std::string_view value;
  };
  using Labels = std::initializer_list<Label>;

  /// Every sample gets `labels`, which are printed already, before its own.
  explicit Exposition(std::string_view labels) : labels_(labels) {}

  /// Begins a metric. `help` is one line without a backslash.
  void metric(std::string_view name, std::string_view type, std::string_view help);

  /// A sample of the metric that was begun last.
  void sample(Labels labels, std::string_view value) { line("", labels, value); }
  void sample(Labels labels, std::uint64_t value) { line("", labels, std::to_string(value)); }

  /// `counts` has one more than `bounds`, for what is above them all.
  void histogram(Labels labels, std::span<const std::string> bounds,
                 std::span<const std::uint64_t> counts, std::string_view sum);

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view value,
            std::string_view bound = {});

  std::string labels_;
  std::string name_;
  std::string text_;
};

/// `name="value"`, with what has a meaning in the format escaped.
[[nodiscard]] std::string printed(Exposition::Label label);

/// The shortest decimal number that reads back as this one.
[[nodiscard]] std::string printed(double number);

}  // namespace lease
