#include "cli/report/file_writer.hpp"

#include "cli/output.hpp"
#include "model/check/output_file.hpp"

namespace leasecheck::cli {

std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                            const std::string& text) {
  const auto complain = [&file](const std::error_code& reason) {
    return std::unexpected(file.string() + ": " + reason.message());
  };
  auto out = check::OutputFile::open(file);
  if (!out) return complain(out.error());
  out->write(text);
  if (auto committed = out->commit(); !committed) return complain(committed.error());
  return {};
}

void write_or_say(const std::string& file, const std::string& text) {
  if (file.empty()) return say(text);
  if (auto written = write_file(file, text); !written) throw Stop{written.error()};
}

}  // namespace leasecheck::cli
