#pragma once

#include <vector>

#include "tests/tidy/tidy.hpp"

// One function per rule of law.hpp; each adds what it finds.
namespace tests::tidy {

using Found = std::vector<Violation>;

void check_arrows(const File& file, Found& found);
void check_libraries(const File& file, Found& found);
void check_size(const File& file, Found& found);
void check_names(const File& file, Found& found);
void check_headers(const File& file, Found& found);
void check_statements(const File& file, Found& found);
void check_words(const File& file, Found& found);
void check_uses(const File& file, Found& found);
void check_paths(const File& file, Found& found);
void check_readmes(const std::vector<File>& tree, Found& found);

}  // namespace tests::tidy
