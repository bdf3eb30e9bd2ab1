#pragma once

#include <cstdint>
#include <string>

#include "cli/campaign/campaign.hpp"

/// Which seeds a command line names.
namespace leasecheck::cli {

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// Reads "A..B", or "A" for one seed. Throws: Stop, naming `--seeds`.
[[nodiscard]] SeedRange parse_seeds(const std::string& text);

/// Reads "I/N". Throws: Stop, naming `--shard`.
[[nodiscard]] Shard parse_shard(const std::string& text);

}  // namespace leasecheck::cli
