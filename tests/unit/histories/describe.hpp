#pragma once

#include <string>

#include "tests/unit/histories/tables.hpp"

namespace tests::histories {

/// The tables as text, for a failure's message.
[[nodiscard]] std::string describe(const Tables& tables);

}  // namespace tests::histories
