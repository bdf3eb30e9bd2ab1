#include "cli/corpus.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/command.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {

ReplayedTrace replay_file(const std::string& file, const std::optional<Backend>& backend) {
  auto trace = traces::read_file(file);
  if (!trace) {
    const bool is_stale = trace.error().kind == traces::ReadError::Kind::stale;
    throw Stop{trace.error().message, is_stale ? ExitCode::inconclusive : ExitCode::usage};
  }
  const std::expected<Backend, std::string> chosen =
      backend ? *backend : parse_backend(trace->head.backend);
  if (!chosen) throw Stop{file + ": recorded on another backend: " + chosen.error()};
  auto subject = chosen->make();
  if (!subject) throw Stop{subject.error().message};
  auto result = sim::replay(*trace, **subject);
  if (!result) throw Stop{file + ": stale trace: " + result.error(), ExitCode::inconclusive};
  return {.file = file,
          .head = std::move(trace->head),
          .recorded = std::move(trace->verdict),
          .now = *std::move(result)};
}

std::vector<std::string> traces_in(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) throw Stop{directory.string() + ": " + error.message()};
  std::vector<std::string> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
  }
  if (files.empty()) throw Stop{directory.string() + ": holds no trace (*.jsonl)"};
  std::ranges::sort(files);
  return files;
}

}  // namespace leasecheck::cli
