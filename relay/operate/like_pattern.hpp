#pragma once

#include <string>
#include <string_view>

namespace relay::operate {

/// A pattern in which `*` stands for any run of characters, as LIKE takes it.
[[nodiscard]] std::string like_pattern(std::string_view pattern);

}  // namespace relay::operate
