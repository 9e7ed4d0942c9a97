#include <gmock/gmock.h>

#include "tests/support/fault_proxy.hpp"
#include "tests/support/outage.hpp"
#include "tests/support/pgbouncer.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::Effects;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;

const std::string into_effects =
    "INSERT INTO effects (event_id, key, seq, n) SELECT id, aggregate_id, seq, "
    "(payload->>'n')::int FROM events ORDER BY seq";

/// Events from `first` on, into the outbox of a schema, as its application would.
void publish_in(const TestDatabase& db, const std::string& schema, int first) {
  db.run("SET LOCAL search_path = " + schema + "; " +
         tests::publishing("Thing", "'k' || n % 10", 200, first));
}

// Two applications in two schemas of one database, and one process that serves both: what names no
// schema, the relay's own tables and the read models alike, is each one's own.
TEST(Schemas, OfOneDatabaseAreServedByOneProcessEachWithItsOwnReadModel) {
  const TestDatabase db{TestDatabase::Kind::empty};
  RelayConfig config{db.url()};
  config.add("effects", "Thing", into_effects);
  config.database_extra = "schema = \"one\"\n[[database]]\nname = \"two\"\nurl = \"" + db.url() +
                          "\"\nschema = \"the other\"\n";
  EXPECT_THAT(config.run({"migrate"}).err,
              AllOf(HasSubstr("main: there is no schema one"), HasSubstr("CREATE SCHEMA")));
  db.run("CREATE SCHEMA one; CREATE SCHEMA \"the other\"");
  const Ended migrated = config.run({"migrate"});
  ASSERT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_EQ(db.number("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
            0);
  const Effects one{db, "one.effects"};
  const Effects two{db, "\"the other\".effects"};
  const Ended checked = config.run({"check"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;

  tests::Process relay{config.command({"run"})};
  for (const int round : {0, 1, 2}) {
    publish_in(db, "one", 1 + round * 200);
    publish_in(db, "\"the other\"", 10'001 + round * 200);
    EXPECT_TRUE(one.reach((round + 1) * 200)) << relay.err();
    EXPECT_TRUE(two.reach((round + 1) * 200)) << relay.err();
  }
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(one.count("n BETWEEN 1 AND 600"), one.count());
  EXPECT_EQ(two.count("n BETWEEN 10001 AND 10600"), two.count());
  for (const Effects* effects : {&one, &two}) {
    EXPECT_EQ(effects->count(), 600);
    EXPECT_EQ(effects->doubled() + effects->overtaken(), 0);
  }
  for (const std::string schema : {"one", "\"the other\""}) {
    EXPECT_EQ(db.number("SELECT count(*) FROM " + schema +
                        ".event_publication WHERE completion_date IS NULL"),
              0);
    EXPECT_EQ(db.number("SELECT count(*) FROM " + schema + ".projection_freshness"), 1);
  }
  const Ended listed = config.run({"listeners", "list", "--database", "two"});
  EXPECT_THAT(listed.out, HasSubstr("effects")) << listed.err;
}

// A handler that kills the process: what was in its hands is looked for in its own schema alone.
TEST(Schemas, OfOneDatabaseHaveFlightRecordsOfTheirOwn) {
  const TestDatabase db;
  db.run("CREATE SCHEMA one");
  RelayConfig config{db.url()};
  config.relay["batch_size"] = "1";
  config.add("effects", "Thing",
             "INSERT INTO effects (event_id, key, seq, n) SELECT id, aggregate_id, seq, 1 FROM "
             "events, pg_sleep(600)");
  config.database_extra =
      "[[database]]\nname = \"two\"\nurl = \"" + db.url() + "\"\nschema = \"one\"\n";
  ASSERT_EQ(config.run({"migrate"}).code, 0);
  const Effects main_has_them_too{db};
  const Effects effects{db, "one.effects"};
  db.run("SET LOCAL search_path = one; " + tests::publishing("Thing", "'k'", 1));
  const auto in_handler = [&] {
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event = 'PgSleep'") > 0;
  };
  for (int i = 0; i < 2; ++i) {  // once is somebody's kill
    tests::Process relay{config.command({"run"})};
    EXPECT_TRUE(tests::eventually(in_handler)) << relay.err();
    relay.signal(9);
    (void)relay.wait();
    EXPECT_TRUE(tests::eventually([&] { return !in_handler(); }));
  }
  tests::Process relay{config.command({"run"})};
  EXPECT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM one.event_suspect WHERE suspected") == 1;
  })) << relay.err();
  EXPECT_EQ(db.number("SELECT count(*) FROM public.event_suspect"), 0);
}

TEST(Schemas, OneOutboxUnderTwoNamesIsRefusedByCheckAndRun) {
  const TestDatabase db;
  RelayConfig config{db.url()};
  const Effects effects{db};
  config.add("effects", "Thing", effects.sql());
  config.database_extra = "[[database]]\nname = \"again\"\nurl = \"" + db.url() +
                          "?connect_timeout=7\"\nschema = \"public\"\n";
  const std::string sentence = "it is the same outbox as \"main\" (system identifier " +
                               db.value("SELECT system_identifier FROM pg_control_system()") +
                               ", database " + db.name() + ", schema public); remove one of them";
  const Ended checked = config.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out,
              AllOf(HasSubstr("again: fault: " + sentence), Not(HasSubstr("again: fine"))));
  const Ended run = config.run({"run", "--drain"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr(sentence));
}

TEST(Schemas, OneOutboxUnderTwoNamesIsServedByTheFirstAlone) {
  const TestDatabase db;
  RelayConfig config{db.url()};
  const Effects effects{db};
  config.add("effects", "Thing", effects.sql());
  config.database_extra = "[databases]\nurl = \"" + db.url() +
                          "\"\nquery = \"SELECT 'again' AS name, '" + db.url() +
                          "' AS url, 'public' AS schema\"\n";
  tests::Process relay{config.command({"run"})};
  db.run(tests::publishing("Thing", "'k' || n % 10", 50));
  EXPECT_TRUE(effects.reach(50)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_THAT(relay.err(), AllOf(HasSubstr("a database is not served yet, and is asked again: "
                                           "it is the same outbox as \"main\""),
                                 HasSubstr("relay started database=main"),
                                 Not(HasSubstr("relay started database=again"))));
}

TEST(Schemas, OneOutboxThatIsReachedLaterUnderASecondNameIsNotServedAgain) {
  const TestDatabase db;
  tests::FaultProxy network{db.url()};
  network.set(tests::FaultProxy::Mode::refuse);
  tests::Outage outage{db};
  outage.config.database_extra =
      "\n[[database]]\nname = \"again\"\nurl = \"" + network.url() + "?connect_timeout=2\"";
  outage.start();
  EXPECT_TRUE(outage.says("a database is not served yet")) << outage.log();
  network.set(tests::FaultProxy::Mode::forward);
  EXPECT_TRUE(outage.says("it is the same outbox as \"main\"")) << outage.log();
  outage.work();
  outage.expect_mended();
  EXPECT_THAT(outage.log(), Not(HasSubstr("relay started database=again")));
}

TEST(Schemas, ThatHaveNoOutboxYetLetNoCommandChangeThatOfAnother) {
  const TestDatabase db;
  db.run("CREATE SCHEMA billing");
  db.run("INSERT INTO event_listener (name, patterns) VALUES ('board', '{*}')");
  RelayConfig config{db.url()};
  config.database_extra = "schema = \"billing\"\n";
  const Ended paused = config.run({"pause", "board", "--yes"});
  EXPECT_EQ(paused.code, 3) << paused.out;
  EXPECT_THAT(paused.err, HasSubstr("freshet: the schema billing has no event_publication"));
  EXPECT_EQ(db.value("SELECT state FROM event_listener"), "active");
  config.database_extra += "[[database]]\nname = \"other\"\nurl = \"" + db.url() + "\"\n";
  const Ended of_several = config.run({"pause", "board", "--yes"});
  EXPECT_EQ(of_several.code, 3) << of_several.out;
  EXPECT_THAT(of_several.err, HasSubstr("freshet: main: the schema billing has no"));
  EXPECT_EQ(db.value("SELECT state FROM event_listener"), "paused") << "by its own name";
  const Ended status = config.run({"status"});
  EXPECT_EQ(status.code, 3) << status.out;
}

// What check says to do about a pooler is done here, word for word.
TEST(Schemas, BehindAPoolerThatDropsOptionsAreFoundAndSaidInTheServer) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "PgBouncer is not installed";
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run("CREATE SCHEMA billing");
  RelayConfig config{db.url()};
  config.database_extra = "schema = \"billing\"\n";
  ASSERT_EQ(config.run({"migrate"}).code, 0);
  {
    const tests::PgBouncer refusing{db.name()};
    config.url = refusing.url();
    EXPECT_THAT(config.run({"check"}).out, HasSubstr("ignore_startup_parameters = options"));
  }
  tests::PgBouncer pooler{db.name(), 4, "ignore_startup_parameters = options"};
  config.url = pooler.url();
  const Ended dropped = config.run({"check"});
  EXPECT_EQ(dropped.code, 3);
  const auto from = dropped.out.find("ALTER ROLE ");
  ASSERT_NE(from, std::string::npos) << dropped.out << dropped.err;
  db.run(dropped.out.substr(from, dropped.out.find(';', from) - from));
  pooler.restart();
  const Ended mended = config.run({"check"});
  EXPECT_EQ(mended.code, 0) << mended.out << mended.err;
}

}  // namespace
