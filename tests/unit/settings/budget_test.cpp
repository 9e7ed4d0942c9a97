#include <gmock/gmock.h>

#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string database(const std::string& name, const std::string& more) {
  return "[[database]]\nname = \"" + name + "\"\nurl = \"dbname=" + name + "\"\n" + more;
}

TEST(SettingsOfTheBudget, GiveADatabaseNoMoreThanTheProcessHas) {
  EXPECT_THAT(
      tests::settings_faults("[relay]\nconnections = 5\n" + database("a", "connections = 6\n")),
      ElementsAre(HasSubstr("[[database]] \"a\" connections (6) must not be more than "
                            "[relay] connections (5)")));
  EXPECT_THAT(tests::settings_faults("[relay]\nconnections = 5\n" +
                                     database("a", "connections = 5\nconnections_min = 4\n")),
              IsEmpty());
}

TEST(SettingsOfTheBudget, KeepNoMoreForADatabaseThanItMayHaveAndLeaveSomethingForAll) {
  EXPECT_THAT(tests::settings_faults(database("a", "connections = 2\nconnections_min = 3\n")),
              ElementsAre(HasSubstr("[[database]] \"a\" connections_min (3) must not be more than "
                                    "its connections (2)")));
  EXPECT_THAT(
      tests::settings_faults("[relay]\nconnections = 6\n" + database("a", "connections_min = 3\n") +
                             database("b", "connections_min = 3\n")),
      ElementsAre(HasSubstr("[relay] connections (6) must be more than what is kept for "
                            "single databases (connections_min, 6 in all)")));
}

}  // namespace
}  // namespace relay::settings
