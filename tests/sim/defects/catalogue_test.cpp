// Every defect that was seen in a real system is planted somewhere, or the catalogue says why not.
#include "sim/defects/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "properties/property.hpp"
#include "properties/storage_properties.hpp"

namespace leasecheck::mutants {
namespace {

bool is_shown(const DefectRow& row) {
  return std::ranges::any_of(exhibits(),
                             [&](const Exhibit& exhibit) { return exhibit.row == row.id; });
}

int number_of(const DefectRow& row) {
  return std::stoi(std::string(row.id.substr(1)));
}

TEST(Catalogue, HasEveryRowOnceAndInOrder) {
  EXPECT_EQ(defect_rows().size(), 102U);
  EXPECT_TRUE(std::ranges::is_sorted(defect_rows(), {}, number_of));
  std::set<std::string_view> ids;
  for (const DefectRow& row : defect_rows()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id << " stands twice";
  }
  EXPECT_EQ(defect_rows().front().id, "B01");
  EXPECT_EQ(defect_rows().back().id, "B126");
}

TEST(Catalogue, ShowsEveryRowOrSaysWhyNot) {
  for (const DefectRow& row : defect_rows()) {
    EXPECT_NE(is_shown(row), row.not_here.has_value()) << row.id << " " << row.defect_class;
    EXPECT_FALSE(row.defect_class.empty()) << row.id;
    EXPECT_FALSE(row.source.empty()) << row.id;
    EXPECT_EQ(row.needs.find_first_not_of("SCKTXLW "), std::string_view::npos) << row.id;
  }
}

TEST(Catalogue, HasAtLeastSeventyFiveExhibitsOfRows) {
  const auto shown = std::ranges::count_if(defect_rows(), is_shown);
  EXPECT_GE(shown, 75);
  EXPECT_GE(exhibits().size(), 75U);
}

TEST(Exhibits, StandOnceInTheirKindAndNameARowOrARule) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const Exhibit& exhibit : exhibits()) {
    EXPECT_TRUE(names.emplace(kind_of(exhibit), exhibit.name).second) << exhibit.name;
    EXPECT_TRUE(find_row(exhibit.row) != nullptr || exhibit.row.starts_with("rule "))
        << exhibit.name << ": " << exhibit.row;
    EXPECT_FALSE(source_of(exhibit).empty()) << exhibit.name;
    EXPECT_FALSE(exhibit.what.empty()) << exhibit.name;
  }
}

TEST(Exhibits, NameAPropertyOfTheSearchThatFindsThem) {
  for (const Exhibit& exhibit : exhibits()) {
    const bool is_known = properties::find_property(exhibit.property) != nullptr;
    const bool is_of_storage = std::ranges::find(properties::storage_properties(), exhibit.property,
                                                 &properties::StorageClaim::name) !=
                               properties::storage_properties().end();
    EXPECT_TRUE(kind_of(exhibit) == "storage" ? is_of_storage
                                              : is_known || exhibit.property == "progress")
        << exhibit.name << ": " << exhibit.property;
  }
}

}  // namespace
}  // namespace leasecheck::mutants
