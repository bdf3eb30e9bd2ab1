#include "cli/command_line.hpp"

#include <gtest/gtest.h>

#include <system_error>

namespace leasecheck::cli {
namespace {

template <typename Thrown>
Stop stop_for_thrown(const Thrown& thrown) {
  return stop_for(std::make_exception_ptr(thrown));
}

TEST(StopFor, ACommandThatStopsSaysHowItEnds) {
  const Stop stop = stop_for_thrown(Stop{"no such file", ExitCode::broken});
  EXPECT_EQ(stop.code, ExitCode::broken);
  EXPECT_EQ(stop.message, "no such file");
}

TEST(StopFor, AnErrorOfTheSystemIsTheEnvironments) {
  const auto no_more = std::make_error_code(std::errc::resource_unavailable_try_again);
  EXPECT_EQ(stop_for_thrown(std::system_error(no_more, "fork")).code, ExitCode::usage);
  const Stop stop = stop_for_thrown(std::bad_alloc());
  EXPECT_EQ(stop.code, ExitCode::usage);
  EXPECT_EQ(stop.message, "not enough memory");
}

TEST(StopFor, AnyOtherExceptionIsAnInternalErrorAndNotOneOfUsage) {
  EXPECT_EQ(stop_for_thrown(42).code, ExitCode::internal);
  const Stop stop = stop_for_thrown(std::logic_error("a hole"));
  EXPECT_EQ(stop.code, ExitCode::internal);
  EXPECT_EQ(stop.message, "internal error: a hole");
  EXPECT_EQ(static_cast<int>(stop.code), 70);
}

TEST(CommandLine, EndsWithTheCodeOfWhatItsCommandThrew) {
  CommandLine program("program", "A test");
  program.add("fails", "Throws").runs([]() -> ExitCode { throw std::logic_error("a hole"); });
  std::array words{std::string("program"), std::string("fails")};
  std::array arguments{words[0].data(), words[1].data()};
  EXPECT_EQ(program.run(2, arguments.data()), ExitCode::internal);
}

TEST(Worst, NothingHidesAViolation) {
  for (const ExitCode other : {ExitCode::held, ExitCode::usage, ExitCode::inconclusive,
                               ExitCode::broken, ExitCode::internal}) {
    EXPECT_EQ(worst(ExitCode::violated, other), ExitCode::violated);
    EXPECT_EQ(worst(other, ExitCode::violated), ExitCode::violated);
    EXPECT_EQ(worst(other, ExitCode::held), other);
    EXPECT_EQ(worst(other, other), other);
  }
}

TEST(Worst, WhatCouldNotBeAskedIsWorseThanWhatWasNotDecided) {
  EXPECT_EQ(worst(ExitCode::inconclusive, ExitCode::usage), ExitCode::usage);
  EXPECT_EQ(worst(ExitCode::usage, ExitCode::broken), ExitCode::broken);
  EXPECT_EQ(worst(ExitCode::broken, ExitCode::internal), ExitCode::internal);
}

}  // namespace
}  // namespace leasecheck::cli
