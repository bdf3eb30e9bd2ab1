#include "cli/budget.hpp"

#include <algorithm>

namespace leasecheck::cli {

bool Budget::is_overdue() const {
  constexpr Span least_grace{2000};
  return whole_ && passed() >= *whole_ + std::max(*whole_ / 10, least_grace);
}

Budget::Span Budget::left() const {
  const auto left = std::chrono::duration_cast<Span>(*whole_ - passed());
  return std::max(left, Span{0});
}

Budget Budget::first(int parts, int of) const {
  Budget share = *this;
  if (whole_) share.whole_ = *whole_ * parts / of;
  return share;
}

}  // namespace leasecheck::cli
