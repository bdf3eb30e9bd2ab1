// A database file in which some bytes are others. An input is a list of patches on a repository
// that this target makes: two bytes of position, one of length (1 to 8), and the bytes. Whatever
// the file then holds: nothing throws, errors are those of the contract, an attempt that was
// readable keeps what rule 16 promises, and the library can open what it has written.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lease/sqlite.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace lease;
using leasecheck::fuzz::expect;

Time at(std::int64_t ms) {
  return Time{Duration{ms}};
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Time now() override { return at(1000); }
};

class CountedIds final : public IdSource {
 public:
  [[nodiscard]] LeaseId next_lease_id() override { return LeaseId("L" + std::to_string(++count_)); }

 private:
  int count_ = 0;
};

const WorkerId worker{"worker"};

auto open_at(const std::filesystem::path& file, Clock& clock, IdSource& ids) {
  return open_sqlite_repository(
      {.path = file, .busy_timeout = Duration{0}, .vfs = {}, .allow_shared_file_system = false},
      clock, ids);
}

/// Attempts in every state, with leases, dead letters, events, policies and timeouts.
void fill(AttemptRepository& repository) {
  for (const char* id :
       {"queued", "later", "leased", "running", "backoff", "done", "dead", "gone"}) {
    AttemptSpec spec;
    spec.attempt_id = AttemptId(id);
    spec.run_id = RunId("run");
    spec.priority = id[0] == 'l' ? 7 : -1;
    spec.timeout = Duration{5000};
    spec.max_deliveries = 3;
    if (id[0] == 'b' || id[0] == 'q') {
      spec.retry_policy =
          RetryPolicy{.backoff = Duration{100}, .max_backoff = {}, .max_retries = 2};
    }
    if (spec.attempt_id.str() == "later") spec.not_before = at(2000);
    static_cast<void>(repository.enqueue_attempt(spec));
  }
  const auto claim = [&](const char* id) {
    const auto lease = repository.upsert_lease(AttemptId(id), worker, at(3000));
    expect(lease.has_value(), "what was enqueued can be claimed");
    return Holder{lease->lease_id, worker};
  };
  static_cast<void>(claim("leased"));
  const Holder running = claim("running");
  static_cast<void>(repository.start_attempt(running, at(1000)));
  for (const char* payload : {"1", "[2]", R"({"three":3})"}) {
    static_cast<void>(repository.append_run_event(running, {"step", payload}, at(1000)));
  }
  static_cast<void>(repository.ack_attempt(claim("backoff"), AckOutcome::failed, at(1000)));
  static_cast<void>(repository.ack_attempt(claim("done"), AckOutcome::completed, at(1000)));
  static_cast<void>(repository.ack_attempt(claim("dead"), AckOutcome::failed, at(1000)));
  static_cast<void>(repository.cancel_attempt(AttemptId("gone"), at(1000)));
}

std::string make_database(const std::filesystem::path& file) {
  FixedClock clock;
  CountedIds ids;
  {
    auto repository = open_at(file, clock, ids);
    expect(repository.has_value(), "a repository can be made");
    fill(**repository);
  }
  return leasecheck::fuzz::read_file(file);
}

void patch(std::string& database, const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 0; i + 3 < size;) {
    const std::size_t position = (data[i] * 256U + data[i + 1]) % database.size();
    const std::size_t length = std::min<std::size_t>(1 + data[i + 2] % 8, size - i - 3);
    for (std::size_t k = 0; k < length && position + k < database.size(); ++k) {
      database[position + k] = static_cast<char>(data[i + 3 + k]);
    }
    i += 3 + length;
  }
}

/// What can be read of each attempt.
std::map<std::string, AttemptRecord> readable(AttemptRepository& repository) {
  std::map<std::string, AttemptRecord> records;
  for (const char* id :
       {"queued", "later", "leased", "running", "backoff", "done", "dead", "gone"}) {
    if (auto record = repository.get_attempt(AttemptId(id))) records.emplace(id, *record);
  }
  return records;
}

void expect_kept(const std::map<std::string, AttemptRecord>& before,
                 const std::map<std::string, AttemptRecord>& after) {
  for (const auto& [id, was] : before) {
    const auto is = after.find(id);
    if (is == after.end()) continue;
    expect(!is_terminal(was.status) || is->second.status == was.status, "terminal is final");
    expect(is->second.version - was.version <= 8, "a version only grows, by few");
  }
}

/// Makes every call and demands of each answer that the contract knows it.
class Caller {
 public:
  explicit Caller(AttemptRepository& repository) : repository_(repository) {}

  void read() {
    see(repository_.list_dispatchable_attempts(at(5000), 10));
    see(repository_.list_dispatchable_attempts(at(1000), 1));
    see(repository_.queue_depth(at(5000)));
    see(repository_.counts_by_status());
    see(repository_.list_dead_letters(10));
    see(repository_.latest_seq_for_run(RunId("run")));
    see(repository_.list_run_events(RunId("run"), 0, 10));
    see(repository_.get_lease_for_attempt(AttemptId("running")));
    for (const char* lease : {"L1", "L2", "L3"}) see(repository_.get_lease(LeaseId(lease)));
    see(repository_.snapshot());
  }

  void write() {
    const Holder running{LeaseId("L2"), worker};
    see(repository_.append_run_event(running, {"step", "4"}, at(1100)));
    see(repository_.heartbeat_lease(LeaseId("L1"), at(1100), at(3100)));
    see(repository_.start_attempt({LeaseId("L1"), worker}, at(1100)));
    see(repository_.heartbeat_lease_with_version(running, {1, at(1100), at(3100)}));
    see(repository_.expire_leases_and_requeue(at(2500)));
    see(repository_.transition_timed_out_attempts(at(4000)));
    see(repository_.ack_attempt({LeaseId("L4"), worker}, AckOutcome::completed, at(1100)));
    see(repository_.release_lease({LeaseId("L1"), worker}, at(1100)));
    see(repository_.expire_leases_and_requeue(Time::max()));
    see(repository_.transition_timed_out_attempts(Time::max()));
    for (const char* id : {"queued", "backoff", "leased"}) {
      see(repository_.upsert_lease(AttemptId(id), WorkerId("other"), at(9000)));
    }
    AttemptSpec spec;
    spec.attempt_id = AttemptId("new");
    spec.run_id = RunId("run");
    see(repository_.enqueue_attempt(spec));
  }

  void end() {
    see(repository_.cancel_attempt(AttemptId("later"), at(1100)));
    see(repository_.replay_dead_letter(AttemptId("dead"), at(1100)));
    see(repository_.reset());
  }

 private:
  template <typename T>
  void see(const Result<T>& result) {
    if (result) return;
    expect(!result.error().message.empty(), "an error says what it is about");
    expect(result.error().code != ErrorCode::invalid_argument, "every argument is valid");
  }

  AttemptRepository& repository_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const leasecheck::fuzz::Scratch scratch;
  static const std::string original = make_database(scratch / "original.db");
  const std::filesystem::path file = scratch / "damaged.db";
  for (const char* side : {"damaged.db-wal", "damaged.db-shm"}) {
    std::filesystem::remove(scratch / side);
  }
  std::string damaged = original;
  patch(damaged, data, size);
  leasecheck::fuzz::write_file(file, damaged);
  FixedClock clock;
  CountedIds ids;
  for (int i = 0; i < 10; ++i) static_cast<void>(ids.next_lease_id());
  auto repository = open_at(file, clock, ids);
  if (!repository) {
    expect(leasecheck::fuzz::read_file(file) == damaged, "a file that is refused is left alone");
    return 0;
  }
  Caller caller(**repository);
  caller.read();
  const auto before = readable(**repository);
  caller.write();
  expect_kept(before, readable(**repository));
  caller.read();
  caller.end();
  caller.read();
  return 0;
}
