// What `--faults` and `--values` take, and how it is written again.
#include "sim/registry/drawn_names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leasecheck::sim {
namespace {

using values::Dimension;
using values::Dimensions;

TEST(DrawnNames, AllIsNoLimitAndNoneIsNothing) {
  EXPECT_EQ(parse_values("all").value(), std::nullopt);
  EXPECT_EQ(parse_values("none").value(), Dimensions{});
  EXPECT_EQ(parse_faults("all").value(), std::nullopt);
  EXPECT_EQ(parse_faults("none").value(), FaultKinds{});
}

TEST(DrawnNames, EachDimensionAndEachFaultIsNamed) {
  for (const values::DimensionInfo& info : values::dimensions()) {
    const std::string name(info.name);
    EXPECT_EQ(parse_values(name).value(), Dimensions{info.dimension}) << name;
    EXPECT_EQ(to_text(Dimensions{info.dimension}), name);
  }
  for (const FaultInfo& info : fault_kinds()) {
    const std::string name(info.name);
    EXPECT_EQ(parse_faults(name).value(), FaultKinds{info.kind}) << name;
    EXPECT_EQ(to_text(FaultKinds{info.kind}), name);
  }
}

TEST(DrawnNames, SeveralStandBetweenCommasInAnyOrderAndAreWrittenInTheirOwn) {
  const auto some = parse_values("crowd,id_case,epoch");
  EXPECT_EQ(some.value(), (Dimensions{Dimension::id_case, Dimension::epoch, Dimension::crowd}));
  EXPECT_EQ(to_text(*some), "id_case,epoch,crowd");
  EXPECT_EQ(parse_values("epoch,epoch").value(), Dimensions{Dimension::epoch});
}

TEST(DrawnNames, WhatIsReadIsWrittenTheSame) {
  for (const char* text : {"all", "none", "id_blanks,numbers"}) {
    EXPECT_EQ(to_text(parse_values(text).value()), text);
  }
  for (const char* text : {"all", "none", "worker_crash,clock_drift"}) {
    EXPECT_EQ(to_text(parse_faults(text).value()), text);
  }
}

TEST(DrawnNames, WhatIsUnknownIsRefusedInWordsThatNameIt) {
  for (const char* text : {"id_cases", "", "epoch,", ",epoch", "epoch,,crowd", "Epoch", " epoch",
                           "epoch crowd", "epoch,all", "none,epoch", "worker_crash"}) {
    EXPECT_FALSE(parse_values(text).has_value()) << text;
  }
  const std::string message = parse_values("epoch,id_cases").error();
  EXPECT_NE(message.find("unknown dimension of values \"id_cases\""), std::string::npos) << message;
  EXPECT_NE(message.find("id_case, id_blanks, "), std::string::npos) << message;
  EXPECT_EQ(message.substr(message.size() - 7), ", crowd") << message;
}

}  // namespace
}  // namespace leasecheck::sim
