#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "leasecheck/spec/step.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"
#include "traces/codec.hpp"
#include "traces/digest.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace leasecheck::tests {
namespace {

/// The run as the model carries it out.
traces::Trace trace_of(const std::vector<model::Action>& actions) {
  traces::Trace trace;
  model::State state;
  model::Snapshot before;
  for (const model::Action& action : actions) {
    const std::uint64_t call = trace.steps.size() + 1;
    trace.steps.push_back({call, action.now, traces::Call{"w1", action.now, action}});
    auto [next, outcome] = model::step(std::move(state), action);
    state = std::move(next);
    model::Snapshot after = model::snapshot(state);
    trace.steps.push_back(
        {call + 1, action.now,
         traces::Return{call, outcome, traces::delta(before, after), traces::digest(after)}});
    before = std::move(after);
  }
  return trace;
}

TEST(RoundTrip, BringsBackAnyRunOfTheModel) {
  check_property([] {
    const traces::Trace trace = trace_of(*any_actions());
    const auto read = traces::read_text(traces::to_text(trace), "text");
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == trace);
  });
}

TEST(RoundTrip, BringsBackAnySnapshot) {
  check_property([] {
    const model::Snapshot snapshot = model::snapshot(state_after(*any_actions()));
    const auto read = traces::snapshot_from_json(traces::snapshot_to_json(snapshot));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == snapshot);
  });
}

TEST(RoundTrip, BringsBackAnyBytes) {
  check_property([](const std::string& id, const std::string& payload) {
    const model::Operation operation = model::AppendRunEvent{id, id, id, payload};
    const auto args =
        traces::parse_json(traces::print_json(traces::operation_args_to_json(operation)));
    RC_ASSERT(args.has_value());
    const auto read = traces::operation_from_json("append_run_event", *args);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == operation);
  });
}

TEST(RoundTrip, DeltaIsEmptyExactlyWhenNothingChanged) {
  check_property([] {
    const auto actions = *any_actions();
    model::State state;
    for (const model::Action& action : actions) {
      const model::Snapshot before = model::snapshot(state);
      state = model::step(std::move(state), action).state;
      const model::Snapshot after = model::snapshot(state);
      RC_ASSERT(traces::delta(before, after).empty() == (before == after));
      RC_ASSERT((traces::digest(before) == traces::digest(after)) == (before == after));
    }
  });
}

TEST(RoundTrip, DamagedTextIsReadOrRefusedButNeverCrashes) {
  check_property([] {
    std::string text = traces::to_text(trace_of(*any_actions()));
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::arbitrary<char>();
    const auto read = traces::read_text(text, "text");
    RC_ASSERT(read.has_value() || read.error().message.starts_with("text:"));
  });
}

}  // namespace
}  // namespace leasecheck::tests
