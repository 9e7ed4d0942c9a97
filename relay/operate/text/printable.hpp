#pragma once

#include <string>
#include <string_view>

namespace relay::operate {

/// A stranger's text, fit for a terminal: control characters, bytes that are not UTF-8 and marks
/// that turn the direction of writing are escaped. Nothing is cut off.
/// @param lines keeps line breaks and tabs, for a payload.
[[nodiscard]] std::string printable(std::string_view text, bool lines = false);

/// The stored key as people know it: "TYPE/ID", or the id alone where there is no type.
[[nodiscard]] std::string shown_key(std::string_view key);

}  // namespace relay::operate
