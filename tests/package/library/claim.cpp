#include <lease/memory.hpp>

int main() {
  lease::SystemClock clock;
  lease::RandomIds ids;
  const auto repository = lease::make_memory_repository(clock, ids);
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId("a1");
  spec.run_id = lease::RunId("r1");
  if (!repository->enqueue_attempt(spec)) return 1;
  const auto claimed =
      repository->upsert_lease(spec.attempt_id, lease::WorkerId("w1"),
                               lease::saturating_add(clock.now(), lease::Duration{1000}));
  return claimed ? 0 : 1;
}
