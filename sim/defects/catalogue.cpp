#include "sim/defects/catalogue.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace leasecheck::mutants {
namespace {

// As the catalogue of defects has them; the class is its own word for each.
constexpr auto rows = std::to_array<DefectRow>(
    {{"B01", "double lease", Topic::ownership, "C", "oban e75eb8c3"},
     {"B02", "SKIP LOCKED misuse", Topic::ownership, "C", "oban 39909215, 02541e8e"},
     {"B03", "loser told it won", Topic::ownership, "C", "solid_queue 4a8aa65"},
     {"B04", "rows>0 == mine", Topic::ownership, "S", "river fb9e738 (#197/#199)"},
     {"B05", "hb not bound to owner", Topic::ownership, "S", "oban 9a0b729d (#1488)"},
     {"B07", "identity reuse", Topic::ownership, "W", "BuildGrid MR !9"},
     {"B08", "late grant", Topic::ownership, "C T", "Jepsen etcd 3.4.3"},
     {"B09", "expired at birth", Topic::ownership, "S T", "Oris (finding O-20)"},
     {"B10", "claim predicate too weak", Topic::ownership, "S", "oban 8eb54372"},
     {"B11", "ABA on lease id", Topic::ownership, "S T", "Oris (finding O-8)"},
     {"B12", "tombstone survives takeover", Topic::ownership, "S", "dynamodb-lock-client 56fc9a1"},
     {"B13", "old session counted as own", Topic::ownership, "S", "curator 1027c2cd (CURATOR-696)"},
     {"B14", "connection-scoped ownership", Topic::ownership, "K", "good_job #989, #90"},
     {"B15", "boundary off by one", Topic::time, "S T", "Oris (finding O-38)"},
     {"B16", "grace ignored", Topic::time, "S T", "Oris before dc1b7df"},
     {"B18", "unit mix", Topic::time, "S T", "oban 53a4bdaa (#1040)"},
     {"B19", "TTL == renew interval", Topic::time, "T W", "river 9e532a4 (#216)",
      "the contract prescribes no rhythm: a worker that renews too late stops believing "
      "and loses no more than its lease; `margin` measures what slack is needed"},
     {"B20", "wrong TTL used by the thief", Topic::time, "S T", "client-go b4217e149"},
     {"B21", "clock jump", Topic::time, "T", "etcd 4136df793 (#12291)"},
     {"B22", "caller-clock trust", Topic::time, "T",
      "client-go #448 (liggitt) + leaderelection package doc"},
     {"B23", "tx-start vs statement time", Topic::time, "T C", "pgmq 7fd411d (#367)"},
     {"B24", "two clocks in one op", Topic::time, "T", "river 2ba0e3e (#1332)"},
     {"B26", "hb shortens lease", Topic::time, "S", "asynq 7e5efb0"},
     {"B28", "zero/negative = now", Topic::time, "S T", "temporal 8d659fd14d (#9354)"},
     {"B29", "duration overflow", Topic::time, "S", "etcd db21941d1"},
     {"B32", "observation clock restarts", Topic::time, "L", "dynamodb-lock-client 4d31892"},
     {"B34", "hb after ack", Topic::heartbeat, "C", "bullmq a8b9d76496 (#3579)"},
     {"B35", "heartbeats stop before work", Topic::heartbeat, "W", "solid_queue 098a004 (#568)",
      "safe here: a worker without heartbeats stops believing at its expiry and works no "
      "further (rule 18); the work is delivered again"},
     {"B36", "hb rejected, not recorded", Topic::heartbeat, "K W", "hatchet #4784, #545"},
     {"B38", "self-fulfilling CAS", Topic::heartbeat, "S", "Oris (finding O-6)"},
     {"B40", "reap overwrites completion", Topic::reap, "C", "river #1302, fixed by #1373"},
     {"B41", "reap kills fresh lease", Topic::reap, "C", "river #1373"},
     {"B42", "old reaper still acts", Topic::reap, "C T", "etcd 67f17166b (#15247, #12528)"},
     {"B43", "age from first start", Topic::reap, "S T", "procrastinate 83ee2459"},
     {"B44", "policy-blind reap", Topic::reap, "T W", "river #350, #1125"},
     {"B45", "reap misses a state", Topic::reap, "S", "hatchet 9c31fdf0f6 (#301)"},
     {"B47", "one poison row stops reap", Topic::reap, "K", "solid_queue 629ae55 (#699)"},
     {"B48", "reaper reaps itself", Topic::reap, "T W", "solid_queue 338c1e8"},
     {"B49", "leased without a lease row", Topic::reap, "C K", "solid_queue 5d722f8"},
     {"B50", "reap leaks counters", Topic::reap, "L",
      "trigger.dev 409388365e (#2907), 1114d9d6f9 (#4540)"},
     {"B51", "double release", Topic::reap, "C", "solid_queue 4f263b2, 2124a51"},
     {"B52", "lock-order deadlock", Topic::reap, "C", "solid_queue 28f9e05"},
     {"B53", "double reaper", Topic::reap, "C", "solid_queue 795af69"},
     {"B54", "poison keeps queue head", Topic::reap, "L", "graphile #313"},
     {"B55", "crash is never counted", Topic::reap, "L", "faktory #118 (#99)"},
     {"B57", "requeue burns a retry", Topic::requeue, "S", "pg-boss 7dea410"},
     {"B58", "stale deadline kept", Topic::requeue, "S T", "trigger.dev 444c2215ca (#4669)"},
     {"B60", "requeue loses attributes", Topic::requeue, "S", "hatchet 2944a992e1 (#3591)"},
     {"B63", "pop then push", Topic::requeue, "K", "kombu 58975b2a (#1444)"},
     {"B64", "thundering requeue", Topic::requeue, "L", "etcd c38c00f7c",
      "rule 5 demands it: a reap takes all that is stale, at once"},
     {"B65", "lease clock runs in backoff", Topic::requeue, "T", "kombu #337"},
     {"B66", "stale ack accepted", Topic::ack, "S", "Oris (finding O-2)"},
     {"B68", "stale nack", Topic::ack, "S", "bullmq dc1a3077d1, 9502167bb0, ca207f593d"},
     {"B69", "terminal overwritten", Topic::ack, "S", "Oris (finding O-3)"},
     {"B70", "ack dropped on DB error", Topic::ack, "K", "oban f79900e4 (#865)"},
     {"B71", "ack at start", Topic::ack, "K", "celery #1628",
      "an acked attempt is over (rule 11); what its worker still does afterwards is not "
      "the repository's"},
     {"B72", "status order", Topic::ack, "C", "hatchet e20a688080 (#4165)"},
     {"B73", "old term's release hits new lease", Topic::ack, "S", "river e3fc3c2"},
     {"B74", "cancel-requested falls out", Topic::ack, "S", "procrastinate 270bc651"},
     {"B75", "batch ack fails whole", Topic::ack, "S K", "river 3b7efa5 (#1308)"},
     {"B76", "backoff overflow", Topic::retry, "S", "temporal 76f806b7b8"},
     {"B77", "zero base", Topic::retry, "S", "pg-boss 2276d34"},
     {"B78", "wrong formula", Topic::retry, "S", "pg-boss 30fa9a6 (#672)"},
     {"B79", "snooze inflates budget", Topic::retry, "L", "river 90850d3 (#720)"},
     {"B81", "retry_at ignored by `lease`", Topic::retry, "S T", "Oris (finding O-1)"},
     {"B82", "started_at not reset", Topic::retry, "S T", "Oris (finding O-9)"},
     {"B85", "replay keeps exhausted budget", Topic::retry, "S", "bullmq #3555"},
     {"B86", "self-conflict", Topic::retry, "S", "river 2b9dd83 (#618)"},
     {"B87", "no unique tie-break", Topic::order, "S X", "solid_queue 28f9e05"},
     {"B88", "priority ignored in a group", Topic::order, "S", "procrastinate 100518ce"},
     {"B89", "option not forwarded", Topic::order, "S", "pg-boss ff69790"},
     {"B91", "inverted priority", Topic::order, "S", "Oris (finding O-24)"},
     {"B93", "head-of-line block", Topic::order, "L", "pg-boss f7a0374"},
     {"B94", "biased fair share", Topic::order, "L", "trigger.dev 5667461895 (#4019)",
      "tenant_id has no effect (rule 8): there is no fair share to get wrong"},
     {"B95", "sentinel collision", Topic::order, "S", "trigger.dev a55f7cdf4d (#4628)"},
     {"B96", "op outside its own tx", Topic::transaction, "K C", "river 9af3be8 (#332)"},
     {"B97", "enqueue in pieces", Topic::transaction, "C K", "Oris (finding O-35)"},
     {"B98", "lost wake-up (MVCC)", Topic::transaction, "C", "trigger.dev 39dd91b098 (#3075)",
      "no attempt waits for another one: nothing is ever blocked"},
     {"B99", "taken, then store down", Topic::transaction, "K", "trigger.dev 825219a2f4 (#2938)"},
     {"B100", "retryable error not retried", Topic::transaction, "K", "oban e13b0711"},
     {"B101", "redo after restart", Topic::transaction, "K", "etcd e9ae8eb5a"},
     {"B102", "limit conversion", Topic::edge, "S X", "Oris (finding O-21)"},
     {"B105", "empty batch", Topic::edge, "S", "apalis 3f064c5 (#571)"},
     {"B106", "unknown status = queued", Topic::edge, "S X", "Oris (finding O-41)"},
     {"B108", "duplicate dead letter", Topic::edge, "C", "pg-boss 3b8b570"},
     {"B109", "dead letter lost", Topic::edge, "K", "Oris (finding O-11)"},
     {"B110", "fencing token restarts", Topic::edge, "S", "Oris (finding O-7)"},
     {"B112", "counters never fall", Topic::edge, "L", "Oris (finding O-26)"},
     {"B113", "check-then-act limit", Topic::edge, "C", "good_job #325, #378"},
     {"B114", "backpressure blocks the drain", Topic::edge, "L", "Oris (finding O-25)"},
     {"B115", "panic under the mutex", Topic::edge, "K", "Oris (finding O-32)"},
     {"B116", "recovery livelock", Topic::edge, "C L", "curator 4b96f18b (CURATOR-644/645)"},
     {"B117", "heartbeat acts as claim", Topic::edge, "S", "Oris before 26efdf7"},
     {"B118", "retention by the wrong time", Topic::edge, "S T", "oban #1145"},
     {"B119", "retention takes unfinished work", Topic::edge, "S T", "armada #3608"},
     {"B120", "pages overlap", Topic::edge, "S", "qless #52"},
     {"B121", "limit of something else", Topic::edge, "S", "airbyte #15908"},
     {"B122", "fence lost by retention", Topic::edge, "S T", "sooqa #134"},
     {"B123", "retry after a failed sync", Topic::transaction, "K",
      "PostgreSQL before 11.2 (\"fsyncgate\")"},
     {"B124", "log begun anew too early", Topic::transaction, "K C", "SQLite before 3.51.3"},
     {"B125", "stopped with the lock", Topic::transaction, "C", "relayhistory #50"},
     {"B126", "file replaced while open", Topic::transaction, "K", "arc #635"}});

Exhibit exhibit_of(const Mutant& mutant) {
  return {mutant.name, mutant.defect, mutant.what, mutant.property, &mutant};
}
Exhibit exhibit_of(const SqliteMutant& mutant) {
  return {mutant.name, mutant.defect, mutant.what, mutant.property, &mutant};
}
Exhibit exhibit_of(const DeploymentMutant& mutant) {
  return {mutant.name, mutant.row, mutant.what, mutant.property, &mutant};
}
Exhibit exhibit_of(const system::MutantInfo& mutant) {
  return {mutant.name, mutant.defect, mutant.what, mutant.property, &mutant};
}

}  // namespace

std::string_view word(Topic topic) {
  constexpr std::array<std::string_view, topic_count> words{
      "ownership", "time",  "heartbeat", "reap",        "requeue",
      "ack",       "retry", "order",     "transaction", "edge"};
  return words.at(static_cast<std::size_t>(topic));
}

std::span<const DefectRow> defect_rows() {
  return rows;
}

const DefectRow* find_row(std::string_view id) {
  const auto found = std::ranges::find(rows, id, &DefectRow::id);
  return found == rows.end() ? nullptr : &*found;
}

std::string_view kind_of(const Exhibit& exhibit) {
  constexpr std::array<std::string_view, 4> kinds{"repository", "storage", "deployment", "model"};
  return kinds.at(exhibit.planted.index());
}

Topic topic_of(const Exhibit& exhibit) {
  const DefectRow* row = find_row(exhibit.row);
  return row == nullptr ? Topic::transaction : row->topic;
}

std::string_view source_of(const Exhibit& exhibit) {
  if (const auto* mutant = std::get_if<const Mutant*>(&exhibit.planted)) return (*mutant)->source;
  const DefectRow* row = find_row(exhibit.row);
  return row == nullptr ? "the contract" : row->source;
}

std::span<const Exhibit> exhibits() {
  static const std::vector<Exhibit> all = [] {
    std::vector<Exhibit> collected;
    for (const Mutant& mutant : all_mutants()) collected.push_back(exhibit_of(mutant));
    for (const SqliteMutant& mutant : sqlite_mutants()) collected.push_back(exhibit_of(mutant));
    for (const DeploymentMutant& mutant : deployment_mutants())
      collected.push_back(exhibit_of(mutant));
    for (const auto& mutant : system::all_mutants()) collected.push_back(exhibit_of(mutant));
    return collected;
  }();
  return all;
}

}  // namespace leasecheck::mutants
