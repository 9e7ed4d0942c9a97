#pragma once

#include <string>
#include <string_view>

namespace projections {

/// The statement with its one value in the text, since several statements travel without values
/// only. @param statement has `$1`, the first of which is meant. @param literal quoted already.
[[nodiscard]] inline std::string with_value(std::string_view statement, std::string_view literal) {
  constexpr std::string_view mark = "$1";
  std::string text{statement};
  return text.replace(text.find(mark), mark.size(), literal);
}

}  // namespace projections
