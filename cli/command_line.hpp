#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What a command line is made of. The parser stays behind it: its headers take longer to compile
/// than a command.
namespace leasecheck::cli {

/// The longest duration that anybody may name, in milliseconds; as nanoseconds it fits 64 bits.
inline constexpr std::int64_t longest_duration = std::int64_t{1'000'000} * 3'600'000;

/// A whole number with its unit, "250ms", "30s", "10m", "1h", "7d", in milliseconds.
/// Returns: nothing if it is anything else, or beyond `longest_duration`.
[[nodiscard]] std::optional<std::int64_t> milliseconds_in(const std::string& text);

/// One option of a command, while it is described.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  /// What stands for its value in the help: FILE, N.
  Option& placeholder(const std::string& word);
  /// Shows the value that it has without being named; in other words, if there are any.
  Option& show_default();
  Option& show_default(const std::string& words);

  Option& between(int least, int most);
  Option& positive();
  Option& one_of(const std::vector<int>& values);
  Option& one_of(const std::vector<std::string>& values);
  Option& existing_directory();
  Option& required();
  Option& excludes(const Option& other);
  Option& needs(const Option& other);
  /// Takes several values with commas between them.
  Option& with_commas();
  /// May be named without a value: then it has what `show_default` says.
  Option& value_may_be_missing();

 private:
  CLI::Option* option_;
};

/// A subcommand, while its options are added. Its variables have to outlive the command line.
class Command {
 public:
  Command(CLI::App* app, ExitCode& exit_code) : app_(app), exit_code_(&exit_code) {}

  /// What takes no value: it sets a variable, to false if its name begins with "!", or does
  /// something.
  Option flag(const std::string& name, bool& is_set, const std::string& description);
  Option flag(const std::string& name, std::function<void()> act, const std::string& description);

  /// What takes a value, or several, in a variable of this type.
  template <typename Value>
  Option option(const std::string& name, Value& value, const std::string& description);
  /// Milliseconds, written with their unit: 250ms, 30s, 10m, 1h, 7d.
  Option duration(const std::string& name, std::int64_t& milliseconds,
                  const std::string& description);
  /// The same, but that the unit may be left out, and 0 is one.
  template <typename Milliseconds>
  Option time(const std::string& name, Milliseconds& milliseconds, const std::string& description);
  /// Bytes, with or without a unit: 512MiB.
  Option size(const std::string& name, std::size_t& bytes, const std::string& description);
  /// One of several words, each of which stands for a value.
  template <typename Enum>
  Option choice(const std::string& name, Enum& value, const std::map<std::string, Enum>& words,
                const std::string& description) {
    std::vector<std::string> names;
    for (const auto& [word, meaning] : words) names.push_back(word);
    return choice(name, names, description,
                  [&value, words](const std::string& word) { value = words.at(word); });
  }

  /// A subcommand of this one, which is run in its place where it is named.
  Command add(const std::string& name, const std::string& description);

  /// Whether the command line that was parsed names it.
  [[nodiscard]] bool names(const std::string& option) const;

  /// What the command does. It may throw `Stop`.
  void runs(std::function<ExitCode()> act);

 private:
  Option choice(const std::string& name, const std::vector<std::string>& words,
                const std::string& description, std::function<void(const std::string&)> choose);

  CLI::App* app_;
  ExitCode* exit_code_;
};

/// The command line of a program that has subcommands.
class CommandLine {
 public:
  explicit CommandLine(const std::string& name, const std::string& description);
  ~CommandLine();

  Command add(const std::string& name, const std::string& description);

  /// Parses, runs the command that is named, and says on standard error why one could not go on.
  [[nodiscard]] ExitCode run(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  ExitCode exit_code_ = ExitCode::held;
};

}  // namespace leasecheck::cli
