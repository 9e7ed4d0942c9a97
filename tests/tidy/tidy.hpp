#pragma once

#include <string>
#include <vector>

namespace tests::tidy {

/// A file of the tree: its path from the top, with "/", and its text.
struct File {
  std::string path;
  std::string text;
};

/// A broken rule of law.hpp.
struct Violation {
  std::string path;
  int line = 0;  ///< From 1; 0 when the whole file is meant.
  std::string rule;
  std::string what;
};

/// Every violation of the law, in the order of `tree`. Pure: reads nothing but its argument.
[[nodiscard]] std::vector<Violation> violations_of(const std::vector<File>& tree);

}  // namespace tests::tidy
