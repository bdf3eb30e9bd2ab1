#include "bench/yardstick.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

namespace leasecheck::bench {
namespace {

using Word = std::uint64_t;

constexpr unsigned workers = 3;
constexpr unsigned attempts = 3;
constexpr Word top_rem = 3 + 2 + 1;
constexpr Word top_epoch = 2;

// Bits of an attempt: status 2, owner 2, rem 3, epoch 2. Bits of a worker: up 1, beliefs 2 each.
constexpr unsigned attempt_bits = 9;
constexpr unsigned worker_bits = 1 + 2 * attempts;
constexpr unsigned worker_base = attempt_bits * attempts;
constexpr Word leased = 1;
constexpr Word completed = 2;
constexpr Word empty = ~Word{0};

constexpr unsigned at(unsigned a) {
  return a * attempt_bits;
}
constexpr unsigned up_at(unsigned w) {
  return worker_base + w * worker_bits;
}
constexpr unsigned belief_at(unsigned w, unsigned a) {
  return up_at(w) + 1 + 2 * a;
}

constexpr Word low(unsigned bits) {
  return (Word{1} << bits) - 1;
}
constexpr Word attempt_record(Word status, Word owner, Word rem, Word epoch) {
  return status | owner << 2 | rem << 4 | epoch << 7;
}

Word hash(Word word) {
  word ^= word >> 29;
  word *= 0xbf58476d1ce4e5b9;
  word ^= word >> 32;
  return word;
}

class Table {
 public:
  static constexpr unsigned bits = 24;
  Table() : slots_(static_cast<Word*>(std::calloc(std::size_t{1} << bits, sizeof(Word)))) {}

  bool allocated() const { return slots_ != nullptr; }
  void prefetch(Word word) const { __builtin_prefetch(&slots_.get()[hash(word) & low(bits)]); }

  // The top bit marks a slot as taken: the initial state may encode as zero.
  bool insert(Word word) {
    word |= Word{1} << 63;
    for (Word slot = hash(word ^ Word{1} << 63) & low(bits);; slot = (slot + 1) & low(bits)) {
      Word seen = __atomic_load_n(&slots_.get()[slot], __ATOMIC_RELAXED);
      if (seen == 0 && __atomic_compare_exchange_n(&slots_.get()[slot], &seen, word, false,
                                                   __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        return true;
      }
      if (seen == word) return false;
    }
  }

 private:
  struct Free {
    void operator()(Word* memory) const { std::free(memory); }
  };
  std::unique_ptr<Word[], Free> slots_;
};

class Search {
 public:
  Counts run() {
    if (!table_.allocated()) return {};
    ring_.fill(empty);
    Word initial = 0;
    for (unsigned w = 0; w < workers; ++w) initial |= Word{1} << up_at(w);
    table_.insert(initial);
    next_.push_back(initial);
    while (!next_.empty()) expand_level();
    --counts_.depth;
    return counts_;
  }

 private:
  void expand_level() {
    counts_.states += next_.size();
    ++counts_.depth;
    std::swap(level_, next_);
    next_.clear();
    for (const Word state : level_) expand(state);
    for (Word& held : ring_) settle(std::exchange(held, empty));
  }

  void reach(Word from, Word to) {
    ++counts_.transitions;
    if (to == from) return;
    table_.prefetch(to);
    settle(std::exchange(ring_[cursor_++ % ring_.size()], to));
  }

  void settle(Word state) {
    if (state != empty && table_.insert(state)) next_.push_back(state);
  }

  void expand(Word s) {
    Word ticked = s;
    for (unsigned a = 0; a < attempts; ++a) {
      const Word status = s >> at(a) & 3;
      const Word rem = s >> (at(a) + 4) & 7;
      if (status == leased && rem == 0) reach(s, s & ~(low(4) << at(a)));
      if (status == leased && rem > 0) ticked -= Word{1} << (at(a) + 4);
    }
    if (ticked != s) reach(s, ticked);
    for (unsigned w = 0; w < workers; ++w) expand_worker(s, w);
  }

  void expand_worker(Word s, unsigned w) {
    if ((s >> up_at(w) & 1) == 0) return reach(s, s | Word{1} << up_at(w));
    reach(s, s & ~(low(worker_bits) << up_at(w)));
    for (unsigned a = 0; a < attempts; ++a) expand_pair(s, w, a);
  }

  void expand_pair(Word s, unsigned w, unsigned a) {
    const Word status = s >> at(a) & 3;
    const Word epoch = s >> (at(a) + 7) & 3;
    const Word belief = s >> belief_at(w, a) & 3;
    const Word without = s & ~(low(attempt_bits) << at(a));
    const Word without_both = without & ~(Word{3} << belief_at(w, a));
    if (status == 0 && epoch < top_epoch) {
      reach(s, without_both | attempt_record(leased, w + 1, top_rem, epoch + 1) << at(a) |
                   (epoch + 1) << belief_at(w, a));
    }
    if (status == leased && belief == epoch) {
      reach(s, (s & ~(Word{7} << (at(a) + 4))) | top_rem << (at(a) + 4));
      reach(s, without_both | attempt_record(completed, 0, 0, epoch) << at(a));
    } else if (belief != 0) {
      reach(s, s & ~(Word{3} << belief_at(w, a)));
    }
  }

  Table table_;
  std::vector<Word> level_;
  std::vector<Word> next_;
  std::array<Word, 64> ring_;
  std::size_t cursor_ = 0;
  Counts counts_;
};

}  // namespace

Counts yardstick() {
  return Search().run();
}

}  // namespace leasecheck::bench
