#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <sstream>
#include <utility>

#include "cli/output.hpp"

namespace leasecheck::cli {
namespace {

CLI::AsNumberWithUnit milliseconds(CLI::AsNumberWithUnit::Options unit) {
  const std::map<std::string, std::int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return CLI::AsNumberWithUnit(units, unit, "DURATION");
}

/// Whole numbers in a range, which `expected` says in words.
CLI::Validator whole_number(std::int64_t least, std::int64_t most, const std::string& name,
                            const std::string& expected) {
  const auto complain = [least, most, expected](std::string& text) {
    std::int64_t value = 0;
    const bool is_number = CLI::detail::lexical_cast(text, value);
    return is_number && least <= value && value <= most ? "" : text + ": expected " + expected;
  };
  return {complain, name};
}

}  // namespace

std::optional<std::int64_t> milliseconds_in(const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  const bool has_leading_zero = digits > 1 && text.starts_with('0');  // octal, elsewhere
  if (digits == 0 || digits == std::string::npos || has_leading_zero) return std::nullopt;
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", digits) != std::string::npos) {
    return std::nullopt;
  }
  std::string number = text;
  const std::string complaint = milliseconds(CLI::AsNumberWithUnit::UNIT_REQUIRED)(number);
  std::int64_t value = 0;
  const bool is_one = complaint.empty() && CLI::detail::lexical_cast(number, value);
  return is_one && value <= longest_duration ? std::optional(value) : std::nullopt;
}

Option& Option::placeholder(const std::string& word) {
  option_->type_name(word);
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::show_default(const std::string& words) {
  option_->default_str(words);
  return *this;
}

Option& Option::between(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::positive() {
  option_->check(whole_number(1, INT64_MAX, "POSITIVE", "a whole number above 0"));
  return *this;
}

Option& Option::one_of(const std::vector<int>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::existing_directory() {
  option_->check(CLI::ExistingDirectory.description(""));  // its placeholder says it already
  return *this;
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::with_commas() {
  option_->delimiter(',');
  return *this;
}

Option& Option::value_may_be_missing() {
  option_->expected(0, 1);
  return *this;
}

Option Command::flag(const std::string& name, bool& is_set, const std::string& description) {
  return Option(app_->add_flag(name, is_set, description));
}

Option Command::flag(const std::string& name, std::function<void()> act,
                     const std::string& description) {
  return Option(app_->add_flag_callback(name, std::move(act), description));
}

template <typename Value>
Option Command::option(const std::string& name, Value& value, const std::string& description) {
  return Option(app_->add_option(name, value, description));
}
template Option Command::option(const std::string&, int&, const std::string&);
template Option Command::option(const std::string&, std::uint32_t&, const std::string&);
template Option Command::option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);
template Option Command::option(const std::string&, std::optional<std::uint32_t>&,
                                const std::string&);
template Option Command::option(const std::string&, std::optional<std::uint64_t>&,
                                const std::string&);

Option Command::duration(const std::string& name, std::int64_t& value,
                         const std::string& description) {
  return Option(app_->add_option(name, value, description)
                    ->transform(milliseconds(CLI::AsNumberWithUnit::UNIT_REQUIRED))
                    ->check(whole_number(1, longest_duration, "POSITIVE",
                                         "more than 0ms and at most 1000000h, for instance 30s")));
}

template <typename Milliseconds>
Option Command::time(const std::string& name, Milliseconds& value, const std::string& description) {
  return Option(app_->add_option(name, value, description)
                    ->transform(milliseconds(CLI::AsNumberWithUnit::UNIT_OPTIONAL))
                    ->check(whole_number(0, longest_duration, "NONNEGATIVE",
                                         "0ms to 1000000h, for instance 30s"))
                    ->capture_default_str());
}
template Option Command::time(const std::string&, std::int64_t&, const std::string&);
template Option Command::time(const std::string&, std::vector<std::int64_t>&, const std::string&);

Option Command::size(const std::string& name, std::size_t& bytes, const std::string& description) {
  return Option(app_->add_option(name, bytes, description)
                    ->transform(CLI::AsSizeValue(false))
                    ->check(whole_number(1, INT64_MAX, "",
                                         "a number of bytes above 0, for instance 512MiB")));
}

Option Command::choice(const std::string& name, const std::vector<std::string>& words,
                       const std::string& description,
                       std::function<void(const std::string&)> choose) {
  return Option(app_->add_option_function<std::string>(name, std::move(choose), description)
                    ->check(CLI::IsMember(words)));
}

bool Command::names(const std::string& option) const {
  return app_->count(option) > 0;
}

Command Command::add(const std::string& name, const std::string& description) {
  return {app_->add_subcommand(name, description), *exit_code_};
}

void Command::runs(std::function<ExitCode()> act) {
  app_->callback([act = std::move(act), app = app_, exit_code = exit_code_] {
    if (app->get_subcommands().empty()) *exit_code = act();
  });
}

CommandLine::CommandLine(const std::string& name, const std::string& description)
    : app_(std::make_unique<CLI::App>(description)) {
  app_->name(name);
  app_->require_subcommand(1);
  app_->get_formatter()->column_width(34);
}

CommandLine::~CommandLine() = default;

Command CommandLine::add(const std::string& name, const std::string& description) {
  return {app_->add_subcommand(name, description), exit_code_};
}

ExitCode CommandLine::run(int argc, char** argv) {
  try {
    const std::string first = argc > 1 ? argv[1] : "-";
    const auto is_named_so = [&](const CLI::App* command) { return command->get_name() == first; };
    if (!first.starts_with('-') && app_->get_subcommands(is_named_so).empty()) {
      throw Stop{"unknown command \"" + first + "\"; " + app_->get_name() + " --help lists them"};
    }
    app_->parse(argc, argv);
    return exit_code_;
  } catch (const CLI::ParseError& error) {
    std::ostringstream help;
    std::ostringstream complaint;
    const bool asked_for_help = app_->exit(error, help, complaint) == 0;
    say(std::string_view(help.str()));
    say_on_error(complaint.str());
    return asked_for_help ? ExitCode::held : ExitCode::usage;
  } catch (...) {
    const Stop stop = stop_for(std::current_exception());
    complain(stop.message);
    return stop.code;
  }
}

}  // namespace leasecheck::cli
