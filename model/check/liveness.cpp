#include "leasecheck/check/liveness.hpp"

namespace leasecheck::check {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

// Tarjan's algorithm. `low` of a node is the smallest order number known to be reachable from it;
// a finished component's nodes leave the stack and have their number in `component`.
class Components {
 public:
  explicit Components(const Edges& edges)
      : edges_(edges),
        order_(edges.nodes(), none),
        low_(edges.nodes()),
        component_(edges.nodes(), none) {}

  std::vector<std::uint32_t> run() && {
    for (std::uint32_t root = 0; root < edges_.nodes(); ++root) {
      if (order_[root] == none) search(root);
    }
    return std::move(component_);
  }

 private:
  struct Frame {
    std::uint32_t node;
    std::uint64_t edge;  ///< The next edge to follow, as an index into the targets.
  };

  void search(std::uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.edge == edges_.first[frame.node + 1]) {
        leave(frame.node);
        continue;
      }
      const std::uint32_t target = edges_.targets[frame.edge++];
      if (order_[target] == none) {
        enter(target);
      } else if (component_[target] == none) {
        low_[frame.node] = std::min(low_[frame.node], order_[target]);
      }
    }
  }

  void enter(std::uint32_t node) {
    order_[node] = low_[node] = entered_++;
    stack_.push_back(node);
    frames_.push_back({node, edges_.first[node]});
  }

  void leave(std::uint32_t node) {
    frames_.pop_back();
    if (!frames_.empty()) {
      std::uint32_t& low = low_[frames_.back().node];
      low = std::min(low, low_[node]);
    }
    if (low_[node] != order_[node]) return;
    std::uint32_t member = none;
    do {
      member = stack_.back();
      stack_.pop_back();
      component_[member] = components_;
    } while (member != node);
    ++components_;
  }

  const Edges& edges_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> stack_;
  std::vector<Frame> frames_;
  std::uint32_t entered_ = 0;
  std::uint32_t components_ = 0;
};

}  // namespace

std::vector<std::uint32_t> strong_components(const Edges& edges) {
  return Components(edges).run();
}

std::vector<std::uint32_t> shortest_walk(const Edges& edges, std::uint32_t from,
                                         const std::function<bool(std::uint32_t)>& inside,
                                         const std::function<bool(std::uint32_t)>& target) {
  std::vector<std::uint32_t> parent(edges.nodes(), none);
  std::vector<std::uint32_t> queue = {from};
  parent[from] = from;
  std::size_t reached = 0;
  for (; !target(queue[reached]); ++reached) {
    for (const std::uint32_t next : edges.of(queue[reached])) {
      if (parent[next] != none || !inside(next)) continue;
      parent[next] = queue[reached];
      queue.push_back(next);
    }
    require(reached + 1 < queue.size(), "a component is not connected");
  }
  std::vector<std::uint32_t> walk = {queue[reached]};
  while (walk.back() != from) walk.push_back(parent[walk.back()]);
  std::ranges::reverse(walk);
  return walk;
}

}  // namespace leasecheck::check
