#pragma once

#include "bench/stage/drain.hpp"

namespace bench {

/// The work of a drain as bare SQL from so many pgbench clients (bench/floor), timed and verified
/// as the relay's is. What a relay cannot beat by much, and should not miss by much.
/// @throws std::runtime_error when the work was not done.
[[nodiscard]] Measures run_floor(Stage& stage, const Drain& drain);

}  // namespace bench
