#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "leasecheck/check/search.hpp"

namespace leasecheck::check {

class OutputFile;

/// Whether a checkpoint could be written there now.
/// Errors: in words, naming the path.
[[nodiscard]] std::expected<void, std::string> can_be_saved(const std::filesystem::path& path);

/// Writes a file of 64-bit words in the machine's byte order, ended by a checksum over them all.
/// A regular file is replaced in one step when it is complete; a device is written through.
class CheckpointWriter {
 public:
  explicit CheckpointWriter(std::filesystem::path path);
  ~CheckpointWriter();

  void write(std::span<const std::uint64_t> words);
  void write(std::uint64_t word) { write(std::span(&word, 1)); }
  /// Errors: whatever went wrong since the start; a file of that name is then as it was.
  [[nodiscard]] std::expected<void, std::string> commit();

 private:
  std::filesystem::path path_;
  std::unique_ptr<OutputFile> file_;  ///< Null if it could not be opened.
  std::uint64_t checksum_;
  std::error_code error_;
};

/// Reads such a file. A read beyond its end gives zeros, and `finish` an error.
class CheckpointReader {
 public:
  explicit CheckpointReader(const std::filesystem::path& path);

  void read(std::span<std::uint64_t> words);
  [[nodiscard]] std::uint64_t read();
  /// A count of things of which each takes at least `words` words: 0 if the file is too short.
  [[nodiscard]] std::uint64_t read_count(std::uint64_t words);
  /// Errors: the file could not be opened, or is no checkpoint.
  [[nodiscard]] std::expected<void, std::string> readable() const;
  /// Errors: those, or the file is damaged. What was read is then worthless.
  [[nodiscard]] std::expected<void, std::string> finish();

 private:
  std::string path_;
  std::vector<std::uint64_t> buffer_;
  std::size_t next_ = 0;
  std::uint64_t left_ = 0;  ///< Words before the checksum that were not yet given out.
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::uint64_t checksum_;
  std::string error_;
};

/// Writes what identifies the search and the version of this program, so that it is resumed by its
/// like only.
void write_identity(CheckpointWriter& writer, const std::string& identity);
/// Errors: the file is not a checkpoint, or of another search than `identity`.
[[nodiscard]] std::expected<void, std::string> read_identity(CheckpointReader& reader,
                                                             const std::string& identity);

/// Saves a search. Thread: no worker is active.
template <std::size_t words>
[[nodiscard]] std::expected<void, std::string> save(const std::filesystem::path& path,
                                                    const std::string& identity,
                                                    const SearchState<words>& state) {
  CheckpointWriter writer(path);
  write_identity(writer, identity);
  writer.write(state.expanded);
  writer.write(state.transitions);
  std::uint64_t expanded_here = 0;
  for (std::uint64_t i = 0; i < state.expanded_runs; ++i) {
    expanded_here += state.level().runs[i].size();
  }
  writer.write(expanded_here);
  writer.write(state.findings.size());
  for (const auto& finding : state.findings) {
    writer.write(finding.has_value());
    writer.write(finding ? finding->depth : 0);
    writer.write(finding ? finding->state : Encoded<words>{});
  }
  writer.write(state.pending.size());
  for (const auto& code : state.pending) writer.write(code);
  writer.write(state.log.levels().size());
  for (const auto& level : state.log.levels()) {
    writer.write(level.states);
    for (const auto run : level.runs) {
      for (const auto& code : run) writer.write(code);
    }
  }
  return writer.commit();
}

/// Adds the next `count` states to the last level, in runs of their own.
template <std::size_t words, typename ReadCode>
[[nodiscard]] bool load_states(std::uint64_t count, ReadCode&& read_code, StateLog<words>& log) {
  if (!log.writer(0).reserve(count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) log.writer(0).push(read_code());
  log.gather();
  return true;
}

/// Loads a search that looks for so many findings into `state`, which is new.
/// Errors: the file's, it has what no search has, or there is not enough memory.
template <std::size_t words, typename IsCode>
[[nodiscard]] std::expected<void, std::string> load(const std::filesystem::path& path,
                                                    const std::string& identity,
                                                    std::size_t findings, IsCode&& is_code,
                                                    SearchState<words>& state) {
  CheckpointReader reader(path);
  if (auto same = read_identity(reader, identity); !same) return same;
  bool is_sound = true;
  const auto read_code = [&] {
    Encoded<words> code{};
    reader.read(code);
    is_sound = is_sound && is_code(code);
    return code;
  };
  state.expanded = reader.read();
  state.transitions = reader.read();
  const std::uint64_t expanded_here = reader.read();
  state.findings.resize(reader.read_count(2 + words));
  for (auto& finding : state.findings) {
    const bool found = reader.read() != 0;
    Finding<Encoded<words>> read{.depth = reader.read()};
    reader.read(read.state);
    if (found) finding = read;
    is_sound = is_sound && (!found || is_code(read.state));
  }
  state.pending.resize(reader.read_count(words));
  for (auto& code : state.pending) code = read_code();
  const std::uint64_t levels = reader.read_count(1);
  for (std::uint64_t level = 0; level < levels; ++level) {
    if (level > 0) state.log.open_level();
    const std::uint64_t count = reader.read_count(words);
    const std::uint64_t done = level + 2 == levels ? std::min(expanded_here, count) : 0;
    bool loaded = load_states(done, read_code, state.log);
    if (level + 2 == levels) state.expanded_runs = state.log.levels().back().runs.size();
    loaded = loaded && load_states(count - done, read_code, state.log);
    if (!loaded) return std::unexpected(path.string() + ": the memory limit is below its states");
  }
  if (auto finished = reader.finish(); !finished) return finished;
  for (const auto& finding : state.findings) {
    is_sound = is_sound && (!finding || finding->depth < state.log.levels().size());
  }
  const bool has_begun = state.log.states() > 0 || !state.pending.empty();
  if (is_sound && has_begun && state.findings.size() == findings) return {};
  return std::unexpected(path.string() + ": the checkpoint has what no search has");
}

}  // namespace leasecheck::check
