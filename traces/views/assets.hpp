#pragma once

#include <string_view>

/// The files of this folder that a page is made of, as text of the program.
namespace leasecheck::traces::assets {

extern const std::string_view page;     ///< with `@NAME@` where something is filled in
extern const std::string_view palette;  ///< the colours of all pages, light and dark
extern const std::string_view style;
extern const std::string_view script;
extern const std::string_view life_cycle;

}  // namespace leasecheck::traces::assets
