#include "traces/trace.hpp"

#include <utility>

namespace leasecheck::traces {

std::string_view word(Result result) {
  switch (result) {
    case Result::held:
      return "held";
    case Result::violated:
      return "violated";
    case Result::inconclusive:
      return "inconclusive";
    case Result::broken:
      return "broken";
  }
  std::unreachable();
}

}  // namespace leasecheck::traces
