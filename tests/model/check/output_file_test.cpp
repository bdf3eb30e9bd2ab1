#include "model/check/output_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_directory.hpp"

namespace leasecheck::check {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path at(const std::string& name) const { return directory_.path() / name; }

  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(at(name)).rdbuf();
    return text.str();
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
  }

  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()));
  }

  /// Writes the text as a whole file. Returns: the error, if there is one.
  [[nodiscard]] std::error_code put(const std::string& name, const std::string& text) const {
    auto file = OutputFile::open(at(name));
    if (!file) return file.error();
    file->write(text);
    const auto committed = file->commit();
    return committed ? std::error_code() : committed.error();
  }

 private:
  tests::TemporaryDirectory directory_;
};

TEST_F(OutputFileTest, ReplacesARegularFileWhenItIsWhole) {
  write("a", "old");
  {
    auto file = OutputFile::open(at("a"));
    ASSERT_TRUE(file);
    file->write("new");
    EXPECT_EQ(text_of("a"), "old");
    EXPECT_TRUE(file->commit());
    EXPECT_EQ(text_of("a"), "new");
  }
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, ThatIsNotCommittedLeavesNothing) {
  write("a", "old");
  { ASSERT_TRUE(OutputFile::open(at("a"))); }
  EXPECT_EQ(text_of("a"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, SharesNothingWithAnotherWriterOfTheSameFile) {
  auto one = OutputFile::open(at("a"));
  auto two = OutputFile::open(at("a"));
  ASSERT_TRUE(one && two);
  one->write(std::string(100'000, '1'));
  two->write("2");
  EXPECT_TRUE(two->commit());
  EXPECT_EQ(text_of("a"), "2");
  EXPECT_TRUE(one->commit());
  EXPECT_EQ(text_of("a"), std::string(100'000, '1'));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, FollowsSymbolicLinksAndLeavesThem) {
  fs::create_directory(at("far"));
  write("far/away", "old");
  fs::create_symlink("far/away", at("link"));
  fs::create_symlink(at("link"), at("link_to_link"));
  EXPECT_FALSE(put("link_to_link", "new"));
  EXPECT_EQ(text_of("far/away"), "new");
  EXPECT_TRUE(fs::is_symlink(at("link_to_link")) && fs::is_symlink(at("link")));
  fs::create_symlink("far/not_yet", at("dangling"));
  EXPECT_FALSE(put("dangling", "made"));
  EXPECT_EQ(text_of("far/not_yet"), "made");
}

TEST_F(OutputFileTest, RefusesALinkThatLeadsNowhere) {
  fs::create_symlink("b", at("a"));
  fs::create_symlink("a", at("b"));
  EXPECT_EQ(put("a", "x"), std::errc::too_many_symbolic_link_levels);
}

TEST_F(OutputFileTest, WritesThroughAPipe) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int reader = ::open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_FALSE(put("pipe", "hello"));
  std::array<char, 16> buffer{};
  EXPECT_EQ(::read(reader, buffer.data(), buffer.size()), 5);
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(at("pipe")));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, WritesThroughADeviceAndSaysThatItIsFull) {
  fs::create_symlink("/dev/full", at("full"));
  EXPECT_EQ(put("full", "x"), std::errc::no_space_on_device);
  fs::create_symlink("/dev/null", at("null"));
  EXPECT_FALSE(put("null", "x"));
  EXPECT_TRUE(fs::is_character_file(at("full")) && fs::is_character_file(at("null")));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(OutputFileTest, ComplainsOfADirectoryBeforeAnythingIsWritten) {
  EXPECT_EQ(put(".", "x"), std::errc::is_a_directory);
  EXPECT_EQ(put("none/such", "x"), std::errc::no_such_file_or_directory);
}

TEST_F(OutputFileTest, CanBeAskedForWithoutATrace) {
  EXPECT_TRUE(is_writable(at("a")));
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(is_writable(at(".")).error(), std::errc::is_a_directory);
  EXPECT_EQ(is_writable(at("none/such")).error(), std::errc::no_such_file_or_directory);
  EXPECT_TRUE(is_writable("/dev/null"));
}

}  // namespace
}  // namespace leasecheck::check
