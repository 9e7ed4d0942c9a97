#include "tests/tidy/tidy.hpp"

#include "tests/tidy/rules.hpp"

namespace tests::tidy {

std::vector<Violation> violations_of(const std::vector<File>& tree) {
  Found found;
  for (const File& file : tree) {
    check_arrows(file, found);
    check_libraries(file, found);
    check_size(file, found);
    check_names(file, found);
    check_headers(file, found);
    check_statements(file, found);
    check_words(file, found);
    check_uses(file, found);
    check_paths(file, found);
  }
  check_readmes(tree, found);
  return found;
}

}  // namespace tests::tidy
