#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "leasecheck/violation.hpp"

/// Recorded failures as regression tests, without any test framework. Most users want
/// `LEASECHECK_REPLAY` of leasecheck/gtest.hpp.
namespace leasecheck {

/// A check that carries out again what the trace in the file says was done, and judges it anew: it
/// was violated when it was recorded, and must hold now. A trace that cannot show that is a
/// violation too: one that cannot be read, that held when it was recorded, that is of a simulated
/// disk, or that calls what the repository does not offer.
[[nodiscard]] Check replay_of(const std::filesystem::path& trace, std::string name);

/// Such a check of each trace (*.jsonl) in the folder, by name: "Replays_seed_6_min" of
/// "seed-6.min.jsonl".
/// Errors: a folder that is not there or cannot be read, in words.
[[nodiscard]] std::expected<std::vector<Check>, std::string> recorded_failures(
    const std::filesystem::path& folder);

/// The command line, for a shell, of this test program that runs the one test of GoogleTest
/// `SUITE.Replay`, which leasecheck/gtest.hpp makes of the trace that LEASECHECK_REPLAY names in
/// the environment.
[[nodiscard]] std::string replay_command(const std::string& trace, const std::string& suite);

}  // namespace leasecheck
