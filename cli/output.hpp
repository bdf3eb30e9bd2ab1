#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "cli/exit_code.hpp"

/// Standard output and standard error. All that the program says goes through here, so that nothing
/// that a subject or a file wrote reaches a terminal as it is, and no failure to write is missed.
namespace leasecheck::cli {

/// Gives this process the three standard streams if it was started without one of them, so that
/// nothing else that is opened takes its number; and lets a reader that is gone be an error of
/// writing, which ends no process.
void open_standard_streams();

/// Writes the text to standard output, made printable. An error is kept for `said`.
void say(std::string_view text);
template <typename... Values>
requires(sizeof...(Values) > 0) void say(fmt::format_string<Values...> format, Values&&... values) {
  say(std::string_view(fmt::format(format, std::forward<Values>(values)...)));
}

/// Writes the text to standard error, made printable.
void say_on_error(std::string_view text);

/// Whose name stands before complaints: "leasecheck", unless it is another program's.
void name_program(std::string_view name);

/// "leasecheck: TEXT" on standard error.
void complain(std::string_view text);

/// Hands on what was said so far. Returns: whether standard output has taken everything.
[[nodiscard]] bool was_heard();

/// How the program ends that has said all it had to say: as `end`, unless that is better than not
/// having been heard.
[[nodiscard]] ExitCode said(ExitCode end);

/// Does what is left to do when a verdict is known: writing a trace, a report, a drawing. What goes
/// wrong there is complained about and can only make the end worse.
template <typename Act>
[[nodiscard]] ExitCode after_verdict(ExitCode end, Act act) {
  try {
    act();
    return end;
  } catch (...) {
    const Stop stop = stop_for(std::current_exception());
    complain(stop.message);
    return worst(end, stop.code);
  }
}

}  // namespace leasecheck::cli
