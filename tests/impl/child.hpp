#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>

namespace leasecheck::tests {

/// Runs `work` in a process of its own, which talks to this one over a pipe and is killed with it.
class Child {
 public:
  explicit Child(const std::function<void(int write_end)>& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    process_ = ::fork();
    if (process_ == 0) {
      work(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    read_end_ = ends[0];
  }
  ~Child() {
    kill();
    ::close(read_end_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for one number from the child. Returns: -1 once it has ended.
  int next() {
    int value = -1;
    return ::read(read_end_, &value, sizeof value) == sizeof value ? value : -1;
  }

  /// Ends the child as a power cut would end it: without another instruction.
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
  int read_end_ = -1;
};

inline void tell(int write_end, int value) {
  if (::write(write_end, &value, sizeof value) != sizeof value) ::_exit(1);
}

}  // namespace leasecheck::tests
