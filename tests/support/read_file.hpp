#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace tests {

/// All bytes of a file; "" where it cannot be read.
inline std::string read_file(const std::string& path) {
  const std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace tests
