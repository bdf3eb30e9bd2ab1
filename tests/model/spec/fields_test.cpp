// Every member of a record is in the record's list of fields.

#include "leasecheck/spec/fields.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <variant>

namespace leasecheck::tests {

struct Forgetful {
  int listed = 0;
  int forgotten = 0;
};

constexpr void fields(auto& visit, model::Like<Forgetful> auto&... record) {
  visit("listed", record.listed...);
}

namespace {

using namespace leasecheck::model;

/// How many members the aggregate has: the most that it can be initialised with.
template <class Record>
constexpr int member_count() {
  // clang-format off
  return requires { Record{{}}; } +
         requires { Record{{}, {}}; } +
         requires { Record{{}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; } +
         requires { Record{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
  // clang-format on
}

struct Counter {
  int count = 0;
  constexpr void operator()(std::string_view, const auto&) { ++count; }
  constexpr void payload(const auto&) { ++count; }
};

template <class Record>
constexpr int field_count() {
  Counter counter;
  Record record{};
  fields(counter, record);
  return counter.count;
}

/// What the list should have: the fields of a clock's error and of a spec stand among those of the
/// record that contains it.
template <class Record>
constexpr int wanted_count() {
  if constexpr (requires(Record record) { record.clock; }) {
    return member_count<Record>() - 1 + member_count<ClockError>();
  } else if constexpr (requires(Record record) { record.spec; }) {
    return member_count<AttemptSpec>();
  } else {
    return member_count<Record>();
  }
}

template <class... Records>
constexpr bool are_listed(std::type_identity<std::variant<Records...>>) {
  return ((field_count<Records>() == wanted_count<Records>()) && ...);
}

static_assert(are_listed(std::type_identity<Operation>()));
static_assert(are_listed(std::type_identity<Environment>()));
static_assert(are_listed(
    std::type_identity<
        std::variant<RetryPolicy, AttemptSpec, DispatchRecord, LeaseRecord, AttemptRecord,
                     DeadLetter, RunEvent, RunRecord, Snapshot, Count, Sequence, AckResult>>()));

TEST(Fields, OfARecordThatListsNotAllOfItsMembersAreTooFew) {
  EXPECT_EQ(wanted_count<Forgetful>(), 2);
  EXPECT_EQ(field_count<Forgetful>(), 1);
  EXPECT_FALSE(are_listed(std::type_identity<std::variant<Forgetful>>()));
}

TEST(Fields, OfTwoRecordsStandSideBySide) {
  LeaseRecord left;
  LeaseRecord right;
  right.lease_id = "L2";
  right.version = 3;
  std::string differing;
  const auto note = [&](std::string_view name, const auto& one, const auto& other) {
    if (one != other) differing.append(name) += ' ';
  };
  fields(note, left, right);
  EXPECT_EQ(differing, "lease_id version ");
}

}  // namespace
}  // namespace leasecheck::tests
