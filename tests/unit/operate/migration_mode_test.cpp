#include <gtest/gtest.h>

#include "relay/operate/migrate/migration_mode.hpp"
#include "schema/migrations.hpp"

namespace {

using relay::operate::migration_mode;

TEST(MigrationMode, ReadsEveryDirectiveOfTheHead) {
  const auto mode = migration_mode(
      "-- freshet: retry on lock timeout\n-- words\n-- freshet: repeat until no row\n"
      "-- freshet: outside a transaction\n-- freshet: builds index some_index\nSELECT 1;\n");
  EXPECT_TRUE(mode.retry);
  EXPECT_TRUE(mode.repeat);
  EXPECT_TRUE(mode.outside);
  EXPECT_EQ(mode.builds_index, "some_index");
}

TEST(MigrationMode, ReadsNothingBehindTheHead) {
  const auto mode = migration_mode("SELECT 1;\n-- freshet: outside a transaction\n");
  EXPECT_FALSE(mode.outside);
}

TEST(MigrationMode, RefusesADirectiveThatNobodyKnows) {
  EXPECT_THROW((void)migration_mode("-- freshet: retry on lock timeouts\n"), std::invalid_argument);
  EXPECT_THROW((void)migration_mode("-- freshet: builds index \n"), std::invalid_argument);
}

TEST(MigrationMode, IsUnderstoodInEveryFileOfOurs) {
  for (const auto& migration : schema::migrations) {
    EXPECT_NO_THROW((void)migration_mode(migration.sql)) << migration.file;
  }
}

}  // namespace
