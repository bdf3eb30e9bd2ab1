#pragma once

#include <functional>
#include <string>
#include <thread>

/// Writes metrics into a file, each second and at the end, for node_exporter's textfile collector,
/// which reads every `*.prom` of a folder. A reader finds the old text or the new one, whole.
class MetricsFile {
 public:
  /// `text` is called by a thread of its own, and must be callable as long as this object lives.
  MetricsFile(std::string path, std::function<std::string()> text);
  ~MetricsFile();
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

 private:
  void write() const;

  std::string path_;
  std::function<std::string()> text_;
  std::jthread thread_;
};
