#include "tests/support/data_dictionary.hpp"

#include <sstream>
#include <vector>

namespace tests {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "| a | b |" → a, b
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in{line.substr(1)};
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
  return cells;
}

}  // namespace

Dictionary read_dictionary(const std::string& markdown) {
  Dictionary dictionary;
  std::string table;
  std::string head;
  std::istringstream in{markdown};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) table = line.starts_with("### ") ? line.substr(4) : "";
    if (!line.starts_with("|")) head.clear();
    if (table.empty() || !line.starts_with("| ") || line.starts_with("| ---")) continue;
    const auto cells = cells_of(line);
    if (head.empty()) {
      head = cells.at(0);
    } else if (head == "column") {
      dictionary.insert(table + "." + cells.at(0) + " | " + cells.at(1) + " | " + cells.at(2) +
                        " | " + cells.at(3));
    } else if (head == "index") {
      dictionary.insert(table + ": " + cells.at(0) + " | " + cells.at(1));
    }
  }
  return dictionary;
}

}  // namespace tests
