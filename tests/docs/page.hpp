#pragma once

#include <string>
#include <vector>

namespace tests {

/// A fenced block of a page.
struct Block {
  std::string language;  ///< What stands behind the fence; "" for none.
  std::string text;      ///< Each line ended by "\n".
};

[[nodiscard]] std::vector<Block> fenced_blocks(const std::string& markdown);

}  // namespace tests
