#pragma once

#include <string>

#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// The world as text, for a failure's message.
[[nodiscard]] std::string describe(const World& world);

}  // namespace tests::histories
