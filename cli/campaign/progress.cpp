#include "cli/campaign/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace leasecheck::cli {

Progress::Progress() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(const std::string& text) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  is_shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
}

}  // namespace leasecheck::cli
