#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace lease {

/// The process that made this object: what it has open must not be used in a child, after a fork.
class OwnProcess {
 public:
  [[nodiscard]] bool is_this() const { return ::getpid() == id_; }
  [[nodiscard]] pid_t id() const { return id_; }

 private:
  pid_t id_ = ::getpid();
};

}  // namespace lease
