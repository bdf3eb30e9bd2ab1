// Each defect of the subject in Python, from the command line and as its README shows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
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

struct ValueDefect {
  std::string name;
  std::string dimension;
  std::string property;
  bool plain_values_show_it = false;
  /// Where the search begins: near the first seed that shows it, where that is far from 1.
  int first_seed = 1;
};

void PrintTo(const ValueDefect& defect, std::ostream* out) {
  *out << defect.name;
}

class PythonValueDefect : public ::testing::TestWithParam<ValueDefect> {
 protected:
  // Without a trace, which would be reduced first: with a crowd in it that takes a minute.
  [[nodiscard]] Ended simulate(const std::string& values, int last_seed) const {
    return place_.run("simulate --trace none --values " + values + " --seeds " +
                      std::to_string(GetParam().first_seed) + ".." + std::to_string(last_seed) +
                      " --backend 'exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT
                      " --defect " +
                      GetParam().name + "'");
  }

 private:
  Workplace place_;
};

/// The seed at which a campaign that began at `first` ended, or nothing.
std::optional<int> last_seed(const std::string& out, int first) {
  const std::string before = " on seeds " + std::to_string(first) + "..";
  const std::size_t at = out.find(before);
  if (at == std::string::npos) return std::nullopt;
  return std::stoi(out.substr(at + before.size()));
}

// Plain values show nothing in as many seeds, and in five at least, so it is the dimension that
// finds it.
TEST_P(PythonValueDefect, IsFoundInItsDimension) {
  constexpr int least = 5;
  constexpr int most = 300;
  const auto& [name, dimension, property, plain_values_show_it, first] = GetParam();
  const Ended odd = simulate(dimension, first + most - 1);
  ASSERT_EQ(odd.exit_code, 1) << odd.out << odd.err;
  EXPECT_NE(odd.out.find("violated " + property), std::string::npos) << odd.out;
  EXPECT_NE(odd.out.find("\nodd values  " + dimension + " "), std::string::npos) << odd.out;
  const auto found_at = last_seed(odd.out, first);
  ASSERT_TRUE(found_at) << odd.out;
  const Ended plain = simulate("none", std::max(*found_at, first + least - 1));
  EXPECT_EQ(plain.exit_code, plain_values_show_it ? 1 : 0) << plain.out << plain.err;
}

INSTANTIATE_TEST_SUITE_P(
    ExecBackend, PythonValueDefect,
    ::testing::Values(
        ValueDefect{"ids_without_case", "id_case", "conforms_to_model"},
        ValueDefect{"workers_without_case", "id_case", "holder_only"},
        ValueDefect{"ids_without_trailing_blanks", "id_blanks", "several_as_single"},
        ValueDefect{"ids_are_trimmed", "id_blanks", "conforms_to_model"},
        ValueDefect{"ids_of_64_characters", "id_prefixes", "conforms_to_model"},
        ValueDefect{"ids_of_250_bytes", "id_longest", "conforms_to_model"},
        ValueDefect{"ids_are_normalised", "id_normal_forms", "conforms_to_model"},
        ValueDefect{"ids_as_numbers", "id_numbers", "conforms_to_model"},
        ValueDefect{"listed_without_case", "id_order", "listed_exactly"},
        ValueDefect{"listed_in_order_of_utf_16", "id_order", "listed_exactly"},
        ValueDefect{"run_is_a_pattern", "id_markup", "listed_exactly"},
        ValueDefect{"null_is_nothing", "id_markup", "monotonic_sequences"},
        ValueDefect{"ids_are_hashes", "id_hashes", "several_as_single"},
        ValueDefect{"one_name_space", "id_crossing", "monotonic_sequences"},
        ValueDefect{"times_of_32_bits", "epoch", "requeue_after_grace", true},
        ValueDefect{"times_as_text", "epoch", "requeue_after_grace"},
        ValueDefect{"times_of_a_zone", "epoch", "requeue_after_grace", false, 74},
        ValueDefect{"waits_of_32_bits", "distances", "never_early"},
        ValueDefect{"timeouts_of_32_bits", "distances", "timeouts"},
        ValueDefect{"priority_of_16_bits", "numbers", "dispatch_order"},
        ValueDefect{"limit_of_32_bits", "numbers", "counts_are_rows"},
        ValueDefect{"backoff_of_32_bits", "policies", "never_early"},
        ValueDefect{"cap_before_the_last_step", "policies", "never_early"},
        ValueDefect{"run_id_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"not_before_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"timeout_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"on_timeout_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"max_deliveries_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"tenant_id_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"retry_policy_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"strategy_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"backoff_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"max_backoff_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"multiplier_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"max_retries_not_compared", "spec_fields", "conforms_to_model"},
        ValueDefect{"falsy_payloads_are_lost", "payloads", "conforms_to_model"},
        ValueDefect{"payloads_without_nul", "payloads", "conforms_to_model"},
        ValueDefect{"payloads_of_floats", "payloads", "conforms_to_model"},
        ValueDefect{"payloads_of_64_kib", "payloads", "conforms_to_model"},
        ValueDefect{"ties_by_id", "same_instant", "dispatch_order", true},
        ValueDefect{"ids_of_255_characters", "invalid_ids", "conforms_to_model"},
        ValueDefect{"empty_ids", "invalid_ids", "conforms_to_model"},
        ValueDefect{"policies_are_clamped", "invalid_policies", "conforms_to_model"},
        ValueDefect{"counts_are_not_checked", "invalid_policies", "conforms_to_model"},
        ValueDefect{"reap_of_one_page", "crowd", "requeue_after_grace"},
        ValueDefect{"list_of_one_page", "crowd", "dispatch_order"},
        ValueDefect{"letters_of_one_page", "crowd", "counts_are_rows"},
        ValueDefect{"events_of_one_page", "crowd", "conforms_to_model"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leasecheck::cli
