#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace relay {

/// "a, b, c": names for a sentence, with "and 7 more" instead of those beyond `most`.
[[nodiscard]] std::string some_of(const std::vector<std::string>& names, std::size_t most = 10);

/// "1 row", "3 rows": @param what in the singular, whose plural takes an s.
[[nodiscard]] std::string counted(std::size_t number, const std::string& what);

}  // namespace relay
