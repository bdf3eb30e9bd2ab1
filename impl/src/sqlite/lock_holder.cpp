#include "sqlite/lock_holder.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <sstream>

namespace lease::sqlite {
namespace {

constexpr std::uint64_t write_lock_byte = 120;

/// A line of /proc/locks: "1: POSIX  ADVISORY  WRITE 4711 08:02:131138 120 120". File systems that
/// span devices give another device there than stat(2) does, so only the inode is compared.
std::optional<long> holder_in(const std::string& line, ino_t inode) {
  std::istringstream words(line);
  std::string number;
  std::string kind;
  std::string mode;
  std::string access;
  std::string file;
  std::string end;
  long process = 0;
  std::uint64_t begin = 0;
  words >> number >> kind >> mode >> access >> process >> file >> begin >> end;
  const bool is_one =
      words && kind == "POSIX" && access == "WRITE" && file.ends_with(':' + std::to_string(inode));
  if (!is_one || begin > write_lock_byte) return std::nullopt;
  if (end != "EOF" && std::stoull(end) < write_lock_byte) return std::nullopt;
  return process;
}

/// A field of /proc/PID/status; empty where there is none.
std::string status_of(long process, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
  }
  return {};
}

}  // namespace

std::optional<std::string> write_lock_holder(const std::string& database_file) {
  struct stat status {};
  if (::stat((database_file + "-shm").c_str(), &status) != 0) return std::nullopt;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    const auto process = holder_in(line, status.st_ino);
    if (!process) continue;
    // The system gives no number of a process in another namespace, as of another container.
    if (*process <= 0) return "a process of another container";
    std::string holder = "process " + std::to_string(*process);
    if (const std::string name = status_of(*process, "Name"); !name.empty()) {
      holder += " (" + name + ")";
    }
    const std::string state = status_of(*process, "State");
    if (state.starts_with('T') || state.starts_with('t')) holder += ", which is stopped,";
    return holder;
  }
  return std::nullopt;
}

}  // namespace lease::sqlite
