// Several callers at once on one store: who shares a transaction, and what each is answered. The
// store is one in memory whose commits take a while, so that callers gather, and fail when told to.
#include "transaction_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "memory/memory_store.hpp"

namespace leasecheck::tests {
namespace {

using lease::Access;
using lease::Ending;
using lease::Error;
using lease::ErrorCode;
using lease::Result;

class SlowStore final : public lease::MemoryStore {
 public:
  Result<void> begin(Access access) override {
    const bool was_open = std::exchange(is_open_, true);
    EXPECT_FALSE(was_open) << "two transactions at a time";
    access_ = access;
    spoiled_ = false;
    ++transactions_;
    if (fails_to_begin) {
      is_open_ = false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      throw std::bad_alloc();
    }
    return {};
  }
  Result<void> end(Ending ending) override {
    is_open_ = false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (spoiled_) return std::unexpected(Error(ErrorCode::corrupt, "spoiled"));
    if (ending == Ending::commit && transactions_ % 3 == 0) {
      return std::unexpected(Error(ErrorCode::unavailable, "no commit", lease::Effect::unknown));
    }
    return {};
  }

  [[nodiscard]] bool is_durable() const override { return true; }

  /// As a store does that reads a row which no repository wrote.
  void spoil() { spoiled_ = true; }

  bool fails_to_begin = false;

  [[nodiscard]] Access access() const { return access_; }
  /// The number of the present transaction; every third is not committed.
  [[nodiscard]] int transaction() const { return transactions_; }

 private:
  bool is_open_ = false;
  bool spoiled_ = false;
  Access access_ = Access::read;
  int transactions_ = 0;
};

class TransactionQueueTest : public ::testing::Test {
 protected:
  static constexpr int threads = 8;
  static constexpr int each = 50;

  /// Calls `act(number)` for 0, 1, 2 …, each number once, from several threads.
  void at_once(const std::function<void(int)>& act) {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&act, t] {
        for (int i = 0; i < each; ++i) act(t * each + i);
      });
    }
  }

  SlowStore store;
  lease::TransactionQueue queue{store};
};

TEST_F(TransactionQueueTest, GivesOneCallerOneTransactionForEachOperation) {
  for (int i = 1; i <= 5; ++i) {
    int transaction = 0;
    static_cast<void>(queue.carry_out(Access::write, [&] {
      transaction = store.transaction();
      return Ending::commit;
    }));
    EXPECT_EQ(transaction, i);
  }
}

TEST_F(TransactionQueueTest, LetsThoseThatWaitShareACommit) {
  std::atomic<int> done = 0;
  at_once([&](int) {
    static_cast<void>(queue.carry_out(Access::read, [&] {
      ++done;
      return Ending::commit;
    }));
  });
  EXPECT_EQ(done, threads * each);
  EXPECT_LT(store.transaction(), threads * each);
}

TEST_F(TransactionQueueTest, AnswersWhatBecameOfTheCommit) {
  std::atomic<int> failed = 0;
  at_once([&](int) {
    int transaction = 0;
    const Result<void> answer = queue.carry_out(Access::write, [&] {
      transaction = store.transaction();
      return Ending::commit;
    });
    EXPECT_EQ(answer.has_value(), transaction % 3 != 0);
    if (answer) return;
    ++failed;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
    EXPECT_EQ(answer.error().effect, lease::Effect::unknown);
  });
  EXPECT_GT(failed, 0);
}

TEST_F(TransactionQueueTest, CommitsNothingForThoseThatChangedNothing) {
  at_once(
      [&](int) { EXPECT_TRUE(queue.carry_out(Access::write, [] { return Ending::roll_back; })); });
}

TEST_F(TransactionQueueTest, KeepsReadersOutOfTransactionsThatWrite) {
  at_once([&](int number) {
    const Access wanted = number % 2 == 0 ? Access::read : Access::write;
    Access got{};
    static_cast<void>(queue.carry_out(wanted, [&] {
      got = store.access();
      return Ending::commit;
    }));
    EXPECT_EQ(got, wanted);
  });
}

TEST_F(TransactionQueueTest, GivesAnExceptionToItsOwnCallerOnly) {
  std::atomic<int> thrown = 0;
  at_once([&](int number) {
    const bool throws = number % 7 == 0;
    try {
      EXPECT_TRUE(queue.carry_out(Access::write, [&] {
        if (throws) throw std::runtime_error("number " + std::to_string(number));
        return Ending::roll_back;
      }));
      EXPECT_FALSE(throws);
    } catch (const std::runtime_error& error) {
      ++thrown;
      EXPECT_EQ(error.what(), "number " + std::to_string(number));
    }
  });
  EXPECT_EQ(thrown, (threads * each + 6) / 7);
}

// A memory store cannot undo what others of a group have done.
TEST_F(TransactionQueueTest, DoesNothingTwiceOnAStoreThatUndoesNothing) {
  lease::MemoryStore memory;
  lease::TransactionQueue queue_on_memory(memory);
  std::atomic<int> done = 0;
  at_once([&](int number) {
    try {
      static_cast<void>(queue_on_memory.carry_out(Access::write, [&] {
        ++done;
        std::this_thread::yield();
        if (number % 7 == 0) throw std::runtime_error("no");
        return Ending::commit;
      }));
    } catch (const std::runtime_error&) {
    }
  });
  EXPECT_EQ(done, threads * each);
}

TEST_F(TransactionQueueTest, AnswersEverybodyWhenTheStoreItselfThrows) {
  store.fails_to_begin = true;
  std::atomic<int> thrown = 0;
  at_once([&](int) {
    try {
      static_cast<void>(queue.carry_out(Access::write, [] { return Ending::roll_back; }));
    } catch (const std::bad_alloc&) {
      ++thrown;
    }
  });
  EXPECT_EQ(thrown, threads * each);
  store.fails_to_begin = false;
  EXPECT_TRUE(queue.carry_out(Access::write, [] { return Ending::roll_back; }));
}

TEST_F(TransactionQueueTest, GivesACorruptRowToItsOwnCallerOnly) {
  at_once([&](int number) {
    const bool spoils = number % 5 == 0;
    const Result<void> answer = queue.carry_out(Access::write, [&] {
      if (spoils) store.spoil();
      return Ending::roll_back;
    });
    EXPECT_EQ(answer.has_value(), !spoils);
    if (!answer) {
      EXPECT_EQ(answer.error().code, ErrorCode::corrupt);
    }
  });
}

}  // namespace
}  // namespace leasecheck::tests
