#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "leasecheck/check/report.hpp"
#include "traces/trace.hpp"

namespace leasecheck::cli {

/// How the program ends. Outcomes are never folded into each other.
enum class ExitCode : int {
  held = 0,
  violated = 1,
  usage = 2,  ///< the command line, or the environment: a file, a process, a socket
  inconclusive = 3,
  broken = 4,    ///< the subject could not be asked
  internal = 70  ///< a defect of this program; EX_SOFTWARE of sysexits.h
};

/// "held", "violated", "usage error", "inconclusive", "broken", "internal error".
[[nodiscard]] std::string_view word(ExitCode code);

[[nodiscard]] ExitCode exit_code_of(traces::Result result);
[[nodiscard]] ExitCode exit_code_of(check::Verdict verdict);

/// How a command ends whose parts ended like this. From best to worst: held, inconclusive, usage,
/// broken, internal, violated. A violation is never lost: it was shown, whatever else went wrong.
[[nodiscard]] ExitCode worst(ExitCode left, ExitCode right);

/// A command that cannot go on, in words for a person; ends the program with `code`.
struct Stop {
  std::string message;
  ExitCode code = ExitCode::usage;
};

/// How what was thrown ends the program. A `Stop` says it itself; an error of the operating system
/// (std::system_error) and a lack of memory are the environment's; every other exception is a
/// defect of this program.
[[nodiscard]] Stop stop_for(const std::exception_ptr& thrown);

}  // namespace leasecheck::cli
