#include <gmock/gmock.h>

#include "tests/support/effects.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::Effects;
using tests::Ended;
using tests::TestDatabase;

/// A database in the file, which also has the catalogue, and one that only the catalogue knows.
class CatalogueOfAProgram : public ::testing::Test {
 protected:
  CatalogueOfAProgram() {
    main_.run("CREATE TABLE tenants (name text, url text, batch_size int, completion text)");
    config_.add("effects", "Thing", effects_of_main_.sql());
    ask(main_.url());
    enter("second", second_.url());
  }
  void ask(const std::string& url) {
    config_.database_extra = "\n[databases]\nurl = \"" + url + "\"\nquery = \"TABLE tenants\"";
  }
  void enter(const std::string& name, const std::string& url,
             const std::string& batch_size = "NULL") const {
    main_.run("INSERT INTO tenants VALUES ('" + name + "', '" + url + "', " + batch_size +
              ", 'delete')");
  }

  TestDatabase main_;
  TestDatabase second_{TestDatabase::Kind::empty};
  Effects effects_of_main_{main_};
  Effects effects_of_second_{second_};
  tests::RelayConfig config_{main_.url()};
};

TEST_F(CatalogueOfAProgram, CountsForEveryCommandAsTheFileDoes) {
  const Ended unmigrated = config_.run({"check"});
  EXPECT_EQ(unmigrated.code, 3);
  EXPECT_THAT(unmigrated.out, AllOf(HasSubstr("catalogue: fine, 1 database\n"),
                                    HasSubstr("main: fine"), HasSubstr("second: fault: ")));
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_THAT(migrated.out, HasSubstr("second: schema is at version"));
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("second: fine"));

  second_.run(tests::publishing("Thing", "'k' || n % 10", 20));
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(effects_of_second_.count(), 20);
  EXPECT_EQ(second_.number("SELECT count(*) FROM event_publication"), 0) << "as its row says";
  EXPECT_EQ(config_.run({"status", "--database", "second"}).code, 0);
  const Ended which = config_.run({"publish"});  // to one place
  EXPECT_EQ(which.code, 2);
  EXPECT_THAT(which.err, HasSubstr("say which with --database (main, second)"));
}

TEST_F(CatalogueOfAProgram, ThatHoldsWrongRowsIsTakenWithoutThem) {
  (void)config_.run({"migrate"});
  enter("third", "dbname=third password=s3cret", "0");
  enter("main", "dbname=main");
  const std::string third =
      "the catalogue's database \"third\": batch_size must be from 1 to 10000, not 0\n";
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out,
              AllOf(HasSubstr("catalogue: fault: " + third),
                    HasSubstr("catalogue: fault: the catalogue's database \"main\": stands in the "
                              "settings file, too"),
                    HasSubstr("catalogue: 1 database; 2 rows refused\n"), HasSubstr("second: fine"),
                    Not(HasSubstr("s3cret"))));
  const Ended status = config_.run({"status"});
  EXPECT_EQ(status.code, 0);
  EXPECT_THAT(status.err, HasSubstr("freshet: " + third));
  EXPECT_THAT(status.out, HasSubstr("2 rows of the catalogue were refused: third, main; a relay "
                                    "that serves one already goes on with what it had\n"));
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 3) << "not everything is done then";
  EXPECT_THAT(drained.err, AllOf(HasSubstr("batch_size must be from 1"), Not(HasSubstr("s3cret")),
                                 Not(HasSubstr("drain ended"))));
}

TEST_F(CatalogueOfAProgram, ThatCannotBeReachedIsSaidAndTheFilesOwnIsServedByName) {
  ask("postgresql://u:s3cret@127.0.0.1:" + std::to_string(tests::free_port()) + "/c");
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out,
              AllOf(HasSubstr("catalogue: fault: the catalogue of databases cannot be read: "),
                    HasSubstr("main: fine"), Not(HasSubstr("s3cret"))));
  const Ended status = config_.run({"status"});
  EXPECT_EQ(status.code, 3);
  EXPECT_THAT(status.out, AllOf(HasSubstr("effects"),
                                HasSubstr("the catalogue could not be read, so its databases are "
                                          "not shown\n")));
  EXPECT_THAT(status.err, AllOf(HasSubstr("freshet: the catalogue of databases cannot be read: "),
                                Not(HasSubstr("s3cret"))));
  EXPECT_EQ(config_.run({"status", "--database", "main"}).code, 0);
  EXPECT_EQ(config_.run({"run", "--drain", "--database", "main"}).code, 0);
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 3);
  EXPECT_THAT(drained.err, Not(HasSubstr("drain ended")));
  const Ended migrated = config_.run({"migrate"});
  EXPECT_EQ(migrated.code, 3);
  EXPECT_THAT(migrated.out,
              AllOf(HasSubstr("main: schema is at version"), HasSubstr("1 of 1 databases are at "),
                    HasSubstr("; the catalogue could not be read\n")));
  const Ended published =
      config_.run({"publish"}, R"({"event_type": "Thing", "payload": {"n": 1}})");
  EXPECT_EQ(published.code, 2) << "which one is meant is not clear";
  EXPECT_EQ(main_.number("SELECT count(*) FROM event_publication"), 0);
}

TEST_F(CatalogueOfAProgram, KnowsADatabaseByNameOrSaysThatItDoesNot) {
  (void)config_.run({"migrate"});
  EXPECT_EQ(config_.run({"keys", "blocked", "--database", "second"}).code, 0);
  EXPECT_THAT(config_.run({"check", "--database", "second"}).out,
              HasSubstr("catalogue: fine, \"second\" is one of its 1 database\n"));
  const Ended unknown = config_.run({"status", "--database", "secnd"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.err,
            "freshet: there is no database named \"secnd\", neither in the file nor in its "
            "catalogue; did you mean \"second\"?\n");
}

}  // namespace
