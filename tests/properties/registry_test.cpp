#include "properties/registry.hpp"

#include <gtest/gtest.h>

#include <set>

namespace leasecheck::properties {
namespace {

TEST(Registry, FindsEveryPropertyByAnUnsharedName) {
  std::set<std::string_view> names;
  for (const Property& property : all_properties()) {
    EXPECT_TRUE(names.insert(property.name).second) << property.name;
    ASSERT_NE(find_property(property.name), nullptr);
    EXPECT_EQ(find_property(property.name)->watch, property.watch);
    EXPECT_FALSE(property.rules.empty() || property.claim.empty() || property.premise.empty())
        << property.name;
  }
  EXPECT_EQ(names.size(), 24u);
}

TEST(Registry, AsksTheReferenceModelLast) {
  EXPECT_EQ(all_properties().back().name, conforms_to_model.name);
}

TEST(Registry, KnowsNoPropertyOfAnotherName) {
  EXPECT_EQ(find_property("no_double"), nullptr);
  EXPECT_EQ(find_property(""), nullptr);
}

TEST(Registry, AWatcherHasReachedNothingAtFirst) {
  for (const Property& property : all_properties()) {
    EXPECT_EQ(property.watch({})->premises_reached(), 0u) << property.name;
  }
}

}  // namespace
}  // namespace leasecheck::properties
