#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <sstream>

#include "tests/docs/page.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/process.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace {

using tests::Block;

constexpr const char* guides[] = {"projections/GUIDE.md", "relay/forward/KAFKA.md",
                                  "relay/operate/DEAD_LETTERS.md", "relay/RUNNING.md"};

/// Calls `look` with each block of the guides that has this language. @return how many there were.
int each_block(const std::string& language, const std::function<void(const std::string&)>& look) {
  int blocks = 0;
  for (const char* guide : guides) {
    for (const Block& block :
         tests::fenced_blocks(tests::read_file(tests::source_dir() + "/" + guide))) {
      if (block.language != language) continue;
      SCOPED_TRACE(guide);
      ++blocks;
      look(block.text);
    }
  }
  return blocks;
}

TEST(Guides, ShowSettingsThatAreTaken) {
  const auto variable = [](const std::string& name) -> std::optional<std::string> {
    if (name.ends_with("_PASSWORD")) return "secret";
    if (name.ends_with("_URL") && !name.starts_with("FRESHET_")) return "dbname=app";
    return std::nullopt;
  };
  const int blocks = each_block("toml", [&](const std::string& text) {
    EXPECT_NO_THROW((void)tests::load_settings(tests::one_database + text, variable)) << text;
  });
  EXPECT_GE(blocks, 2);
}

TEST(Guides, ShowStatementsThatRun) {
  const tests::TestDatabase db;
  EXPECT_GE(
      each_block("sql", [&](const std::string& text) { EXPECT_NO_THROW(db.run(text)) << text; }),
      1);
}

/// What stands before the explanation beside it.
std::string command_of(const std::string& line) {
  return line.substr(0, line.find("   "));
}

TEST(Guides, ShowCommandsThatThereAre) {
  int commands = 0;
  const std::string program = tests::relay_binary();
  each_block("", [&](const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("freshet ")) continue;
      ++commands;
      const tests::Ended ended =
          tests::run_command({"sh", "-c", "'" + program + "'" + command_of(line).substr(7)});
      // The settings file is not there; whatever stands wrong on a command line is said before.
      EXPECT_NE(ended.err.find("FILE: cannot be read: no such file"), std::string::npos)
          << line << "\n"
          << ended.err;
    }
  });
  EXPECT_GE(commands, 8);
}

}  // namespace
