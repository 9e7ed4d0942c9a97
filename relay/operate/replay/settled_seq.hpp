#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// The last seq handed out, once no event at or below it can appear any more: every transaction
/// that may have drawn one has ended.
/// @param patience how long they are waited for. @param say told, once, when that takes a while.
/// @throws std::runtime_error in words that name what is open when it took too long.
[[nodiscard]] std::int64_t settled_seq(pg::Connection& connection,
                                       std::chrono::milliseconds patience,
                                       const std::function<void(const std::string&)>& say);

}  // namespace relay::operate
