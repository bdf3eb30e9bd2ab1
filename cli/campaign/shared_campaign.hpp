#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "cli/campaign/seed_range.hpp"
#include "cli/campaign/seed_runner.hpp"
#include "lease/attempt_repository.hpp"

/// One campaign by the processes of several machines that share a queue: ranges of seeds are its
/// attempts, and the results of seeds are events of its run.
namespace leasecheck::cli {

/// How the campaign is called in the queue: the flags that say what is simulated, and by which
/// version. Whoever takes part has to give the same.
struct SharedCampaign {
  lease::AttemptRepository& repository;
  std::string name;  ///< 1 to 255 bytes
};

/// Enqueues the seeds, `each` of them in an attempt. Again is no more. A range is given up once it
/// was begun twenty times and lost its process again; processes that are interrupted use up nothing
/// else.
/// Throws: Stop, with what the repository says.
void enqueue_seeds(const SharedCampaign& campaign, SeedRange seeds, std::uint64_t each);

struct WorkBounds {
  std::string worker_id;
  lease::Duration lease_ttl{60'000};
  /// How long after its lease has expired a range is taken back from a machine that is lost.
  lease::Duration grace{5'000};
};

/// Runs seeds of the queue, one at a time, until no range is left, for this process or another, or
/// `is_to_end` says so. Takes back what lost machines had.
/// Returns: how many seeds it has run.
/// Throws: Stop, where a subject cannot be made or the queue holds another campaign.
/// Thread: makes threads of its own, of which one at a time runs seeds.
std::uint64_t work_on_seeds(const SharedCampaign& campaign, const SeedOptions& options,
                            const WorkBounds& bounds, const std::function<bool()>& is_to_end);

/// What the queue holds of a campaign.
struct SharedResults {
  SeedRange seeds{.first = 0, .last = 0};       ///< that were enqueued
  std::uint64_t ranges = 0;                     ///< in so many attempts
  std::uint64_t done = 0;                       ///< ranges that are completed
  std::uint64_t given_up = 0;                   ///< ranges that were delivered too often
  std::map<std::uint64_t, SeedResult> results;  ///< by seed
};

/// Throws: Stop, with what the repository says, where the queue holds no campaign of this name or
/// an event that is no result of a seed that was enqueued, and where two machines say different
/// things of one seed (`broken`).
[[nodiscard]] SharedResults results_in(const SharedCampaign& campaign);

}  // namespace leasecheck::cli
