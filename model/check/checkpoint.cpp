#include "leasecheck/check/checkpoint.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "model/check/output_file.hpp"

namespace leasecheck::check {
namespace {

constexpr std::uint64_t magic = 0x31544e504b43434c;  // "LCCKPNT1" in memory.
constexpr std::size_t buffered_words = 8192;

std::uint64_t add_to_checksum(std::uint64_t checksum, std::span<const std::uint64_t> words) {
  for (const std::uint64_t word : words) checksum = mix(checksum ^ word);
  return checksum;
}

std::string with_version(const std::string& identity) {
  return identity + "; leasecheck " LEASECHECK_VERSION;
}

std::string unwritten(const std::filesystem::path& path, const std::error_code& reason) {
  return path.string() + ": cannot write the checkpoint: " + reason.message();
}

}  // namespace

std::expected<void, std::string> can_be_saved(const std::filesystem::path& path) {
  if (auto writable = is_writable(path); !writable) {
    return std::unexpected(unwritten(path, writable.error()));
  }
  return {};
}

CheckpointWriter::CheckpointWriter(std::filesystem::path path)
    : path_(std::move(path)), checksum_(magic) {
  if (auto opened = OutputFile::open(path_)) {
    file_ = std::make_unique<OutputFile>(*std::move(opened));
  } else {
    error_ = opened.error();
  }
  write(magic);
}

CheckpointWriter::~CheckpointWriter() = default;

void CheckpointWriter::write(std::span<const std::uint64_t> words) {
  if (file_ == nullptr) return;
  checksum_ = add_to_checksum(checksum_, words);
  file_->write({reinterpret_cast<const char*>(words.data()), words.size_bytes()});
}

std::expected<void, std::string> CheckpointWriter::commit() {
  write(std::uint64_t{checksum_});
  if (file_ != nullptr) {
    auto committed = file_->commit();
    if (committed) return {};
    error_ = committed.error();
  }
  return std::unexpected(unwritten(path_, error_));
}

CheckpointReader::CheckpointReader(const std::filesystem::path& path)
    : path_(path.string()), file_(std::fopen(path.c_str(), "rb"), std::fclose), checksum_(magic) {
  if (file_ == nullptr) {
    error_ = path_ + ": cannot read the checkpoint: " + std::strerror(errno);
    return;
  }
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes < 2 * sizeof(magic) || bytes % sizeof(magic) != 0) {
    error_ = path_ + ": not a checkpoint, or cut short";
    return;
  }
  left_ = bytes / sizeof(magic) - 1;
  if (read() != magic) {
    error_ = path_ + ": not a checkpoint of this program on this kind of machine";
    left_ = 0;
  }
}

void CheckpointReader::read(std::span<std::uint64_t> words) {
  for (std::uint64_t& word : words) {
    if (next_ == buffer_.size() && left_ > 0) {
      buffer_.resize(std::min<std::uint64_t>(left_, buffered_words));
      buffer_.resize(
          std::fread(buffer_.data(), sizeof(std::uint64_t), buffer_.size(), file_.get()));
      checksum_ = add_to_checksum(checksum_, buffer_);
      next_ = 0;
    }
    const bool available = next_ < buffer_.size() && left_ > 0;
    word = available ? buffer_[next_++] : 0;
    if (available) --left_;
  }
}

std::uint64_t CheckpointReader::read() {
  std::uint64_t word = 0;
  read(std::span(&word, 1));
  return word;
}

std::uint64_t CheckpointReader::read_count(std::uint64_t words) {
  const std::uint64_t count = read();
  if (count <= left_ / words) return count;
  error_ = path_ + ": the checkpoint is damaged";
  return 0;
}

std::expected<void, std::string> CheckpointReader::readable() const {
  if (error_.empty()) return {};
  return std::unexpected(error_);
}

std::expected<void, std::string> CheckpointReader::finish() {
  if (!error_.empty()) return std::unexpected(error_);
  std::uint64_t expected = 0;
  const bool complete = left_ == 0 && next_ == buffer_.size() &&
                        std::fread(&expected, sizeof(expected), 1, file_.get()) == 1;
  if (!complete || expected != checksum_) {
    return std::unexpected(path_ + ": the checkpoint is damaged");
  }
  return {};
}

void write_identity(CheckpointWriter& writer, const std::string& identity) {
  const std::string written = with_version(identity);
  std::vector<std::uint64_t> packed((written.size() + 7) / 8);
  std::memcpy(packed.data(), written.data(), written.size());
  writer.write(written.size());
  writer.write(packed);
}

std::expected<void, std::string> read_identity(CheckpointReader& reader,
                                               const std::string& identity) {
  const std::uint64_t bytes = reader.read();
  std::vector<std::uint64_t> packed(std::min<std::uint64_t>((bytes + 7) / 8, buffered_words));
  reader.read(packed);
  std::string found(packed.size() * 8, '\0');
  if (!packed.empty()) std::memcpy(found.data(), packed.data(), found.size());
  found.resize(std::min<std::size_t>(bytes, found.size()));
  const std::string wanted = with_version(identity);
  if (found == wanted) return {};
  if (auto readable = reader.readable(); !readable) return readable;
  return std::unexpected("the checkpoint is of another search\n  it has: " + found +
                         "\n  wanted: " + wanted);
}

}  // namespace leasecheck::check
