#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/docs/page.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/process.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace fs = std::filesystem;
using tests::Block;
using tests::Ended;
using tests::fenced_blocks;
using tests::read_file;
using tests::run_command;

const fs::path root{tests::source_dir()};

/// What stands under a heading of the README, up to the next of its rank.
std::string section(const std::string& heading) {
  const std::string text = read_file(root / "README.md");
  const auto begin = text.find("\n## " + heading + "\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

/// A shell in an empty folder that knows `freshet`, and a database at APP_DATABASE_URL.
class FiveMinutes : public ::testing::Test {
 public:
  FiveMinutes() {
    std::string name = (fs::temp_directory_path() / "freshet-readme-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
    folder_ = name;
  }
  ~FiveMinutes() override { fs::remove_all(folder_); }

 protected:
  void shell(const std::string& script) {
    const std::string path = fs::path{tests::relay_binary()}.parent_path().string() + ":" +
                             std::getenv("PATH");  // NOLINT: no other thread changes it
    const Ended ended = run_command({"sh", "-euc", "cd \"$1\"\n" + script, "sh", folder_.string()},
                                    {{"PATH", path}, {"APP_DATABASE_URL", db_.url()}});
    EXPECT_EQ(ended.code, 0) << script << ended.out << ended.err;
    ran_ += script;
  }

  fs::path folder_;
  tests::TestDatabase db_{tests::TestDatabase::Kind::empty};
  std::string ran_;
};

TEST_F(FiveMinutes, TheReadmesExamplesRunOneAfterTheOtherAndEndWithTheBalanceItShows) {
  const std::string chapter = section("Your own projection in five minutes");
  ASSERT_NE(chapter, "");
  std::string last_row;
  bool exported = false;
  for (const Block& block : fenced_blocks(chapter)) {
    SCOPED_TRACE(block.text);
    if (block.language == "sql") {
      const pqxx::result rows = db_.run(block.text);
      last_row = rows.empty() ? "" : std::string{rows[0][0].c_str()} + " | " + rows[0][1].c_str();
    } else if (block.language == "toml") {
      std::ofstream{folder_ / "freshet.toml"} << block.text;
    } else if (block.language == "sh") {
      shell(block.text);
    } else {  // where the database is; ours is elsewhere
      exported = block.text.starts_with("export APP_DATABASE_URL=");
      EXPECT_TRUE(exported);
    }
  }
  EXPECT_TRUE(exported);
  for (const char* verb : {"migrate", "check", "run", "status"}) {
    EXPECT_NE(ran_.find(std::string{"freshet "} + verb + " -c freshet.toml"), std::string::npos);
  }
  EXPECT_EQ(last_row, "A-1 | 300");
  EXPECT_NE(chapter.find("-- A-1 | 300"), std::string::npos) << "the README says so";
}

std::set<std::string> first_words(const std::string& text, const std::string& pattern) {
  std::set<std::string> words;
  const std::regex regex{pattern};
  for (std::sregex_iterator at{text.begin(), text.end(), regex}, end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  return words;
}

TEST(Readme, NamesTheSubcommandsThatHelpNamesAndNoOthers) {
  const std::set<std::string> told = first_words(section("The program"), R"(\| `freshet ([a-z]+))");
  const Ended help = run_command({tests::relay_binary(), "--help"});
  ASSERT_EQ(help.code, 0);
  const auto list = help.out.find("ommands:");
  ASSERT_NE(list, std::string::npos) << help.out;
  const std::string listed = help.out.substr(list, help.out.find("\n\n", list) - list);
  const std::set<std::string> there = first_words(listed, R"(\n  ([a-z]+) )");
  EXPECT_GE(there.size(), 7U) << listed;
  EXPECT_EQ(told, there);
}

/// Files that git would keep: no build folders, no third parties.
std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator{root}; at != fs::recursive_directory_iterator{};
       ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() && (name.starts_with("build") || name.starts_with("."))) {
      at.disable_recursion_pending();
    } else if (at->path().extension() == ".md") {
      found.push_back(at->path());
    }
  }
  return found;
}

/// What a link to a heading calls it: "Known limits" is "known-limits".
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto letter = static_cast<unsigned char>(c);
    if (c == ' ') anchor += '-';
    if (std::isalnum(letter) != 0 || c == '-' || c == '_' || letter > 127) {
      anchor += static_cast<char>(std::tolower(letter));
    }
  }
  return anchor;
}

std::set<std::string> anchors_of(const std::string& page) {
  std::set<std::string> anchors;
  for (const std::string& heading : first_words(page, R"(\n#+ ([^\n]+))")) {
    anchors.insert(anchor_of(heading));
  }
  return anchors;
}

TEST(Readme, EveryRelativeLinkOfEveryPageLeadsSomewhere) {
  int links = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& link : first_words(read_file(page), R"(\]\(([^)\s]+)\))")) {
      if (link.find("://") != std::string::npos || link.starts_with("mailto:")) continue;
      ++links;
      const auto mark = link.find('#');
      const fs::path there = mark == 0 ? page : page.parent_path() / link.substr(0, mark);
      EXPECT_TRUE(fs::exists(there)) << page << " links to " << link;
      if (mark == std::string::npos) continue;
      EXPECT_TRUE(anchors_of(read_file(there)).contains(link.substr(mark + 1)))
          << page << " links to " << link << ", which is no heading there";
    }
  }
  EXPECT_GT(links, 5);
}

}  // namespace
