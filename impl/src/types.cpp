#include "lease/types.hpp"

namespace lease {

bool is_terminal(Status status) {
  return status == Status::completed || status == Status::failed || status == Status::cancelled;
}

}  // namespace lease
