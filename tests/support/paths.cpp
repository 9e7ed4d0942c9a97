#include "tests/support/paths.hpp"

namespace tests {

std::string source_dir() {
  return FRESHET_SOURCE_DIR;
}

std::string relay_binary() {
  return FRESHET_BINARY;
}

}  // namespace tests
