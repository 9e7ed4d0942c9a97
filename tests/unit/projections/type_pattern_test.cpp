#include "projections/type_pattern.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using projections::listens;
using projections::matches;

TEST(TypePattern, MatchesTheWholeTypeWithStarsForAnyRun) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("Incident*", "Incident"));
  EXPECT_TRUE(matches("Incident*", "IncidentClosed"));
  EXPECT_TRUE(matches("*Closed", "IncidentClosed"));
  EXPECT_TRUE(matches("I*c*d", "Incident closed"));
  EXPECT_TRUE(matches("a**b", "ab"));
  EXPECT_FALSE(matches("Incident", "IncidentClosed"));
  EXPECT_FALSE(matches("incident*", "IncidentClosed"));
  EXPECT_FALSE(matches("ab*ba", "aba"));
  EXPECT_FALSE(matches("a.c", "abc"));
  EXPECT_FALSE(matches("", "a"));
}

// The textbook's definition, exponential and plainly right.
bool slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return slowly(pattern.substr(1), text) || (!text.empty() && slowly(pattern, text.substr(1)));
  }
  return !text.empty() && pattern[0] == text[0] && slowly(pattern.substr(1), text.substr(1));
}

TEST(TypePattern, AgreesWithTheDefinitionOnRandomTexts) {
  std::mt19937 random{7};
  const auto some = [&](std::string_view letters, unsigned max) {
    std::string text(random() % max, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = some("ab*", 7);
    const std::string text = some("ab", 9);
    ASSERT_EQ(matches(pattern, text), slowly(pattern, text)) << pattern << " over " << text;
  }
}

// Trying every place for every star would take longer than anybody lives.
TEST(TypePattern, EndsForAPatternThatInvitesBacktracking) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  const std::string text(1'000, 'a');
  EXPECT_FALSE(matches(pattern + "*b", text));
  EXPECT_TRUE(matches(pattern + "*", text));
}

TEST(TypePattern, ListensByTypeUnlessTheEventNamesAListener) {
  const projections::ProjectionOptions options{.name = "board", .events = {"A*", "B"}};
  EXPECT_TRUE(listens(options, "A1", {}));
  EXPECT_TRUE(listens(options, "B", {}));
  EXPECT_FALSE(listens(options, "C", {}));
  EXPECT_TRUE(listens(options, "C", "board"));
  EXPECT_FALSE(listens(options, "A1", "other"));
}

}  // namespace
