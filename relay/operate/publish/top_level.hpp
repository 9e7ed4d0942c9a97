#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace relay::operate {

/// The members of a JSON object as they stand in the text, byte for byte: the key with its quotes
/// and the value's own spelling. A parsed and re-written payload would lose number forms, order
/// and doubles. @param object valid JSON, an object.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> members(
    std::string_view object);

}  // namespace relay::operate
