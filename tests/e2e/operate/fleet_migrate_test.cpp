#include <gmock/gmock.h>

#include <array>
#include <sstream>

#include "tests/support/fault_proxy.hpp"
#include "tests/support/fleet_config.hpp"
#include "tests/support/test_database.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;

const std::string applied = "SELECT count(*) FROM freshet_schema_history";

TEST(FleetMigrate, GoesOnBehindADatabaseThatFailsAndSumsUp) {
  const std::array<TestDatabase, 3> fleet{TestDatabase{TestDatabase::Kind::empty},
                                          TestDatabase{TestDatabase::Kind::empty},
                                          TestDatabase{TestDatabase::Kind::empty}};
  const TestDatabase foreign{TestDatabase::Kind::empty};
  foreign.run("CREATE TABLE event_publication (id int)");  // that is no outbox
  RelayConfig config{fleet[0].url()};
  tests::add_database(config, "away", tests::nobodys_url);
  tests::add_database(config, "second", fleet[1].url());
  tests::add_database(config, "foreign", foreign.url());
  tests::add_database(config, "third", fleet[2].url());
  const Ended migrated = config.run({"migrate"});
  EXPECT_EQ(migrated.code, 3) << migrated.err;
  const std::string version = fleet[0].value("SELECT max(version) FROM freshet_schema_history");
  EXPECT_THAT(
      migrated.out,
      MatchesRegex("main: schema is at version [^\n]*\nsecond: schema is at version [^\n]*\n"
                   "third: schema is at version [^\n]*\n3 of 5 databases are at version " +
                   version +
                   "; 2 failed: away \\([^\n]*127\\.0\\.0\\.1[^\n]*\\), foreign \\(Nothing was "
                   "changed[^\n]*\\)\n"));
  for (const TestDatabase& db : fleet) EXPECT_EQ(std::to_string(db.number(applied)), version);
  EXPECT_THAT(migrated.err, HasSubstr("freshet: away: "));
  EXPECT_THAT(migrated.err, HasSubstr("freshet: foreign: "));
  // What several say at once stays in lines, each of which names its database.
  std::istringstream lines{migrated.err};
  int progress = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("V0") == std::string::npos) continue;
    ++progress;
    EXPECT_THAT(line, MatchesRegex("[^ ]+ .*V0[0-9]+__.* database=(main|second|third)( .*)?"));
    EXPECT_EQ(line.find("V0"), line.rfind("V0")) << line;
  }
  EXPECT_GE(progress, 3) << migrated.err;

  RelayConfig well{fleet[0].url()};
  tests::add_database(well, "second", fleet[1].url());
  const Ended again = well.run({"migrate"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("\n2 of 2 databases are at version " + version + "\n"));
  const Ended one = well.run({"migrate", "--database", "main"});
  EXPECT_EQ(one.out, "main: schema is at version " + version + ", nothing to do\n");
}

TEST(FleetMigrate, TenDatabasesThatDoNotAnswerAreWaitedForAtOnce) {
  const TestDatabase well;
  tests::FaultProxy hole{well.url()};
  hole.set(tests::FaultProxy::Mode::black_hole);
  RelayConfig config{well.url()};
  for (int n = 0; n < 9; ++n) {
    tests::add_database(config, "hole" + std::to_string(n), hole.url() + "?connect_timeout=2");
  }
  const auto before = std::chrono::steady_clock::now();
  const Ended migrated = config.run({"migrate"});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{9})
      << "one after the other they take 18 s";
  EXPECT_EQ(migrated.code, 3);
  EXPECT_THAT(migrated.out, HasSubstr("1 of 10 databases are at version"));
}

}  // namespace
