#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"

namespace {

std::set<std::string> all_tests() {
  std::set<std::string> names;
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      names.insert(std::string{suite.name()} + "." + suite.GetTestInfo(j)->name());
    }
  }
  return names;
}

TEST(FaultTable, EveryTestThatItNamesIsThere) {
  const std::string text = tests::read_file(tests::source_dir() + "/tests/README.md");
  const auto tests = all_tests();
  const std::regex name{"`([A-Z][A-Za-z]+\\.[A-Z][A-Za-z]+)`"};
  int found = 0;
  for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at, ++found) {
    EXPECT_TRUE(tests.contains((*at)[1])) << (*at)[1];
  }
  EXPECT_GT(found, 50);
}

}  // namespace
