#pragma once

#include <cstdint>
#include <vector>

#include "sim/random.hpp"
#include "sim/world/context.hpp"

namespace leasecheck::sim {

/// Puts attempts in, some of them twice and some of them in conflict with themselves.
class Producer {
 public:
  explicit Producer(Context context);

  void start();

 private:
  [[nodiscard]] model::AttemptSpec draw_spec(std::uint32_t number);
  [[nodiscard]] model::RetryPolicy draw_policy();
  void make_odd(model::AttemptSpec& spec);
  void make_distant(model::AttemptSpec& spec);
  void make_numbers_odd(model::AttemptSpec& spec);
  void enqueue_oddly(const model::AttemptSpec& spec, model::Duration wait);
  void enqueue_several(std::vector<model::AttemptSpec> specs);
  void enqueue_at(model::Time time, model::AttemptSpec spec);

  Context context_;
  Stream draw_;
  Stream rare_;  ///< values at the ends of what is legal
  Stream odd_;   ///< values in the dimensions that are odd
};

}  // namespace leasecheck::sim
