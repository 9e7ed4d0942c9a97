#include <gmock/gmock.h>

#include <csignal>
#include <vector>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::Effects;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;
using Words = std::vector<std::string>;

/// A file without a [[database]], and a catalogue in one.
class CatalogueAlone : public ::testing::Test {
 protected:
  CatalogueAlone() {
    db_.run("CREATE TABLE tenants (name text, url text, batch_size int)");
    config_.add("effects", "Thing", effects_.sql());
    ask("TABLE tenants ORDER BY name");
  }
  void ask(const std::string& query) {
    config_.database_extra =
        "\n[databases]\nurl = \"" + db_.url() + "\"\nquery = \"" + query + "\"\nrefresh_s = 1";
  }
  void enter(const std::string& name, int batch_size = 500) const {
    db_.run("INSERT INTO tenants VALUES ('" + name + "', '" + db_.url() + "', " +
            std::to_string(batch_size) + ")");
  }

  static inline const std::vector<Words> changing = {
      {"pause", "effects"},
      {"resume", "effects"},
      {"listeners", "retire", "old"},
      {"dead", "retry", "--all"},
      {"purge"},
      {"settings", "--adopt"},
  };
  static inline const std::vector<Words> reading = {
      {"status"},
      {"status", "--json"},
      {"listeners", "list"},
      {"dead", "list"},
      {"dead", "list", "--json"},
      {"keys", "blocked"},
      {"settings"},
      {"dead", "show", "0190a6f2-5e1c-7b3a-9c58-3f1d2c4b5a69"},
  };
  static std::vector<Words> all() {
    std::vector<Words> all = changing;
    all.insert(all.end(), reading.begin(), reading.end());
    return all;
  }
  static Words sure(Words words) {
    const bool asks = words[0] != "purge" && words[0] != "pause" && words[0] != "resume";
    if (asks && (words[0] == "listeners" ? words[1] == "retire"
                                         : words.back() == "--all" || words.back() == "--adopt")) {
      words.emplace_back("--yes");
    }
    return words;
  }
  static std::string called(const Words& words) { return words[0] + " " + words.back(); }

  TestDatabase db_;
  Effects effects_{db_};
  RelayConfig config_{""};
};

TEST_F(CatalogueAlone, ThatIsEmptyIsFineForEveryCommand) {
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_EQ(checked.out, "catalogue: fine, 0 databases\n");
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_EQ(migrated.out, "0 of 0 databases; the catalogue has none\n");
  for (const Words& words : all()) {
    const Ended ended = config_.run(sure(words));
    EXPECT_EQ(ended.code, 0) << called(words) << ": " << ended.err;
    EXPECT_EQ(ended.err, "freshet: there is no database: the catalogue holds none\n")
        << called(words);
  }
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_THAT(drained.err, HasSubstr("drain ended events=0"));
}

TEST_F(CatalogueAlone, ThatCannotBeReadIsOneSentenceOfEveryCommand) {
  ask("TABLE nowhere");
  std::vector<Words> commands = all();
  commands.insert(commands.end(), {{"migrate"}, {"run"}, {"run", "--drain"}});
  for (const Words& words : commands) {
    const Ended ended = config_.run(sure(words));
    EXPECT_EQ(ended.code, 3) << called(words) << ": " << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("freshet: the catalogue of databases cannot be read: "))
        << called(words);
  }
  for (const Words& words : {Words{"check"}, Words{"check", "--database", "c1"}}) {
    const Ended checked = config_.run(words);
    EXPECT_EQ(checked.code, 3) << checked.err;
    EXPECT_THAT(checked.out,
                HasSubstr("catalogue: fault: the catalogue of databases cannot be read: "));
  }
}

TEST_F(CatalogueAlone, WhoseRowsAreAllRefusedIsAFaultOfWhatIsForAllDatabases) {
  enter("c7", 0);
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out, EndsWith("catalogue: 0 databases; 1 row refused\n"));
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 3);
  EXPECT_EQ(migrated.out, "0 of 0 databases; 1 row of the catalogue was refused: c7\n");
  for (const Words& words : all()) {
    const Ended ended = config_.run(sure(words));
    EXPECT_GE(ended.code, 0) << called(words) << ": " << ended.err;
    EXPECT_LE(ended.code, 3) << called(words) << ": " << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("\"c7\": batch_size must be from 1")) << called(words);
  }
}

TEST_F(CatalogueAlone, WithARefusedRowLetsNothingThatIsForAllDatabasesEndWellSilently) {
  enter("c1");
  enter("c7", 0);
  ASSERT_EQ(config_.run({"run", "--drain", "--database", "c1"}).code, 0);  // listeners are there
  db_.run("INSERT INTO event_listener (name, patterns) VALUES ('old', '{Old}')");
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 3);
  EXPECT_THAT(migrated.out, AllOf(HasSubstr("1 of 1 databases are at version "),
                                  EndsWith("; 1 row of the catalogue was refused: c7\n")));
  for (const Words& words : changing) {
    const Ended ended = config_.run(sure(words));
    EXPECT_EQ(ended.code, 3) << called(words) << ": " << ended.err;
    EXPECT_THAT(ended.err, EndsWith("freshet: 1 row of the catalogue was refused: c7\n"))
        << called(words);
    Words of_one = sure(words);
    of_one.insert(of_one.end(), {"--database", "c1"});
    EXPECT_EQ(config_.run(of_one).code, 0) << called(words) << " is not about the other";
  }
  const Ended status = config_.run({"status"});
  EXPECT_EQ(status.code, 0) << status.err;
  EXPECT_THAT(status.out, HasSubstr("1 row of the catalogue was refused: c7; a relay that serves "
                                    "one already goes on with what it had\n"));
  const Ended published = config_.run({"publish"}, R"({"event_type": "Thing", "payload": {}})");
  EXPECT_EQ(published.code, 2) << "there are two of them";
}

TEST_F(CatalogueAlone, ARefusedDatabaseThatIsAskedForIsNotTakenForASlipOfThePen) {
  enter("c1");
  enter("c7", 0);
  for (const Words& words : {Words{"status"}, Words{"migrate"}, Words{"run"}, Words{"publish"}}) {
    Words of_it = words;
    of_it.insert(of_it.end(), {"--database", "c7"});
    const Ended ended = config_.run(of_it);
    EXPECT_EQ(ended.code, 3) << called(words);
    EXPECT_EQ(ended.err,
              "freshet: the catalogue's database \"c7\" is refused: batch_size must be from 1 to "
              "10000, not 0\n");
  }
}

TEST_F(CatalogueAlone, AnOutboxUnderTwoNamesIsVisitedOnceAndThatIsSaid) {
  enter("c1");
  enter("c2");
  const std::string same = "c2: it is the same outbox as \"c1\" (system identifier ";
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_THAT(migrated.out, AllOf(HasSubstr("c1: schema is at version"), HasSubstr(same),
                                  HasSubstr("1 of 1 databases are at version "),
                                  EndsWith("; the same outbox as another: c2\n")));
  ASSERT_EQ(config_.run({"run", "--drain", "--database", "c1"}).code, 0);
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out, AllOf(HasSubstr("c1: fine"), Not(HasSubstr("c2: fine")),
                                 HasSubstr("c2: fault: it is the same outbox as \"c1\" ("),
                                 Not(HasSubstr("[[database]]"))));
  const Ended status = config_.run({"status"});
  EXPECT_THAT(status.out, AllOf(HasSubstr("c1"), Not(HasSubstr("c2"))));
  EXPECT_THAT(status.err, HasSubstr("freshet: " + same));
  const Ended paused = config_.run({"pause", "effects", "--yes"});
  EXPECT_EQ(paused.code, 0) << paused.err;
  EXPECT_THAT(paused.out, AllOf(HasSubstr(same), HasSubstr("To change: c1 (1 of 2 databases).\n"),
                                HasSubstr("c1: Projection \"effects\" is paused")));
  EXPECT_THAT(config_.run({"listeners", "list"}).out, HasSubstr(same));
}

TEST_F(CatalogueAlone, ManyNamesAreCutWhereOneOfThemIsToBeSaid) {
  ask("SELECT 'c' || n AS name, '" + db_.url() + "' AS url FROM generate_series(1, 300) n");
  const Ended published = config_.run({"publish"}, R"({"event_type": "Thing", "payload": {}})");
  EXPECT_EQ(published.code, 2);
  EXPECT_THAT(published.err, EndsWith("c9, c10 and 290 more)\n"));
}

TEST_F(CatalogueAlone, AStopWaitsForNoAnswerOfTheCatalogue) {
  db_.run(
      "CREATE TABLE asked (); CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql AS 'SELECT "
      "pg_sleep(4) IS NOT NULL FROM asked'");
  enter("c1");
  ask("SELECT * FROM tenants WHERE coalesce(slow(), true)");
  tests::Process relay{config_.command({"run"})};
  ASSERT_TRUE(tests::eventually([&] {
    return relay.err().find("relay started") != std::string::npos;
  })) << relay.err();
  db_.run("INSERT INTO asked DEFAULT VALUES");
  ASSERT_TRUE(tests::eventually([&] {
    return db_.number(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
               "datname = current_database()") > 0;
  })) << relay.err();
  const auto began = std::chrono::steady_clock::now();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(), 0) << relay.err();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_THAT(relay.err(), Not(HasSubstr("cannot be read"))) << "it was not asked to its end";
}

}  // namespace
