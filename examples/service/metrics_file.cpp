#include "metrics_file.hpp"

#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>

using namespace std::chrono_literals;

MetricsFile::MetricsFile(std::string path, std::function<std::string()> text)
    : path_(std::move(path)), text_(std::move(text)), thread_([this](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          write();
          never.wait_for(lock, stop, 1s, [] { return false; });
        }
      }) {}

MetricsFile::~MetricsFile() {
  thread_.request_stop();
  thread_.join();
  write();
}

// Beside the file, and then in its place: a rename is atomic. Metrics are no reason to end: what
// cannot be written is said and tried again.
void MetricsFile::write() const {
  const std::string beside = path_ + ".new";
  std::ofstream file(beside);
  file << text_();
  file.close();
  if (!file || std::rename(beside.c_str(), path_.c_str()) != 0) std::perror(path_.c_str());
}
