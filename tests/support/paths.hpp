#pragma once

#include <string>

namespace tests {

/// The checkout that was compiled. Only paths.cpp knows, so that everything else compiles alike
/// wherever it lies, and a compiler cache serves every checkout.
[[nodiscard]] std::string source_dir();
/// The program under test.
[[nodiscard]] std::string relay_binary();

}  // namespace tests
