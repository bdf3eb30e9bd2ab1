#pragma once

#include <expected>
#include <map>
#include <string>

#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/profile.hpp"
#include "sim/subject/subject.hpp"
#include "traces/codec.hpp"

namespace leasecheck::sim {

/// Whether the operation grants leases.
[[nodiscard]] bool is_claim(const model::Operation& operation);

/// Translates between the model's words and those of a program: operations into arguments, answers
/// into replies, and lease ids, which are the program's own on one side and handles on the other.
/// Format: sim/subject/PROTOCOL.md.
/// Thread: one thread.
class ProgramWords {
 public:
  /// The arguments of a request, as text. What the program cannot be told is left out.
  [[nodiscard]] std::string args_of(const Profile& profile,
                                    const model::Operation& operation) const;

  /// What an answer says, `{"ok":…}` or `{"error":…}`. Leases that a claim grants get handles.
  /// Errors: in words: what is missing or mistyped.
  [[nodiscard]] std::expected<Reply, std::string> reply_of(const Profile& profile,
                                                           const model::Action& action,
                                                           const traces::Json& answer);

  /// What the answer to `snapshot` says, with the program's own lease ids.
  /// Errors: in words.
  [[nodiscard]] static std::expected<model::Snapshot, std::string> snapshot_of(
      const Profile& profile, const traces::Json& answer);

  [[nodiscard]] bool is_issued(const std::string& id) const { return handles_.is_issued(id); }
  /// Gives a lease that no answer told of the next handle.
  void issue(const model::LeaseRecord& lease) {
    attempt_of_lease_[handles_.issue(lease.lease_id)] = lease.attempt_id;
  }
  /// Puts handles in the place of the program's own ids.
  void put_handles(model::Snapshot& snapshot) const {
    for (model::LeaseRecord& lease : snapshot.leases) {
      lease.lease_id = handles_.handle_of(lease.lease_id);
    }
  }

 private:
  [[nodiscard]] model::Operation with_lease_ids(model::Operation operation) const;
  [[nodiscard]] traces::Json attempt_of(const model::AckAttempt& ack) const;
  void put_handles(const model::Operation& operation, model::Answer& answer);

  Handles handles_;
  std::map<model::Id, model::Id> attempt_of_lease_;
};

}  // namespace leasecheck::sim
