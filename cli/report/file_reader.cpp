#include "cli/report/file_reader.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace leasecheck::cli {

std::expected<std::string, std::string> read_text_file(const std::filesystem::path& file,
                                                       std::size_t most) {
  const auto complain = [&file](const std::string& what) {
    return std::unexpected(file.string() + ": " + what);
  };
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    return complain("expected a file, found a folder");
  std::ifstream in(file, std::ios::binary);
  if (!in) return complain(std::error_code(errno, std::generic_category()).message());
  std::string text;
  std::array<char, 65'536> part{};
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > most) {
      return complain("expected at most " + std::to_string(most >> 20) + " MiB");
    }
  }
  if (in.bad()) return complain("cannot be read");
  return text;
}

}  // namespace leasecheck::cli
