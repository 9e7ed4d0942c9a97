#include "relay/wiring/process/catalogue.hpp"

#include <gmock/gmock.h>

#include "tests/support/free_port.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/role.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::wiring {
namespace {

using settings::CatalogueContents;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// What file and catalogue say, with a projection named "board".
Blueprint blueprint_with(const std::string& url, const std::string& query,
                         const std::string& databases = {},
                         const std::optional<std::string>& only = std::nullopt) {
  const tests::SettingsFile file{databases + "[databases]\nurl = \"" + url + "\"\nquery = '''" +
                                 query +
                                 "'''\n[[projection]]\nname = \"board\"\nevents = [\"A\"]\nsql = "
                                 "\"SELECT 1 FROM events\"\n"};
  return read_blueprint(file.path(), only, {});
}

class CatalogueInPostgres : public ::testing::Test {
 protected:
  CatalogueInPostgres() {
    db_.run(
        "CREATE TABLE tenants (id serial, name text, url text, batch_size int, listen boolean, "
        "projections text[], poll_min_ms bigint)");
  }
  void add(const std::string& name, const std::string& rest = "NULL, NULL, NULL, NULL") {
    db_.run(
        "INSERT INTO tenants (name, url, batch_size, listen, projections, poll_min_ms) VALUES ('" +
        name + "', 'dbname=" + name + "', " + rest + ")");
  }
  [[nodiscard]] Blueprint blueprint(const std::string& query = all) const {
    return blueprint_with(db_.url(), query);
  }
  [[nodiscard]] CatalogueContents read(const std::string& query = all) const {
    return read_catalogue(blueprint(query));
  }
  /// Why the catalogue cannot be read.
  [[nodiscard]] std::string error(const std::string& query, const std::string& url = {}) const {
    try {
      (void)read_catalogue(blueprint_with(url.empty() ? db_.url() : url, query));
    } catch (const CatalogueError& problem) {
      return problem.what();
    }
    return "";
  }

  static constexpr const char* all =
      "SELECT name, url, batch_size, listen, projections, poll_min_ms FROM tenants ORDER BY id;";
  tests::TestDatabase db_{tests::TestDatabase::Kind::empty};
};

std::vector<std::string> names_in(const std::vector<settings::Database>& databases) {
  std::vector<std::string> names;
  for (const auto& database : databases) names.push_back(database.name);
  return names;
}

TEST_F(CatalogueInPostgres, SaysDatabasesInTheTypesThatAreNaturalThere) {
  add("two", "7, true, '{board}', 9");
  add("one");
  const CatalogueContents contents = read(std::string{all} + " -- in their order");
  ASSERT_THAT(names_in(contents.databases), ElementsAre("two", "one"));
  EXPECT_THAT(contents.refused, IsEmpty());
  const settings::Database& two = contents.databases[0];
  EXPECT_EQ(two.url, "dbname=two");
  EXPECT_EQ(two.batch_size, 7);
  EXPECT_TRUE(two.listen);
  EXPECT_THAT(two.projections, ElementsAre("board"));
  EXPECT_EQ(two.poll_min, std::chrono::milliseconds{9});
  const settings::Database& one = contents.databases[1];
  EXPECT_EQ(one.batch_size, 500) << "NULL says nothing";
  EXPECT_FALSE(one.listen);
  EXPECT_THAT(one.projections, ElementsAre("*"));
}

TEST_F(CatalogueInPostgres, RefusesRowsOneByOne) {
  add("one", "0, NULL, NULL, NULL");
  add("two", "NULL, NULL, '{bord}', NULL");
  add("three");
  const CatalogueContents contents = read();
  EXPECT_THAT(names_in(contents.databases), ElementsAre("three"));
  EXPECT_THAT(
      contents.refused,
      ElementsAre(
          settings::RefusedRow{
              "one", "the catalogue's database \"one\": batch_size must be from 1 to 10000, not 0"},
          settings::RefusedRow{"two",
                               "the catalogue's database \"two\": projections: \"bord\" fits no "
                               "projection and no forward; did you mean \"board\"?"}));
}

TEST_F(CatalogueInPostgres, MayBeEmpty) {
  EXPECT_THAT(read().databases, IsEmpty());
  EXPECT_THAT(
      error("SELECT nam, url FROM (SELECT 1 AS nam, 2 AS url) t WHERE false"),
      StartsWith("the catalogue of databases cannot be read: it has the column \"nam\", and "
                 "[[database]] has no such setting; did you mean \"name\"?"));
}

TEST_F(CatalogueInPostgres, IsReadAgainAndAgainOverOneConnectionAndLeavesNothingInIt) {
  const Blueprint described = blueprint();
  pg::Connection connection{db_.url()};
  const std::string before = connection.exec("SHOW statement_timeout")[0][0].c_str();
  EXPECT_THAT(read_catalogue(connection, described).databases, IsEmpty());
  add("one");
  EXPECT_EQ(read_catalogue(connection, described).databases.size(), 1U) << "no snapshot is kept";
  EXPECT_EQ(connection.exec("SHOW statement_timeout")[0][0].c_str(), before);
  EXPECT_STREQ(connection.exec("SHOW transaction_read_only")[0][0].c_str(), "off");
  connection.exec("INSERT INTO tenants (name, url) VALUES ('two', 'dbname=two')");
  EXPECT_EQ(db_.number("SELECT count(*) FROM tenants"), 2) << "it commits by itself";
  db_.run("ALTER TABLE tenants RENAME TO away");
  EXPECT_THROW((void)read_catalogue(connection, described), CatalogueError);
  db_.run("ALTER TABLE away RENAME TO tenants");
  EXPECT_EQ(read_catalogue(connection, described).databases.size(), 2U) << "after an error, too";
}

TEST_F(CatalogueInPostgres, CanChangeNothingWhateverTheQuerySays) {
  add("one");
  EXPECT_THAT(error("SELECT nextval('tenants_id_seq')::text AS name, 'x' AS url"),
              HasSubstr("read-only transaction"));
  EXPECT_EQ(db_.value("SELECT last_value FROM tenants_id_seq"), "1");
  // What the file refuses before anybody is asked.
  Blueprint smuggling = blueprint();
  smuggling.settings.catalogue->query =
      "SELECT 1) AS a; COMMIT; DROP TABLE tenants; SELECT * FROM (SELECT 1";
  EXPECT_THROW((void)read_catalogue(smuggling), CatalogueError);
  EXPECT_EQ(db_.number("SELECT count(*) FROM tenants"), 1);
}

TEST_F(CatalogueInPostgres, WaitsForNobodyForLong) {
  pqxx::connection other{db_.url()};
  pqxx::work holder{other};
  holder.exec("LOCK TABLE tenants");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(error(all), HasSubstr("lock timeout"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{10});
}

TEST_F(CatalogueInPostgres, HasTenThousandRowsAtMost) {
  const std::string query = "SELECT 'd' || n AS name, 'dbname=d' AS url FROM generate_series(1, ";
  EXPECT_EQ(read(query + "10000) n").databases.size(), 10'000U);
  EXPECT_EQ(error(query + "10001) n"),
            "the catalogue of databases cannot be read: it has more than 10000 rows");
}

TEST_F(CatalogueInPostgres, ThatCannotBeReadSaysWhyAndNeverAPassword) {
  EXPECT_THAT(error("SELECT name FROM tenant"), HasSubstr("relation \"tenant\" does not exist"));
  EXPECT_THAT(error("SELECT name, uri FROM tenants"), HasSubstr("column \"uri\" does not exist"));
  const std::string port = std::to_string(tests::free_port());
  EXPECT_THAT(error(all, "postgresql://u:s3cret@127.0.0.1:" + port + "/c"),
              AllOf(StartsWith("the catalogue of databases cannot be read: "), HasSubstr(port),
                    Not(HasSubstr("s3cret"))));
  for (const std::string query : {"SELECT name, url AS 'postgresql://u:s3cret@h/' FROM tenants",
                                  "SELECT name, \"s3cret\" AS url FROM tenants",
                                  "SELECT name, U&\"s3\\0063ret\" FROM tenants",
                                  "SELECT name, 's3cret'::int AS url FROM tenants",
                                  "SELECT 'a' AS name, 's3cret'::regclass AS url",
                                  "SELECT name, s3cret() AS url FROM no_such.\"s3cret\"",
                                  "SELECT name, $$s3cret$$::regclass AS url FROM tenants"}) {
    EXPECT_THAT(error(query),
                AllOf(StartsWith("the catalogue of databases cannot be read: its query fails with "
                                 "SQLSTATE "),
                      Not(HasSubstr("cret"))))
        << query;
  }
  add("one");
  db_.run("UPDATE tenants SET url = 's3cret'");
  EXPECT_THAT(error("SELECT name, (url::int)::text AS url FROM tenants"),
              AllOf(HasSubstr("SQLSTATE 22P02"), Not(HasSubstr("s3cret"))));
  db_.run("UPDATE tenants SET url = 'postgresql://u:s3cret@h/x'");
  const CatalogueContents contents = read("SELECT name, url, url AS batch_size FROM tenants");
  ASSERT_EQ(contents.refused.size(), 1U);
  EXPECT_THAT(
      contents.refused[0].sentence,
      AllOf(HasSubstr("batch_size holds what looks like an address"), Not(HasSubstr("s3cret"))));
}

TEST_F(CatalogueInPostgres, NeedsNoMoreThanARoleThatMayReadIt) {
  const tests::Role role{db_, "catalogue"};
  EXPECT_THAT(error(all, role.url(tests::Role::password)),
              HasSubstr("permission denied for table tenants"));
  db_.run("GRANT SELECT ON tenants TO " + role.name());
  add("one");
  const Blueprint described = blueprint_with(role.url(tests::Role::password), all);
  EXPECT_EQ(read_catalogue(described).databases.size(), 1U);
}

TEST_F(CatalogueInPostgres, IsAddedToTheFilesDatabasesWhichStand) {
  add("main", "7, NULL, NULL, NULL");
  add("one");
  Blueprint described = blueprint_with(db_.url(), all, tests::one_database);
  for (int reads = 0; reads < 2; ++reads) {
    const CatalogueContents contents = read_catalogue(described);
    EXPECT_THAT(names_in(contents.databases), ElementsAre("one")) << "as before it was added";
    ASSERT_EQ(contents.refused.size(), 1U);
    EXPECT_THAT(contents.refused[0].sentence, HasSubstr("\"main\": stands in the settings file"));
    if (reads == 0) {
      add_catalogue(described);
      EXPECT_EQ(described.catalogue.refused, contents.refused);
      EXPECT_EQ(described.catalogue.databases, 1U);
    }
  }
  EXPECT_THAT(names_in(described.settings.databases), ElementsAre("main", "one"));
  EXPECT_EQ(described.settings.databases[0].batch_size, 500);
}

TEST_F(CatalogueInPostgres, IsAskedForOneDatabaseWhenTheFileHasItNot) {
  add("one");
  add("two");
  add("bad", "0, NULL, NULL, NULL");
  Blueprint one = blueprint_with(db_.url(), all, tests::one_database, "two");
  add_catalogue(one);
  EXPECT_THAT(one.catalogue.refused, IsEmpty()) << "others are not its business";
  EXPECT_EQ(one.catalogue.databases, 2U);
  EXPECT_THAT(names_in(one.settings.databases), ElementsAre("two"));
  EXPECT_THAT(names_in(read_catalogue(one).databases), ElementsAre("two"));

  Blueprint of_the_file = blueprint_with("host=nowhere.invalid", all, tests::one_database, "main");
  add_catalogue(of_the_file);  // nobody is asked
  EXPECT_THAT(names_in(of_the_file.settings.databases), ElementsAre("main"));

  const auto faults = [&](const std::string& name) {
    Blueprint none = blueprint_with(db_.url(), all, tests::one_database, name);
    try {
      add_catalogue(none);
    } catch (const settings::SettingsError& error) {
      return error.faults;
    } catch (const CatalogueError& error) {
      return std::vector<std::string>{error.what()};
    }
    return std::vector<std::string>{};
  };
  EXPECT_THAT(
      faults("onne"),
      ElementsAre("freshet: there is no database named \"onne\", neither in the file nor in "
                  "its catalogue; did you mean \"one\"?"));
  EXPECT_THAT(faults("bad"), ElementsAre("the catalogue's database \"bad\" is refused: "
                                         "batch_size must be from 1 to 10000, not 0"))
      << "it is not another one that was meant";
}

TEST_F(CatalogueInPostgres, IsReadThroughAPooler) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "pgbouncer is not installed";
  add("one");
  const tests::PgBouncer pooler{db_.name()};
  EXPECT_EQ(read_catalogue(blueprint_with(pooler.url(), all)).databases.size(), 1U);
}

}  // namespace
}  // namespace relay::wiring
