#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace leasecheck::check {

/// All orders of 0 … n-1, in lexicographic order. Pre: n <= 8.
inline std::vector<std::vector<unsigned>> permutations(unsigned n) {
  std::vector<unsigned> order(n);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<std::vector<unsigned>> all;
  do {
    all.push_back(order);
  } while (std::ranges::next_permutation(order).found);
  return all;
}

/// The simplest canonical state: of the images of `state` under every permutation, the one
/// of least encoding. `renamed(state, permutation)` is the state in which thing i is called
/// `permutation[i]`. Exact for any symmetry; a model that knows its own shape can do better.
template <typename M, typename Renamed>
typename M::State least_image(const M& model, const typename M::State& state,
                              const std::vector<std::vector<unsigned>>& permutations,
                              Renamed&& renamed) {
  auto least = state;
  auto least_code = model.encode(state);
  for (const auto& permutation : permutations) {
    auto image = renamed(state, permutation);
    const auto code = model.encode(image);
    if (code < least_code) {
      least = image;
      least_code = code;
    }
  }
  return least;
}

}  // namespace leasecheck::check
