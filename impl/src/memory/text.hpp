#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lease {

/// A text that lies in the object itself while it has at most `Room - 4` bytes, and on the heap
/// otherwise. `std::string` keeps 15 bytes in 32, and ids are longer than that.
template <std::size_t Room>
class Text {
 public:
  Text() = default;
  ~Text() { clear(); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  void assign(std::string_view text) {
    clear();
    char* room = bytes_;
    if (text.size() > sizeof bytes_) {
      room = new char[text.size()];
      std::memcpy(bytes_, &room, sizeof room);
    }
    std::memcpy(room, text.data(), text.size());
    size_ = static_cast<std::uint32_t>(text.size());
  }

  [[nodiscard]] std::string_view view() const { return {data(), size_}; }

 private:
  [[nodiscard]] bool is_on_the_heap() const { return size_ > sizeof bytes_; }
  [[nodiscard]] const char* data() const { return is_on_the_heap() ? heap() : bytes_; }
  [[nodiscard]] char* heap() const {
    char* address = nullptr;
    std::memcpy(&address, bytes_, sizeof address);
    return address;
  }
  void clear() {
    if (is_on_the_heap()) delete[] heap();
    size_ = 0;
  }

  char bytes_[Room - sizeof(std::uint32_t)];
  std::uint32_t size_ = 0;
};

}  // namespace lease
