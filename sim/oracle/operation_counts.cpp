#include "sim/oracle/operation_counts.hpp"

#include <string>
#include <variant>

#include "leasecheck/spec/operation_case.hpp"

namespace leasecheck::sim {
namespace {

std::string status_word(std::size_t index) {
  if (index == model::status_count) return "absent";
  return std::string(model::word(static_cast<model::Status>(index)));
}

std::size_t index_of(const model::AttemptRecord* attempt) {
  return attempt == nullptr ? model::status_count : static_cast<std::size_t>(attempt->status);
}

}  // namespace

void OperationCounts::count(const model::Operation& operation, const model::Outcome& outcome,
                            std::span<const properties::AttemptChange> changes) {
  Counted& counted = counted_[operation.index()];
  counted.operation = model::name_of(operation);
  counted.mover = model::mover_of(operation);
  ++counted.outcomes[outcome ? 0 : 1 + static_cast<std::size_t>(outcome.error())];
  // It ends the world, and is no move of an attempt.
  if (std::holds_alternative<model::Reset>(operation)) return;
  for (const properties::AttemptChange& change : changes) {
    const std::size_t from = index_of(change.before);
    const std::size_t to = index_of(change.after);
    ++counted.moved[from][to];
  }
}

void OperationCounts::add_to(Tally& tally) const {
  for (const Counted& counted : counted_) {
    const std::string operation(counted.operation);
    for (std::size_t i = 0; i < words; ++i) {
      if (counted.outcomes[i] == 0) continue;
      const auto word = i == 0 ? "ok" : model::word(static_cast<model::ErrorCode>(i - 1));
      tally.outcomes[operation][std::string(word)] += counted.outcomes[i];
    }
    for (std::size_t from = 0; from < places; ++from) {
      for (std::size_t to = 0; to < places; ++to) {
        if (counted.moved[from][to] == 0) continue;
        const std::string move =
            model::move_name(status_word(from), status_word(to), counted.mover, "");
        tally.transitions[move] += counted.moved[from][to];
      }
    }
  }
}

}  // namespace leasecheck::sim
