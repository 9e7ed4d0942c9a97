#pragma once

#include <string>

namespace relay::settings {

/// Every setting as Markdown tables, made from the table that also parses and checks them.
[[nodiscard]] std::string explain();

}  // namespace relay::settings
