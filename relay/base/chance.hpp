#pragma once

#include <functional>

namespace relay {

/// A random number, from 0 up to, not including, 1.
using Chance = std::function<double()>;

/// One that cannot be repeated. Threads: any; each has its own.
[[nodiscard]] double random_chance();

}  // namespace relay
