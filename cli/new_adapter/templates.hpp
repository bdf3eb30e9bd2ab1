#pragma once

#include <string_view>

/// Adapters that have everything but the queue, as `new-adapter` writes them.
namespace leasecheck::cli {

extern const std::string_view python_adapter;
extern const std::string_view typescript_adapter;

}  // namespace leasecheck::cli
