#include "sim/storage/crash_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sim/defects/storage/sqlite_mutants.hpp"

namespace leasecheck::sim {
namespace {

struct Searched {
  CrashCount count;
  std::optional<CrashCase> subject;
  std::optional<Finding> finding;
};

Searched search_all(const OpenRepository& open, const CrashMatrixOptions& options,
                    const std::vector<CrashCase>& cases) {
  Searched searched;
  CrashMatrix matrix(open, options);
  for (const CrashCase& subject : cases) {
    const auto found = matrix.search(subject);
    EXPECT_TRUE(found.has_value()) << found.error();
    if (!found || *found) {
      searched.subject = subject;
      if (found) searched.finding = *found;
      break;
    }
  }
  searched.count = matrix.count();
  return searched;
}

void expect_held(const Searched& searched) {
  if (!searched.finding) return;
  ADD_FAILURE() << searched.finding->property << ": " << searched.finding->message << "\n  "
                << name_of(*searched.subject) << " " << searched.finding->reproduce;
}

// Cases on these prior states; "nothing" is the creation of the repository.
std::vector<CrashCase> cases_on(std::initializer_list<std::string_view> states) {
  std::vector<CrashCase> cases = crash_cases();
  std::erase_if(cases, [states](const CrashCase& subject) {
    const std::string prior = subject.prior ? subject.prior->name : "nothing";
    return std::ranges::find(states, prior) == states.end();
  });
  return cases;
}

std::vector<CrashCase> cases_named(std::initializer_list<std::string_view> names) {
  std::vector<CrashCase> cases = crash_cases();
  std::erase_if(cases, [names](const CrashCase& subject) {
    return std::ranges::find(names, name_of(subject)) == names.end();
  });
  return cases;
}

// The counts are pinned: another count is another search. They change with the statements of the
// backend and with SQLite's release; whoever changes those says so here.
struct Pinned {
  std::string_view prior;
  CrashCount count;
};

void PrintTo(const Pinned& pinned, std::ostream* out) {
  *out << pinned.prior;
}

// Cases, calls, power losses, disks that those left, kills, calls that failed, files replaced.
constexpr std::array pinned_crashes{
    Pinned{"nothing", {1, 133, 4'258, 1'666, 133, 273, 0}},
    Pinned{"empty", {24, 1'208, 21'356, 8'921, 380, 813, 23}},
    Pinned{"queued", {24, 1'247, 22'231, 9'340, 419, 893, 23}},
    Pinned{"leased", {24, 1'374, 25'382, 11'044, 546, 1'156, 23}},
    Pinned{"running", {24, 1'366, 25'098, 10'872, 538, 1'139, 23}},
    Pinned{"last_try", {24, 1'368, 25'046, 10'894, 540, 1'144, 23}},
    Pinned{"retry_backoff", {24, 1'278, 22'868, 9'604, 450, 955, 23}},
    Pinned{"completed", {24, 1'245, 21'811, 9'059, 417, 887, 23}},
    Pinned{"failed", {24, 1'259, 22'115, 9'231, 431, 916, 23}},
    Pinned{"two_leased", {24, 1'394, 26'120, 11'281, 566, 1'196, 23}}};

class CrashMatrixOnSqlite : public testing::TestWithParam<Pinned> {};

TEST_P(CrashMatrixOnSqlite, EveryCrashLeavesBeforeOrAfterAndAllThatWasAcknowledged) {
  const Searched searched =
      search_all(lease::open_sqlite_repository, {}, cases_on({GetParam().prior}));
  expect_held(searched);
  const CrashCount& pinned = GetParam().count;
  EXPECT_EQ(searched.count.cases, pinned.cases);
  EXPECT_EQ(searched.count.calls, pinned.calls);
  EXPECT_EQ(searched.count.power_losses, pinned.power_losses);
  EXPECT_EQ(searched.count.disks, pinned.disks);
  EXPECT_EQ(searched.count.kills, pinned.kills);
  EXPECT_EQ(searched.count.failures, pinned.failures);
  EXPECT_EQ(searched.count.replacements, pinned.replacements);
}

INSTANTIATE_TEST_SUITE_P(CrashMatrix, CrashMatrixOnSqlite, testing::ValuesIn(pinned_crashes),
                         [](const auto& info) { return std::string(info.param.prior); });

TEST(CrashMatrix, EveryPriorStateIsCrashed) {
  std::uint64_t cases = 0;
  for (const Pinned& pinned : pinned_crashes) cases += pinned.count.cases;
  EXPECT_EQ(crash_cases().size(), cases);
}

// The same on devices that promise less, or more: SQLite writes differently on them.
class OtherDevices : public testing::TestWithParam<std::pair<const char*, Device>> {};

TEST_P(OtherDevices, KeepWhatWasAcknowledgedToo) {
  const CrashMatrixOptions options{.device = GetParam().second, .exhaustive_fragments = 3};
  const Searched searched =
      search_all(lease::open_sqlite_repository, options,
                 cases_named({"leased/open", "leased/ack_completed", "two_leased/reap"}));
  expect_held(searched);
  EXPECT_EQ(searched.count.cases, 3U);
}

INSTANTIATE_TEST_SUITE_P(
    CrashMatrix, OtherDevices,
    testing::Values(
        std::pair{"SmallSectors", Device{.sector_size = 512}},
        std::pair{"TornNeighbours", Device{.sector_size = 4096, .powersafe_overwrite = false}},
        std::pair{"InOrder", Device{.sector_size = 4096, .safe_append = true, .sequential = true}},
        std::pair{"Atomic", Device{.sector_size = 4096, .atomic_writes = true}}),
    [](const auto& info) { return std::string(info.param.first); });

// After a call the log is written back, and begun anew with the next one.
TEST(CrashMatrix, HoldsWhereLogsAreShort) {
  const CrashMatrixOptions options{.device = {}, .exhaustive_fragments = 4, .checkpoint_pages = 1};
  const Searched searched =
      search_all(lease::open_sqlite_repository, options, cases_on({"leased", "completed"}));
  expect_held(searched);
  EXPECT_EQ(searched.count.cases, 48U);
}

class PlantedLoss : public testing::TestWithParam<const mutants::SqliteMutant*> {};

TEST_P(PlantedLoss, IsFoundByItsPropertyAndItsPointFindsItAgain) {
  const mutants::SqliteMutant& mutant = *GetParam();
  CrashMatrixOptions options;
  options.checkpoint_pages = mutant.checkpoint_pages;
  const Searched searched = search_all(mutant.open, options, cases_named({mutant.shown_by}));
  ASSERT_TRUE(searched.finding) << mutant.what;
  EXPECT_EQ(searched.finding->property, mutant.property) << searched.finding->message;

  const auto point = crash_point_from_text(searched.finding->reproduce);
  ASSERT_TRUE(point);
  CrashMatrix again(mutant.open, options);
  const auto replayed = again.replay(*searched.subject, *point);
  ASSERT_TRUE(replayed) << replayed.error();
  ASSERT_TRUE(*replayed) << "the point no longer shows it";
  EXPECT_EQ((**replayed).message, searched.finding->message);

  CrashMatrix shipped(lease::open_sqlite_repository, options);
  const auto held = shipped.search(*searched.subject);
  EXPECT_TRUE(held && !*held) << "the case holds without the defect";
}

std::vector<const mutants::SqliteMutant*> planted() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    if (mutant.search == mutants::Search::crash) all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(CrashMatrix, PlantedLoss, testing::ValuesIn(planted()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(CrashPoint, IsTextAndBack) {
  for (const char* text : {"power_loss@12:kklt", "power_loss@3", "kill@7", "io_error@1",
                           "sync_forgotten@9", "file_replaced@1"}) {
    const auto point = crash_point_from_text(text);
    ASSERT_TRUE(point) << text;
    EXPECT_EQ(to_text(*point), text);
  }
  for (const char* wrong : {"", "kill", "kill@", "kill@0", "kill@x", "fire@1", "kill@1:k",
                            "power_loss@1:", "power_loss@1:kx", "power_loss@1k"}) {
    EXPECT_FALSE(crash_point_from_text(wrong)) << wrong;
  }
}

TEST(CrashMatrix, APointThatDoesNotExistIsRefused) {
  CrashMatrix matrix(lease::open_sqlite_repository, {});
  const CrashCase subject = crash_cases().front();
  EXPECT_FALSE(matrix.replay(subject, {CrashEvent::kill, 100'000, {}}));
  EXPECT_FALSE(matrix.replay(subject, {CrashEvent::power_loss, 1, "kkkkkkkkkkkk"}));
}

// An operation that is added to the contract is to be crashed as well.
TEST(SmallOperations, AreAllThatCanChangeARepository) {
  std::set<std::size_t> kinds;
  for (const SmallOperation& small : small_operations()) {
    kinds.insert(small.action.operation.index());
  }
  [&kinds]<std::size_t... kind>(std::index_sequence<kind...>) {
    for (const auto& operation : {model::Operation(std::in_place_index<kind>)...}) {
      EXPECT_TRUE(kinds.contains(operation.index()) || !model::can_change_state(operation))
          << model::name_of(operation);
    }
  }
  (std::make_index_sequence<std::variant_size_v<model::Operation>>());
}

}  // namespace
}  // namespace leasecheck::sim
