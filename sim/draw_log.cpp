#include "sim/draw_log.hpp"

namespace leasecheck::sim {
namespace {

thread_local DrawLog* innermost = nullptr;

}  // namespace

DrawLog::DrawLog() : outer_(innermost) {
  innermost = this;
}

DrawLog::~DrawLog() {
  innermost = outer_;
}

DrawLog* DrawLog::current() {
  return innermost;
}

}  // namespace leasecheck::sim
