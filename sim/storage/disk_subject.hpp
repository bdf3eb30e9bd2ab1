#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/faults.hpp"
#include "sim/storage/database_process.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// Several processes with one repository on one simulated disk, as one subject.
struct DiskSubjectOptions {
  std::string name;  ///< as reports and traces show it
  std::uint64_t seed = 1;
  std::uint32_t processes = 1;
  DiskFaults faults;
};

/// Each operation is carried out by one of the processes, snapshots by another one; in any call of
/// the disk the process may be killed, the power may go, the call may fail. Who is dead starts
/// again before its next operation, with the recovery that ships. One operation runs at a time:
/// what many processes do at once is `run_stress`'s.
///
/// An operation whose process died, or that failed in the middle of its writes, is answered
/// `unavailable` with an unknown effect. What such a failure left in the log may come true at the
/// next recovery, whenever that is; so that its effect is known before the next operation is
/// judged, all processes are ended then, and recovery decides at once. Errors: a repository that
/// cannot be opened on an empty disk that works.
[[nodiscard]] std::expected<std::unique_ptr<Subject>, BrokenSubject> make_disk_subject(
    DiskSubjectOptions options, OpenRepository open);

}  // namespace leasecheck::sim
