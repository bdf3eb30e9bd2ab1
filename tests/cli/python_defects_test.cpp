// Each defect of the subject in Python, from the command line and as its README shows it.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

struct Defect {
  std::string name;
  std::string property;
  std::string more = {};
};

void PrintTo(const Defect& defect, std::ostream* out) {
  *out << defect.name;
}

class PythonDefect : public ::testing::TestWithParam<Defect> {};

// The first finding ends it; the budget is only for machines on which programs are slow.
TEST_P(PythonDefect, EndsTheMainJobWithItsRule) {
  const Workplace place;
  std::filesystem::create_directory(place / "one");
  std::filesystem::copy(LEASECHECK_CORPUS "/heartbeat_shortens_lease.jsonl", place / "one");
  const Ended ended = place.run(
      "check --budget 5m --report r --corpus one --backend "
      "'exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT " --defect " +
      GetParam().name + GetParam().more + "'");
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("violated " + GetParam().property), std::string::npos) << ended.out;
  const std::size_t replay = ended.out.find("\nleasecheck replay --backend 'exec:");
  EXPECT_NE(ended.out.find("' r/", replay), std::string::npos) << ended.out;
}

INSTANTIATE_TEST_SUITE_P(
    ExecBackend, PythonDefect,
    ::testing::Values(Defect{"heartbeat_shortens_lease", "expiry_never_lowered"},
                      Defect{"heartbeat_of_anyone", "holder_only"},
                      Defect{"stale_ack_accepted", "holder_only"},
                      Defect{"cancel_overwrites_completion", "terminal_is_final"},
                      Defect{"reap_on_the_boundary", "requeue_after_grace"},
                      Defect{"grace_ignored", "requeue_after_grace"},
                      Defect{"backoff_ignored_by_claim", "never_early"},
                      Defect{"backoff_adds", "never_early"},
                      Defect{"version_restarts", "monotonic_versions"},
                      Defect{"requeue_burns_a_retry", "retry_budget"},
                      Defect{"replay_keeps_the_budget", "retry_budget"},
                      Defect{"priority_ignored", "dispatch_order"},
                      Defect{"timeout_from_the_first_grant", "timeouts"},
                      Defect{"reap_counts_requeued_only", "counts_are_rows"},
                      Defect{"sequence_of_all_runs", "monotonic_sequences"},
                      Defect{"lease_id_used_twice", "no_double_lease_rows"},
                      Defect{"ack_before_it_is_kept", "conforms_to_model", " --durable"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leasecheck::cli
