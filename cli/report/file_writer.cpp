#include "cli/report/file_writer.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace leasecheck::cli {

std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                            const std::string& text) {
  const std::filesystem::path partial = file.string() + ".part";
  std::error_code error;
  {
    std::ofstream out(partial, std::ios::binary);
    if (out) out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) error = std::error_code(errno == 0 ? EIO : errno, std::generic_category());
  }
  if (!error) std::filesystem::rename(partial, file, error);
  if (!error) return {};
  std::error_code ignored;  // the first error is the one to tell
  std::filesystem::remove(partial, ignored);
  return std::unexpected(file.string() + ": " + error.message());
}

}  // namespace leasecheck::cli
