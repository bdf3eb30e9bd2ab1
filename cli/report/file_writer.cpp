#include "cli/report/file_writer.hpp"

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

}  // namespace leasecheck::cli
