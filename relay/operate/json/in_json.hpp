#pragma once

#include <string>

#include "relay/operate/dead/list_dead.hpp"

namespace relay::operate {

/// One object, indented: `dead` (a list) and `total`. Bytes that are not UTF-8 are replaced. Pure.
[[nodiscard]] std::string in_json(const DeadList& dead);

}  // namespace relay::operate
