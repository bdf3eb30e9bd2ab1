#include "cli/installation.hpp"

#include <system_error>

namespace leasecheck::cli {

std::string_view version() {
  return LEASECHECK_VERSION;
}

std::optional<std::filesystem::path> corpus_directory() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path installed =
      program.parent_path().parent_path() / "share/leasecheck/corpus";
  if (!error && std::filesystem::is_directory(installed, error)) return installed;
  const bool is_installed = !program.string().starts_with(LEASECHECK_BUILD_DIRECTORY "/");
  if (is_installed || !std::filesystem::is_directory(LEASECHECK_SOURCE_CORPUS, error)) {
    return std::nullopt;
  }
  return LEASECHECK_SOURCE_CORPUS;
}

}  // namespace leasecheck::cli
