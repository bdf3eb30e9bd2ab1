#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "lease/clock.hpp"

namespace lease {

/// What an entry holds for an order in which it stands.
template <typename Entry>
struct Links {
  Entry* left = nullptr;
  Entry* right = nullptr;
  Time earliest{};  ///< of the entry and all below it
};

/// Entries in an order, each of which also has a time, which may have nothing to do with the order.
/// Those up to a time are found without walking past those that are later. A treap (Seidel,
/// Aragon, "Randomized Search Trees", Algorithmica 16, 1996) in which every entry knows the
/// earliest time below it. It allocates nothing; the entries belong to the caller.
///
/// `Rules` says what does not change while an entry is in the order:
///   links(entry)         its links for this order
///   precedes(left, right)  the strict total order
///   time(entry)
///   rank(entry)          any number; drawn at random, the tree is balanced
/// Complexity: O(log n) expected.
template <typename Entry, typename Rules>
class Order {
 public:
  void insert(Entry& entry) {
    Entry** at = &root_;
    while (*at != nullptr && Rules::rank(**at) >= Rules::rank(entry)) {
      Links<Entry>& its = links(*at);
      its.earliest = std::min(its.earliest, Rules::time(entry));
      at = &(Rules::precedes(entry, **at) ? its.left : its.right);
    }
    const auto [left, right] = split(*at, entry);
    links(&entry) = {.left = left, .right = right};
    *at = &entry;
    update(&entry);
  }

  /// Pre: it is in the order.
  void erase(Entry& entry) { static_cast<void>(erase(root_, entry)); }

  /// Calls `visit(entry)` in order for those whose time is `last` or earlier, until it answers
  /// false. Complexity: O(log n) expected for each.
  template <typename Visit>
  void visit_until(Time last, Visit visit) const {
    static_cast<void>(visit_until(root_, last, visit));
  }

 private:
  static Links<Entry>& links(Entry* entry) { return Rules::links(*entry); }

  /// Returns: whether the earliest time is another one now.
  static bool update(Entry* entry) {
    Links<Entry>& its = links(entry);
    const Time before = std::exchange(its.earliest, Rules::time(*entry));
    for (Entry* child : {its.left, its.right}) {
      if (child != nullptr) its.earliest = std::min(its.earliest, links(child).earliest);
    }
    return its.earliest != before;
  }

  /// Returns: whether the earliest time may be another one now.
  static bool erase(Entry*& tree, Entry& entry) {
    Links<Entry>& its = links(tree);
    if (tree == &entry) {
      tree = merge(its.left, its.right);
      return true;
    }
    return erase(Rules::precedes(entry, *tree) ? its.left : its.right, entry) && update(tree);
  }

  /// Those before the entry, and those after it.
  static std::pair<Entry*, Entry*> split(Entry* tree, const Entry& entry) {
    if (tree == nullptr) return {};
    std::pair<Entry*, Entry*> parts;
    if (Rules::precedes(entry, *tree)) {
      parts = split(links(tree).left, entry);
      links(tree).left = std::exchange(parts.second, tree);
    } else {
      parts = split(links(tree).right, entry);
      links(tree).right = std::exchange(parts.first, tree);
    }
    update(tree);
    return parts;
  }

  /// Pre: all of `left` precede all of `right`.
  static Entry* merge(Entry* left, Entry* right) {
    if (left == nullptr) return right;
    if (right == nullptr) return left;
    Entry* root = Rules::rank(*left) < Rules::rank(*right) ? right : left;
    if (root == left) {
      links(root).right = merge(links(root).right, right);
    } else {
      links(root).left = merge(left, links(root).left);
    }
    update(root);
    return root;
  }

  template <typename Visit>
  static bool visit_until(Entry* tree, Time last, Visit& visit) {
    if (tree == nullptr || links(tree).earliest > last) return true;
    return visit_until(links(tree).left, last, visit) &&
           (Rules::time(*tree) > last || visit(*tree)) &&
           visit_until(links(tree).right, last, visit);
  }

  Entry* root_ = nullptr;
};

}  // namespace lease
