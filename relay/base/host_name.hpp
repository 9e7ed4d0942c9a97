#pragma once

#include <string>

namespace relay {

/// What this machine calls itself; "" if it does not say.
[[nodiscard]] std::string host_name();

}  // namespace relay
