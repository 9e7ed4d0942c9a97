#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <regex>
#include <set>

#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"

namespace {

namespace fs = std::filesystem;

/// The names of everything that a build for the chaos harness can switch off or make fail.
std::set<std::string> names_in_the_sources() {
  static const std::regex use{R"re((?:sabotaged|failpoint)\("([a-z0-9_]+)"\))re"};
  std::set<std::string> names;
  for (const char* folder : {"relay", "projections", "tests/chaos/service"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator{fs::path{tests::source_dir()} / folder}) {
      if (!entry.is_regular_file()) continue;
      const std::string text = tests::read_file(entry.path());
      for (std::sregex_iterator at{text.begin(), text.end(), use}, end; at != end; ++at) {
        names.insert((*at)[1]);
      }
    }
  }
  return names;
}

bool holds_word(const std::string& text, const std::string& word) {
  const auto in_word = [&](std::size_t at) {
    return at < text.size() &&
           (text[at] == '_' || std::isalnum(static_cast<unsigned char>(text[at])) != 0);
  };
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (!in_word(at + word.size()) && (at == 0 || !in_word(at - 1))) return true;
  }
  return false;
}

TEST(Failpoint, IsNotInTheProgramThatUsersRun) {
#ifdef FRESHET_FAILPOINTS
  GTEST_SKIP() << "this build is for the chaos harness";
#endif
  const std::string program = tests::read_file(tests::relay_binary());
  ASSERT_TRUE(holds_word(program, "event_publication"))
      << "the program is not where its strings are";
  for (const char* variable : {"FRESHET_SABOTAGE", "FRESHET_FAILPOINTS"}) {
    EXPECT_FALSE(holds_word(program, variable)) << variable;
  }
  const std::set<std::string> names = names_in_the_sources();
  EXPECT_GE(names.size(), 20U);
  for (const std::string& name : names) EXPECT_FALSE(holds_word(program, name)) << name;
}

}  // namespace
