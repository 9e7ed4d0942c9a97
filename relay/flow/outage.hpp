#pragma once

#include <string>
#include <string_view>

#include "relay/flow/breaker.hpp"

namespace relay::flow {

/// "the database cannot be used since 12:34:56: connection refused; next try at 12:34:59 UTC".
/// Absolute times: it does not change with every second. "" while the breaker is closed, and when
/// nothing has failed yet. @param who as people call it.
[[nodiscard]] std::string outage_sentence(const std::string& who, const Breaker::View& view);

/// Whether two sentences differ in nothing but the next try, which is no news. Pure.
[[nodiscard]] bool is_same_outage(std::string_view one, std::string_view other);

}  // namespace relay::flow
