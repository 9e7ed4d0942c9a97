#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <gtest/gtest.h>

#include "tests/support/paths.hpp"
#include "tests/tidy/source.hpp"
#include "tests/tidy/tidy.hpp"

// Holds the law against the tree that this test was built from.
namespace {

namespace fs = std::filesystem;

const fs::path& top() {
  static const fs::path path{tests::source_dir()};
  return path;
}

// What git tracks or would track; empty without git or outside of a repository.
std::vector<std::string> paths_by_git() {
  const std::string command =
      "git -C '" + top().string() + "' ls-files -co --exclude-standard 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
  std::string listed;
  std::array<char, 4096> buffer{};
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    listed += buffer.data();
  }
  std::vector<std::string> paths;
  for (const std::string_view path : tests::tidy::lines_of(listed)) {
    if (fs::is_regular_file(top() / path)) paths.emplace_back(path);
  }
  return paths;
}

std::vector<std::string> paths_by_walk() {
  std::vector<std::string> paths;
  for (fs::recursive_directory_iterator at{top()}, end; at != end; ++at) {
    const std::string path = fs::relative(at->path(), top()).generic_string();
    if (path.starts_with("build") || path == ".git" || path == ".cache") {
      if (at->is_directory()) at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      paths.push_back(path);
    }
  }
  return paths;
}

bool is_text(const std::string& path) {
  static constexpr std::array endings = {".cpp", ".hpp",  ".sql",   ".sh", ".md",
                                         ".txt", ".toml", ".cmake", "/run"};
  return path == "dev" ||
         std::ranges::any_of(endings, [&](const char* ending) { return path.ends_with(ending); });
}

std::vector<tests::tidy::File> read_tree() {
  std::vector<std::string> paths = paths_by_git();
  if (paths.empty()) paths = paths_by_walk();
  std::ranges::sort(paths);
  std::vector<tests::tidy::File> tree;
  for (const std::string& path : paths) {
    if (!is_text(path)) continue;
    std::ifstream in{top() / path, std::ios::binary};
    tree.push_back({path, {std::istreambuf_iterator<char>{in}, {}}});
  }
  return tree;
}

TEST(Tidy, TheTreeObeysTheLaw) {
  const auto tree = read_tree();
  ASSERT_GT(tree.size(), 30U) << "too few files were found to believe the answer";
  for (const auto& violation : tests::tidy::violations_of(tree)) {
    ADD_FAILURE() << violation.path << ":" << violation.line << ": " << violation.what << " ["
                  << violation.rule << "]";
  }
}

TEST(Tidy, TheWalkFindsWhatGitFinds) {
  const auto by_git = paths_by_git();
  if (by_git.empty()) GTEST_SKIP() << "no git here, or not a repository";
  auto by_walk = paths_by_walk();
  std::ranges::sort(by_walk);
  for (const std::string& path : by_git) {
    EXPECT_TRUE(path.starts_with("build") || std::ranges::binary_search(by_walk, path)) << path;
  }
}

}  // namespace
