#include "cli/exit_code.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <system_error>
#include <utility>

namespace leasecheck::cli {

std::string_view word(ExitCode code) {
  switch (code) {
    case ExitCode::held:
      return "held";
    case ExitCode::violated:
      return "violated";
    case ExitCode::usage:
      return "usage error";
    case ExitCode::inconclusive:
      return "inconclusive";
    case ExitCode::broken:
      return "broken";
    case ExitCode::internal:
      return "internal error";
  }
  std::unreachable();
}

ExitCode exit_code_of(traces::Result result) {
  switch (result) {
    case traces::Result::held:
      return ExitCode::held;
    case traces::Result::violated:
      return ExitCode::violated;
    case traces::Result::inconclusive:
      return ExitCode::inconclusive;
    case traces::Result::broken:
      return ExitCode::broken;
  }
  std::unreachable();
}

ExitCode exit_code_of(check::Verdict verdict) {
  switch (verdict) {
    case check::Verdict::held:
      return ExitCode::held;
    case check::Verdict::violated:
      return ExitCode::violated;
    case check::Verdict::inconclusive:
      return ExitCode::inconclusive;
  }
  std::unreachable();
}

ExitCode worst(ExitCode left, ExitCode right) {
  constexpr std::array order{ExitCode::violated, ExitCode::internal,     ExitCode::broken,
                             ExitCode::usage,    ExitCode::inconclusive, ExitCode::held};
  return *std::ranges::find_if(order, [&](ExitCode code) { return code == left || code == right; });
}

Stop stop_for(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Stop& stop) {
    return stop;
  } catch (const std::system_error& error) {
    return {.message = error.what(), .code = ExitCode::usage};
  } catch (const std::bad_alloc&) {
    return {.message = "not enough memory", .code = ExitCode::usage};
  } catch (const std::exception& error) {
    return {.message = std::string("internal error: ") + error.what(), .code = ExitCode::internal};
  } catch (...) {
    return {.message = "internal error: an exception of no known type", .code = ExitCode::internal};
  }
}

}  // namespace leasecheck::cli
