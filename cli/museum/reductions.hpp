#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/defects/catalogue.hpp"

/// What the reduction makes of the failures that simulation finds in planted defects: how many of
/// its traces are as short as can be, and how many there are of one and the same defect.
namespace leasecheck::cli {

/// One failure and its reduced trace.
struct ReducedSample {
  bool is_found = false;     ///< simulation found something within its runs
  std::uint64_t before = 0;  ///< stimuli
  std::uint64_t after = 0;
  bool is_proved = false;      ///< no shorter one of its alphabet fails
  std::string violation = {};  ///< property, operation and kind of difference
  std::string form = {};       ///< the reduced trace, as a file has it
};

struct ReductionRow {
  const mutants::Exhibit* exhibit = nullptr;
  std::vector<ReducedSample> samples;
};

/// How often a row's traces agree.
struct Agreement {
  std::uint64_t found = 0;
  std::uint64_t proved = 0;
  std::uint64_t violations = 0;   ///< distinct ones: a defect may break several rules
  std::uint64_t forms = 0;        ///< distinct traces
  std::uint64_t in_one_form = 0;  ///< traces that are as most of their violation are
  std::uint64_t shortest = 0;     ///< stimuli
  std::uint64_t longest = 0;
};
[[nodiscard]] Agreement agreement_of(const ReductionRow& row);

/// Looks for a failure of the exhibit by simulation, with seeds of its own for each sample, and
/// reduces it by at most `most_runs` runs.
/// Throws: Stop, if the subject is broken.
[[nodiscard]] ReducedSample reduced_sample(const mutants::Exhibit& exhibit, std::uint64_t sample,
                                           std::uint64_t most_seeds, std::uint64_t most_runs);

[[nodiscard]] std::string in_words(const std::vector<ReductionRow>& rows);
[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<ReductionRow>& rows);

/// How a sample crosses from the process that made it.
[[nodiscard]] std::string to_text(const ReducedSample& sample);
[[nodiscard]] ReducedSample reduced_sample_from_text(const std::string& text);

}  // namespace leasecheck::cli
