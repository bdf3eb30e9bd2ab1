#include "sim/conformance/proposal.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "sim/interruption.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "sim/subject/variant_words.hpp"

namespace leasecheck::sim {
namespace {

using model::Variant;

/// A subject that is judged as another variant than it says it is.
class JudgedAs final : public SubjectDecorator {
 public:
  JudgedAs(std::unique_ptr<Subject> subject, const Variant& variant)
      : SubjectDecorator(std::move(subject)), profile_(SubjectDecorator::profile()) {
    judge_as(variant);
  }
  [[nodiscard]] const Profile& profile() const override { return profile_; }
  void judge_as(const Variant& variant) { profile_.variant = variant; }

 private:
  Profile profile_;
};

ObserveOptions judged_as(ObserveOptions options, const Variant& variant) {
  options.make = [make = options.make,
                  variant]() -> std::expected<std::unique_ptr<Subject>, BrokenSubject> {
    auto subject = make();
    if (!subject) return std::unexpected(subject.error());
    return std::make_unique<JudgedAs>(*std::move(subject), variant);
  };
  return options;
}

/// Without an order everything about orders holds: that is the last thing to propose.
std::vector<Variant> strictest_first(std::vector<Variant> variants) {
  std::ranges::stable_partition(
      variants, [](const Variant& variant) { return variant.order != model::DispatchOrder::none; });
  return variants;
}

/// Searches the variants with examples of differences.
class Search {
 public:
  explicit Search(const ObserveOptions& options) : options_(options) {}

  void add(const Differences& differences) {
    for (const Difference& difference : differences.found) {
      if (difference.example) examples_.push_back(*difference.example);
    }
  }

  [[nodiscard]] bool may_go_on() const {
    return !interrupted && (!options_.may_go_on || options_.may_go_on());
  }

  /// From `from` on, one switch after another, to a variant on which no change of one switch makes
  /// more of the examples hold.
  [[nodiscard]] Variant best(Variant from) {
    std::size_t most = held(from);
    for (bool is_better = true; is_better && most < examples_.size();) {
      is_better = false;
      Variant next = from;
      for (const Variant& other : strictest_first(variants_beside(from))) {
        if (!may_go_on()) return from;
        const std::size_t count = held(other);
        if (count <= most) continue;
        most = count;
        next = other;
        is_better = true;
      }
      from = next;
    }
    return from;
  }

  [[nodiscard]] bool holds(const traces::Trace& example, const Variant& variant) {
    if (!begin_anew()) return false;
    subject_->judge_as(variant);
    const auto replayed = replay(example, *subject_);
    return replayed && replayed->verdict.result == traces::Result::held;
  }

 private:
  // One subject does for all examples as long as it can begin anew: a program may take a second to
  // start.
  [[nodiscard]] bool begin_anew() {
    if (subject_ && subject_->begin_anew().value_or(false)) return true;
    subject_.reset();
    auto subject = options_.make();
    if (subject) subject_ = std::make_unique<JudgedAs>(*std::move(subject), Variant{});
    return subject_ != nullptr;
  }

  [[nodiscard]] std::size_t held(const Variant& variant) {
    return static_cast<std::size_t>(std::ranges::count_if(
        examples_, [&](const traces::Trace& example) { return holds(example, variant); }));
  }

  const ObserveOptions& options_;
  std::vector<traces::Trace> examples_;
  std::unique_ptr<JudgedAs> subject_;
};

}  // namespace

std::expected<ProposalSearch, std::string> propose_variant(const ObserveOptions& options,
                                                           const Differences& listed) {
  auto subject = options.make();
  if (!subject) return std::unexpected(subject.error().message);
  const Variant announced = (*subject)->profile().variant;
  subject->reset();
  Search search(options);
  search.add(listed);
  std::set<Variant> tried{announced};
  std::optional<Proposal> proposal;
  bool is_each_walked = true;
  std::size_t fewest = listed.found.size();
  while (fewest > 0 && search.may_go_on()) {
    const Variant variant = search.best(announced);
    if (!tried.insert(variant).second) break;
    auto left = list_differences(judged_as(options, variant));
    if (!left) return std::unexpected(left.error());
    search.add(*left);
    is_each_walked = is_each_walked && left->ended_early.empty();
    if (!left->ended_early.empty() || left->found.size() >= fewest) continue;
    fewest = left->found.size();
    proposal = {.variant = variant,
                .handshake = traces::print_json(to_json(variant)),
                .describes = {},
                .left = *std::move(left)};
  }
  const bool is_whole = is_each_walked && (fewest == 0 || search.may_go_on());
  if (!proposal) return ProposalSearch{.found = {}, .was_searched_whole = is_whole};
  for (const Difference& difference : listed.found) {
    proposal->describes.push_back(difference.example &&
                                  search.holds(*difference.example, proposal->variant));
  }
  return ProposalSearch{.found = *std::move(proposal), .was_searched_whole = is_whole};
}

}  // namespace leasecheck::sim
