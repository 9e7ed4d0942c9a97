#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "tests/tidy/law.hpp"
#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_snake_case(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  });
}

// V001__what_it_does, without its ending.
bool is_migration_name(std::string_view stem) {
  const auto bar = stem.find("__");
  return stem.starts_with('V') && bar == 4 && is_snake_case(stem.substr(1, 3)) &&
         is_snake_case(stem.substr(6));
}

bool has_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool begins_with_control_word(std::string_view statement) {
  statement.remove_prefix(statement.find_first_not_of(" \t\r\n"));
  return std::ranges::any_of(
      law::control_words, [&](std::string_view word) { return find_word(statement, word) == 0; });
}

// One statement, or several that only steer the transaction: those travel together.
bool is_one_statement(std::string_view sql) {
  const std::string code = without_sql_literals(sql);
  int statements = 0;
  int control = 0;
  for (std::size_t from = 0; from < code.size();) {
    const auto end = std::min(code.find(';', from), code.size());
    const auto statement = std::string_view{code}.substr(from, end - from);
    from = end + 1;
    if (!has_text(statement)) continue;
    ++statements;
    if (begins_with_control_word(statement)) ++control;
  }
  return statements == 1 || (statements > 1 && control == statements);
}

}  // namespace

void check_names(const File& file, Found& found) {
  const std::string_view name = base_name(file.path);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return;
  const std::string_view stem = name.substr(0, dot);
  const std::string_view ending = name.substr(dot);
  const bool held = ending == ".cpp" || ending == ".hpp" || ending == ".sql" || ending == ".sh" ||
                    ending == ".toml";
  if (!held || is_snake_case(stem) || (ending == ".sql" && is_migration_name(stem))) return;
  found.push_back({file.path, 0, "names", "not named in snake_case"});
}

void check_headers(const File& file, Found& found) {
  if (file.path.ends_with(".hpp") && !file.text.starts_with("#pragma once\n")) {
    found.push_back({file.path, 1, "headers", "does not begin with #pragma once"});
  }
}

// What is sent to a database of any encoding is ASCII; comments of a migration become so.
void check_letters(const File& file, Found& found) {
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const auto begin = line.find_first_not_of(' ');
    const bool comment = begin != std::string_view::npos && line.substr(begin).starts_with("--");
    if (comment) continue;
    if (std::ranges::any_of(line, [](char letter) { return (letter & 0x80) != 0; })) {
      found.push_back({file.path, number, "statements", "a letter beyond ASCII"});
    }
  }
}

void check_statements(const File& file, Found& found) {
  if (file.path.starts_with("schema/") && file.path.ends_with(".sql")) check_letters(file, found);
  if (!file.path.starts_with("schema/statements/") || !file.path.ends_with(".sql")) return;
  std::string_view stem = base_name(file.path);
  stem.remove_suffix(4);
  const std::string first = "-- name: " + std::string{stem};
  if (!file.text.starts_with(first + "\n")) {
    found.push_back({file.path, 1, "statements", "does not begin with \"" + first + "\""});
  }
  if (!is_one_statement(file.text)) {
    found.push_back({file.path, 0, "statements", "not exactly one statement"});
  }
}

void check_readmes(const std::vector<File>& tree, Found& found) {
  std::map<std::string, int> readmes;  // the folder and how many lines its README has
  std::set<std::string> rooms;
  for (const File& file : tree) {
    const auto slash = file.path.rfind('/');
    if (slash == std::string::npos) continue;
    if (file.path.starts_with("relay/") && slash > 5) {
      rooms.insert(file.path.substr(0, file.path.find('/', 6) + 1));
    }
    if (base_name(file.path) == "README.md") {
      readmes[file.path.substr(0, slash + 1)] = static_cast<int>(lines_of(file.text).size());
    }
  }
  for (const char* name : law::top_folders) {
    const std::string folder = std::string{name} + "/";
    if (!readmes.contains(folder)) found.push_back({folder, 0, "readmes", "has no README.md"});
  }
  for (const std::string& room : rooms) {
    const auto readme = readmes.find(room);
    if (readme == readmes.end()) {
      found.push_back({room, 0, "readmes", "has no README.md"});
    } else if (readme->second < law::readme_lines_least ||
               readme->second > law::readme_lines_most) {
      found.push_back({room + "README.md", 0, "readmes",
                       "has " + std::to_string(readme->second) + " lines, not 3 to 15"});
    }
  }
}

}  // namespace tests::tidy
