#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "leasecheck/check/model.hpp"

namespace leasecheck::check {

/// The bytes that a search may take, counted before they are taken.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}

  /// Takes `bytes` or nothing. Thread: safe.
  [[nodiscard]] bool take(std::size_t bytes) {
    std::size_t before = used_.load();
    do {
      if (bytes > limit_ || before > limit_ - bytes) return false;
    } while (!used_.compare_exchange_weak(before, before + bytes));
    std::size_t peak = peak_.load();
    while (peak < before + bytes && !peak_.compare_exchange_weak(peak, before + bytes)) continue;
    return true;
  }
  void give_back(std::size_t bytes) { used_ -= bytes; }

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t left() const { return limit_ - used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
  std::atomic<std::size_t> peak_ = 0;
};

/// The state nearest to an initial one that shows something; the least of several.
template <typename Code>
struct Finding {
  std::uint64_t depth = 0;
  Code state{};
};

/// Every state that a breadth-first search found, once, level by level: its queue, its memory of
/// how each state was reached, and what its table of visited states can be rebuilt from.
///
/// A level is a list of runs of consecutive states, in no particular order. Writers append to the
/// last level while readers go through the one before: a run that was handed out never moves.
template <std::size_t words>
class StateLog {
 public:
  using State = Encoded<words>;
  using Run = std::span<const State>;
  struct Level {
    std::vector<Run> runs;
    std::uint64_t states = 0;
  };

  /// Small enough that a level of some thousand states is shared between all workers.
  static constexpr std::size_t run_states = 512;

  /// One worker's end of the log. Thread: one at a time; distinct writers are independent.
  class alignas(64) Writer {
   public:
    explicit Writer(Budget& budget) : budget_(&budget) {}

    /// Makes the next `count` pushes safe. Returns: whether the budget and the system allow it.
    [[nodiscard]] bool reserve(std::size_t count) {
      while (room_ < count) {
        if (!budget_->take(block_bytes)) return false;
        State* block = new (std::nothrow) State[block_states];
        if (block == nullptr) return budget_->give_back(block_bytes), false;
        blocks_.emplace_back(block);
        room_ += block_states;
      }
      return true;
    }

    /// Pre: covered by `reserve`.
    void push(const State& state) {
      if (next_ == end_) turn();
      *next_++ = state;
      --room_;
    }

   private:
    friend class StateLog;

    // Ends the open run and starts the next, in a fresh block if this one is used up.
    void turn() {
      cut();
      if (next_ == block_end_) {
        begin_ = next_ = blocks_[used_blocks_++].get();
        block_end_ = next_ + block_states;
      }
      end_ = next_ + std::min<std::size_t>(run_states, block_end_ - next_);
    }
    void cut() {
      if (begin_ != next_) runs_.emplace_back(begin_, next_);
      begin_ = end_ = next_;
    }

    Budget* budget_;
    std::vector<std::unique_ptr<State[]>> blocks_;
    std::size_t used_blocks_ = 0;
    std::size_t room_ = 0;
    State* begin_ = nullptr;
    State* next_ = nullptr;
    State* end_ = nullptr;
    State* block_end_ = nullptr;
    std::vector<Run> runs_;
  };

  StateLog(unsigned writers, Budget& budget) : budget_(budget), levels_(1) {
    for (unsigned i = 0; i < writers; ++i) writers_.emplace_back(budget);
  }
  ~StateLog() {
    for (const Writer& writer : writers_) budget_.give_back(writer.blocks_.size() * block_bytes);
  }
  StateLog(const StateLog&) = delete;
  StateLog& operator=(const StateLog&) = delete;

  [[nodiscard]] Writer& writer(unsigned index) { return writers_[index]; }

  /// Makes what the writers have pushed part of the last level. Thread: no writer is active.
  void gather() {
    for (Writer& writer : writers_) {
      writer.cut();
      for (const Run run : writer.runs_) {
        levels_.back().states += run.size();
        states_ += run.size();
        levels_.back().runs.push_back(run);
      }
      writer.runs_.clear();
    }
  }
  /// From here on pushes belong to the next level. Pre: everything pushed is gathered.
  void open_level() { levels_.emplace_back(); }

  [[nodiscard]] const std::vector<Level>& levels() const { return levels_; }
  [[nodiscard]] std::uint64_t states() const { return states_; }

 private:
  static constexpr std::size_t block_states = 16 * run_states;
  static constexpr std::size_t block_bytes = block_states * sizeof(State);

  Budget& budget_;
  std::vector<Writer> writers_;
  std::vector<Level> levels_;
  std::uint64_t states_ = 0;
};

}  // namespace leasecheck::check
