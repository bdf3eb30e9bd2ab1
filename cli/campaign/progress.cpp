#include "cli/campaign/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace leasecheck::cli {

Progress::Progress() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

bool Progress::is_due() const {
  return is_terminal_ && std::chrono::steady_clock::now() >= next_;
}

void Progress::show(const std::string& text) {
  if (!is_due()) return;
  next_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  is_shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
}

}  // namespace leasecheck::cli
