#pragma once

#include <string>
#include <vector>

namespace relay::operate {

/// Columns as wide as their widest cell, counted in characters, two spaces between them; the first
/// row is the heading. Each row ends with a line break.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace relay::operate
