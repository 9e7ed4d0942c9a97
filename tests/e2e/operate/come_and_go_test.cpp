#include <gtest/gtest.h>

#include <csignal>
#include <optional>

#include "tests/support/effects.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fleet_config.hpp"
#include "tests/support/process.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::eventually;
using tests::TestDatabase;

/// A relay that serves one database of its file, and may come to serve another.
class DatabasesThatComeAndGo : public ::testing::Test {
 protected:
  DatabasesThatComeAndGo() {
    main_.run("CREATE TABLE tenants (name text, url text, batch_size int)");
    config_.add("effects", "Thing", effects_.sql());
  }
  void ask_the_catalogue() {
    config_.database_extra =
        "\n[databases]\nurl = \"" + main_.url() + "\"\nquery = \"TABLE tenants\"\nrefresh_s = 1";
  }
  void start() {
    relay_.emplace(config_.command({"run"}));
    ASSERT_TRUE(says("relay started database=main")) << relay_->err();
  }
  bool says(const std::string& text) {
    return eventually([&] { return relay_->err().find(text) != std::string::npos; });
  }
  void publish(const TestDatabase& db, int events) {
    db.run(tests::publishing("Thing", "'k' || n % 10", events));
  }
  [[nodiscard]] int sessions(const TestDatabase& db) const {
    return static_cast<int>(
        db.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                  "application_name LIKE 'freshet%'"));
  }

  TestDatabase main_;
  TestDatabase other_;
  Effects effects_{main_};
  Effects effects_of_other_{other_};
  tests::RelayConfig config_{main_.url()};
  std::optional<tests::Process> relay_;
};

TEST_F(DatabasesThatComeAndGo, ARowOfTheCatalogueIsServedAndOneThatIsGoneIsNot) {
  ask_the_catalogue();
  start();
  publish(other_, 20);
  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  ASSERT_TRUE(effects_of_other_.reach(20)) << relay_->err();

  main_.run("UPDATE tenants SET batch_size = 7");
  ASSERT_TRUE(says("settings of a database have changed; it is taken anew database=other"));
  publish(other_, 20);
  ASSERT_TRUE(effects_of_other_.reach(40)) << relay_->err();

  main_.run("DELETE FROM tenants");
  ASSERT_TRUE(says("a database is served no more database=other"));
  EXPECT_TRUE(eventually([&] { return sessions(other_) == 0; })) << relay_->err();
  publish(other_, 20);
  publish(main_, 20);
  EXPECT_TRUE(effects_.reach(20)) << "the others go on: " << relay_->err();
  EXPECT_EQ(effects_of_other_.count(), 40);

  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  EXPECT_TRUE(effects_of_other_.reach(60)) << relay_->err();
  relay_->signal(SIGTERM);
  EXPECT_EQ(relay_->wait(), 0) << relay_->err();
}

constexpr auto look_is_given_up = 8s;  // not before that, where it is held up

TEST_F(DatabasesThatComeAndGo, ADatabaseThatComesIsLookedAtWhileTheLookAtAnotherOneTakesLong) {
  const TestDatabase slow;
  ask_the_catalogue();
  start();
  pqxx::connection another{slow.url()};
  pqxx::work holds_up{another};
  holds_up.exec("LOCK TABLE freshet_schema_history");
  main_.run("INSERT INTO tenants VALUES ('slow', '" + slow.url() + "', NULL)");
  ASSERT_TRUE(eventually([&] { return sessions(slow) == 1; })) << relay_->err();
  publish(other_, 20);
  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  EXPECT_TRUE(effects_of_other_.reach(20, look_is_given_up)) << relay_->err();
}

// The look at what its row said first ends after its name was forgotten, and before the look at
// what it says now.
TEST_F(DatabasesThatComeAndGo, ARowThatChangesWhileItsDatabaseIsLookedAtIsServedAsItIsByThen) {
  ask_the_catalogue();
  start();
  pqxx::connection another{other_.url()};
  pqxx::work holds_up{another};
  holds_up.exec("LOCK TABLE freshet_schema_history");
  const auto held_up = [&](const std::string& what) {
    return main_.number("SELECT " + what + " FROM pg_stat_activity WHERE datname = '" +
                        other_.name() + "' AND wait_event_type = 'Lock'");
  };
  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  ASSERT_TRUE(eventually([&] { return held_up("count(*)") == 1; })) << relay_->err();
  const std::string first = std::to_string(held_up("pid"));
  main_.run("UPDATE tenants SET batch_size = 7");
  ASSERT_TRUE(eventually([&] { return held_up("count(*)") == 2; }, look_is_given_up))
      << relay_->err();
  (void)held_up("count(pg_terminate_backend(CASE WHEN pid <> " + first + " THEN pid END))");
  holds_up.commit();
  publish(other_, 20);
  EXPECT_TRUE(effects_of_other_.reach(20)) << relay_->err();
}

TEST_F(DatabasesThatComeAndGo, ACatalogueThatCannotBeReadChangesNothing) {
  ask_the_catalogue();
  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  start();
  publish(other_, 20);
  ASSERT_TRUE(effects_of_other_.reach(20)) << relay_->err();

  main_.run("ALTER TABLE tenants RENAME TO elsewhere");
  ASSERT_TRUE(says("the catalogue of databases cannot be read: "));
  ASSERT_TRUE(says("; nothing changes, and it is asked again"));
  publish(other_, 20);
  EXPECT_TRUE(effects_of_other_.reach(40)) << relay_->err();

  main_.run("ALTER TABLE elsewhere RENAME TO tenants");
  ASSERT_TRUE(says("the catalogue of databases can be read again"));
  main_.run("UPDATE tenants SET batch_size = 0");
  ASSERT_TRUE(says("batch_size must be from 1 to 10000, not 0; it is served on as it was"));
  publish(other_, 20);
  EXPECT_TRUE(effects_of_other_.reach(60)) << "it is served as before: " << relay_->err();
}

TEST_F(DatabasesThatComeAndGo, AHangUpWithAnotherCatalogueEndsNothingBeforeThatWasRead) {
  ask_the_catalogue();
  main_.run("INSERT INTO tenants VALUES ('other', '" + other_.url() + "', NULL)");
  start();
  publish(other_, 20);
  ASSERT_TRUE(effects_of_other_.reach(20)) << relay_->err();
  const std::string right = config_.database_extra;
  config_.database_extra =
      "\n[databases]\nurl = \"" + other_.url() + "\"\nquery = \"TABLE tenants\"\nrefresh_s = 1";
  (void)config_.write();
  relay_->signal(SIGHUP);
  ASSERT_TRUE(says("the catalogue of databases cannot be read: ")) << relay_->err();
  publish(other_, 20);
  EXPECT_TRUE(effects_of_other_.reach(40)) << relay_->err();
  EXPECT_EQ(relay_->err().find("served no more"), std::string::npos) << relay_->err();
  config_.database_extra = right;
  (void)config_.write();
  relay_->signal(SIGHUP);
  EXPECT_TRUE(says("can be read again")) << relay_->err();
}

TEST_F(DatabasesThatComeAndGo, OneThatNeverWasServedIsNotToldAsServedNoMore) {
  ask_the_catalogue();
  start();
  main_.run("INSERT INTO tenants VALUES ('twin', '" + main_.url() + "', NULL), ('other', '" +
            other_.url() + "', NULL)");
  ASSERT_TRUE(says("it is the same outbox as \"main\"")) << relay_->err();
  ASSERT_TRUE(says("relay started database=other")) << relay_->err();
  main_.run("DELETE FROM tenants");
  ASSERT_TRUE(says("a database is served no more database=other")) << relay_->err();
  EXPECT_EQ(relay_->err().find("served no more database=twin"), std::string::npos);
}

TEST_F(DatabasesThatComeAndGo, AHangUpReadsTheFileAgainAndSaysWhatItDidNotTakeOver) {
  start();
  relay_->signal(SIGHUP);
  ASSERT_TRUE(says("no setting changed")) << relay_->err();

  tests::add_database(config_, "other", other_.url());
  config_.relay["workers"] = "5";
  (void)config_.write();
  relay_->signal(SIGHUP);
  ASSERT_TRUE(says("[relay] workers")) << relay_->err();
  publish(other_, 20);
  ASSERT_TRUE(effects_of_other_.reach(20)) << relay_->err();

  config_.database_extra += "\nbatch_size = 0\n";
  (void)config_.write();
  relay_->signal(SIGHUP);
  ASSERT_TRUE(says("nothing changes, for they are not right"));
  ASSERT_TRUE(says("batch_size must be from 1 to 10000, not 0"));
  publish(other_, 20);
  EXPECT_TRUE(effects_of_other_.reach(40)) << relay_->err();

  config_.database_extra.clear();
  (void)config_.write();
  relay_->signal(SIGHUP);
  ASSERT_TRUE(says("a database is served no more database=other"));
  EXPECT_TRUE(eventually([&] { return sessions(other_) == 0; })) << relay_->err();
  relay_->signal(SIGTERM);
  EXPECT_EQ(relay_->wait(), 0) << relay_->err();
}

}  // namespace
