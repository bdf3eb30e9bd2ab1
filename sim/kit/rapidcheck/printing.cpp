#include "leasecheck/printing.hpp"

#include <concepts>
#include <iomanip>
#include <ostream>
#include <string_view>
#include <type_traits>

#include "leasecheck/spec/fields.hpp"

namespace leasecheck::model {
namespace {

template <typename T>
concept Worded = requires(T value) {
  word(value);
};

template <typename T>
concept Named = !record_name<T>.empty();

void show(std::ostream& out, const std::string& text) {
  out << '"';
  for (const unsigned char byte : text) {
    if (byte >= 0x20 && byte < 0x7f) {
      out << byte;
    } else {
      out << "\\x" << std::hex << std::setw(2) << std::setfill('0') << int{byte} << std::dec;
    }
  }
  out << '"';
}
void show(std::ostream& out, Time time) {
  out << time.time_since_epoch().count();
}
void show(std::ostream& out, Duration duration) {
  out << duration.count() << "ms";
}
void show(std::ostream& out, std::integral auto value) {
  out << value;
}
void show(std::ostream& out, Worded auto value) {
  out << word(value);
}
void show(std::ostream& out, const Named auto& record);
template <typename T>
requires(std::is_class_v<T> && !Named<T>) void show(std::ostream& out, const T& item);

/// One record on a line.
template <typename T>
void show(std::ostream& out, const std::vector<T>& records) {
  out << '[';
  for (const T& record : records) {
    out << "\n    ";
    show(out, record);
  }
  out << ']';
}

/// Prints `field=value, …`; absent optional fields are left out.
class FieldPrinter {
 public:
  explicit FieldPrinter(std::ostream& out) : out_(out) {}

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    out_ << separator_ << name << '=';
    separator_ = ", ";
    show(out_, value);
  }

  template <typename T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }

  void payload(const std::string& text) { (*this)("payload", text); }

 private:
  std::ostream& out_;
  std::string_view separator_;
};

template <typename Record>
void show_as(std::ostream& out, std::string_view name, const Record& record) {
  out << name << '{';
  FieldPrinter printer(out);
  fields(printer, record);
  out << '}';
}

/// An item of an operation on several, or what it was answered.
template <typename T>
requires(std::is_class_v<T> && !Named<T>) void show(std::ostream& out, const T& item) {
  show_as(out, "", item);
}

void show(std::ostream& out, const Named auto& record) {
  show_as(out, record_name<std::remove_cvref_t<decltype(record)>>, record);
}

std::ostream& shown(std::ostream& out, const auto& record) {
  show(out, record);
  return out;
}

struct ShowAnswer {
  std::ostream& out;

  void operator()(const Done&) const { out << "done"; }
  void operator()(const Count& it) const { out << "count " << it.value; }
  void operator()(const Sequence& it) const { out << "seq " << it.value; }
  void operator()(const std::optional<LeaseRecord>& it) const {
    it ? out << *it : out << "no lease";
  }
  void operator()(const auto& it) const { show(out, it); }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, Status status) {
  return out << word(status);
}

std::ostream& operator<<(std::ostream& out, ErrorCode code) {
  return out << word(code);
}

std::ostream& operator<<(std::ostream& out, const RetryPolicy& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const AttemptSpec& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const DispatchRecord& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const LeaseRecord& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const AttemptRecord& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const DeadLetter& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const RunEvent& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const RunRecord& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const AckResult& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const CountsByStatus& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const Snapshot& it) {
  return shown(out, it);
}

std::ostream& operator<<(std::ostream& out, const Outcome& it) {
  if (!it) return out << it.error();
  std::visit(ShowAnswer{out}, *it);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Action& it) {
  out << "at " << it.now.time_since_epoch().count() << ' ';
  std::visit([&](const auto& operation) { show_as(out, name_of(it.operation), operation); },
             it.operation);
  return out;
}

}  // namespace leasecheck::model
