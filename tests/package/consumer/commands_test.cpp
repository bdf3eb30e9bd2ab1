// The RapidCheck properties of leasecheck as tests, and a suite of one's own on its commands.
#include <leasecheck/gtest.hpp>
#include <leasecheck/rapidcheck.hpp>
#include <my_repository.hpp>

namespace {

using namespace leasecheck;

RepositoryUnderTest mine() {
  return repository_under_test("MyRepository", [](lease::Clock& clock, lease::IdSource& ids) {
    return std::make_unique<MyRepository>(clock, ids);
  });
}

[[maybe_unused]] const bool are_registered = leasecheck::testing::register_checks(
    "MyRepository", mine(), rapidcheck::checks(), __FILE__, __LINE__);

TEST(OwnSuite, OneWorkerClaimsAndHeartbeats) {
  rapidcheck::Menu menu = rapidcheck::whole_menu();
  menu.workers = 1;
  menu.operations = {"upsert_lease", "heartbeat_lease", "list_dispatchable_attempts"};
  EXPECT_TRUE(rc::check([menu] {
    const auto checked = make_checked_repository(mine());
    rc::state::runAll(*rapidcheck::any_commands(menu), model::State{}, *checked);
  }));
}

}  // namespace
