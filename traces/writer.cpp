#include "traces/writer.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "traces/lines.hpp"

namespace leasecheck::traces {
namespace {

std::string reason_of(int system_error) {
  return std::error_code(system_error, std::generic_category()).message();
}

[[noreturn]] void abort_because(const std::string& what) {
  std::fprintf(stderr, "trace writer: %s\n", what.c_str());
  std::abort();
}

}  // namespace

Writer::Writer(std::filesystem::path file, std::filesystem::path part, File stream)
    : file_(std::move(file)), part_(std::move(part)), stream_(std::move(stream)) {}

std::expected<Writer, std::string> Writer::open(const std::filesystem::path& file,
                                                const Head& head) {
  std::filesystem::path part = file;
  part += ".part";
  File stream(std::fopen(part.c_str(), "we"));
  if (!stream) return std::unexpected("cannot create " + part.string() + ": " + reason_of(errno));
  Writer writer(file, std::move(part), std::move(stream));
  if (auto written = writer.put(line_of(head)); !written) return std::unexpected(written.error());
  return writer;
}

std::expected<void, std::string> Writer::write(const Step& step) {
  if (step.number != ++steps_) {
    abort_because("expected step " + std::to_string(steps_) + ", was given step " +
                  std::to_string(step.number));
  }
  return put(line_of(step));
}

std::expected<void, std::string> Writer::finish(const Verdict& verdict) {
  if (auto written = put(line_of(verdict)); !written) return written;
  if (std::fclose(stream_.release()) != 0) return give_up("close");
  if (std::rename(part_.c_str(), file_.c_str()) != 0) return give_up("rename");
  return {};
}

std::expected<void, std::string> Writer::put(std::string line) {
  if (!stream_) abort_because("written to after its end");
  line += '\n';
  const bool taken = std::fwrite(line.data(), 1, line.size(), stream_.get()) == line.size() &&
                     std::fflush(stream_.get()) == 0;
  if (!taken) return give_up("write");
  return {};
}

std::unexpected<std::string> Writer::give_up(std::string_view doing) {
  std::string complaint =
      "cannot " + std::string(doing) + " " + part_.string() + ": " + reason_of(errno);
  stream_.reset();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
  return std::unexpected(std::move(complaint));
}

std::expected<void, std::string> write_file(const std::filesystem::path& file, const Trace& trace) {
  auto writer = Writer::open(file, trace.head);
  if (!writer) return std::unexpected(writer.error());
  for (const Step& step : trace.steps) {
    if (auto written = writer->write(step); !written) return written;
  }
  return writer->finish(trace.verdict);
}

std::string to_text(const Trace& trace) {
  std::string text = line_of(trace.head) + '\n';
  for (const Step& step : trace.steps) text += line_of(step) + '\n';
  return text + line_of(trace.verdict) + '\n';
}

}  // namespace leasecheck::traces
