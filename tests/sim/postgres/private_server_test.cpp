// The private server: it is there, nobody else reaches it, and it goes with whoever started it.
#include "sim/postgres/private_server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "sim/postgres/sql_session.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::the_server;

bool is_answering(const std::string& conninfo) {
  return PQping(conninfo.c_str()) == PQPING_OK;
}

TEST(PostgresPrivateServer, IsThereUntilItIsDestroyed) {
  const auto folder = TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  auto server = PrivateServer::start(folder->path());
  ASSERT_TRUE(server) << server.error();
  const std::string conninfo = (*server)->conninfo();
  EXPECT_TRUE(is_answering(conninfo));
  struct stat status {};
  ASSERT_EQ(::stat((folder->path() / "postgres").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077U, 0U) << "others may not enter the folder of its socket";
  server->reset();
  EXPECT_FALSE(is_answering(conninfo));
}

TEST(PostgresPrivateServer, StopsWhenItsProcessIsKilled) {
  const auto folder = TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto server = PrivateServer::start(folder->path());
    const char word = server ? 'y' : 'n';
    static_cast<void>(::write(ends[1], &word, 1));
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  ASSERT_EQ(::read(ends[0], &word, 1), 1);
  ASSERT_EQ(word, 'y');
  const std::string conninfo =
      "host=" + (folder->path() / "postgres").string() + " dbname=postgres user=lease";
  EXPECT_TRUE(is_answering(conninfo));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  // A test that does not end shows one that stays.
  while (is_answering(conninfo)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

TEST(PostgresSubjects, DropTheirSchemasAndNothingElse) {
  const std::string conninfo = the_server()->new_repository().conninfo;
  auto session = SqlSession::connect(conninfo);
  ASSERT_TRUE(session) << session.error();
  const auto schemas = [&] { return session->ask("SELECT nspname FROM pg_namespace")->size(); };
  const std::size_t before = schemas();
  {
    auto other = PostgresSubjects::on(conninfo);
    ASSERT_TRUE(other) << other.error();
    const auto first = PostgresSubjects::make(*other);
    const auto second = PostgresSubjects::make(*other);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(schemas(), before + 2);
  }
  EXPECT_EQ(schemas(), before);
}

TEST(PostgresSubjects, SayWhereNobodyAnswers) {
  const auto subjects = postgres_server("postgres:host=/nowhere");
  ASSERT_FALSE(subjects);
  EXPECT_NE(subjects.error().find("/nowhere"), std::string::npos) << subjects.error();
  EXPECT_EQ(subjects.error().find_first_of("\n\t"), std::string::npos) << subjects.error();
}

TEST(PostgresSqlSession, SaysInOneLineWhatTheServerRefuses) {
  auto session = SqlSession::connect(the_server()->new_repository().conninfo);
  ASSERT_TRUE(session) << session.error();
  const auto refused = session->ask("SELECT\n  nonsense");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("nonsense"), std::string::npos) << refused.error();
  EXPECT_EQ(refused.error().find_first_of("\n\t"), std::string::npos) << refused.error();
  const auto answered = session->ask("SELECT 1; SELECT * FROM (VALUES ('a'), ('b')) AS given");
  ASSERT_TRUE(answered) << answered.error();
  EXPECT_EQ(*answered, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace leasecheck::sim
