#pragma once

/// Mutations for inputs that are numbered lines of JSON: traces and answers. Bytes that change
/// anywhere rarely leave such a file readable; lines that change places, and numbers, words and
/// blanks that change within one line, mostly do.
namespace leasecheck::fuzz {

/// How a line says its number, which is set right after lines have moved: `"i":`. Each target that
/// is linked with this mutator defines it.
extern const char* const line_number_key;

}  // namespace leasecheck::fuzz
