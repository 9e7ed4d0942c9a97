#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/support/effects.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/relay_config.hpp"
#include "tests/support/role.hpp"

namespace {

using tests::Effects;
using tests::Ended;
using tests::read_file;
using tests::RelayConfig;
using tests::Role;
using tests::TestDatabase;

constexpr const char* role_password = tests::Role::password;

/// One sentence on standard error, nothing on standard output, the code as documented.
void expect_refused(const Ended& ended, int code, const std::string& words) {
  EXPECT_EQ(ended.code, code) << ended.err;
  EXPECT_NE(ended.err.find(words), std::string::npos)
      << "wanted: " << words << "\ngot: " << ended.err;
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ((ended.out + ended.err).find(role_password), std::string::npos)
      << "a password in the output";
}

TEST(Refusal, AProjectionsMissingTableIsNamed) {
  const TestDatabase db;
  RelayConfig config{db.url()};
  config.add("board", "*", "INSERT INTO no_such_board SELECT id FROM events");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run"}, {"run", "--drain"}}) {
    expect_refused(config.run(words), 3,
                   "projection \"board\": relation \"no_such_board\" does not exist");
  }
  const Ended checked = config.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_NE(checked.out.find("\"no_such_board\" does not exist"), std::string::npos) << checked.out;
  EXPECT_EQ(db.number("SELECT count(*) FROM event_listener"), 0) << "nothing was to be registered";
}

TEST(Refusal, ADatabaseThatWasNotMigratedIsToldSo) {
  const TestDatabase db{TestDatabase::Kind::empty};
  RelayConfig config{db.url()};
  config.add("board", "*", "SELECT FROM events");
  expect_refused(config.run({"run"}), 3, "freshet migrate");
}

TEST(Refusal, AMissingGrantIsNamedAndTheReadmesGrantsAreEnough) {
  const TestDatabase db;
  const Effects effects{db};
  const Role role{db, "granted"};
  role.grant_as_the_readme_says();
  RelayConfig config{role.url(role_password)};
  config.add("effects", "*", effects.sql());
  db.run(tests::publishing("Thing", "'k' || n", 20));
  expect_refused(config.run({"run", "--drain"}), 3, "permission denied for table effects");

  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name() +
         "; REVOKE UPDATE ON event_publication FROM " + role.name());
  expect_refused(config.run({"run", "--drain"}), 3,
                 "role " + role.name() +
                     " lacks UPDATE on event_publication; run: GRANT UPDATE ON "
                     "event_publication TO " +
                     role.name());
  EXPECT_EQ(effects.count(), 0);

  db.run("GRANT UPDATE ON event_publication TO " + role.name());
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(effects.count(), 20);
}

/// Makes the private server ask one role for its password, for as long as it lives.
class PasswordAsked {
 public:
  PasswordAsked(const TestDatabase& db, const std::string& role)
      : db_(db), path_(std::string{std::getenv("FRESHET_PG_HOME")} + "/data/pg_hba.conf") {
    before_ = read_file(path_);
    std::ofstream{path_} << "host all " << role << " 127.0.0.1/32 scram-sha-256\n" << before_;
    db_.run("SELECT pg_reload_conf()");
  }
  ~PasswordAsked() {
    std::ofstream{path_} << before_;
    try {
      db_.run("SELECT pg_reload_conf()");
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  PasswordAsked(const PasswordAsked&) = delete;
  PasswordAsked& operator=(const PasswordAsked&) = delete;

 private:
  const TestDatabase& db_;
  std::string path_;
  std::string before_;
};

TEST(Refusal, AWrongPasswordIsSaidWithoutSayingIt) {
  const char* home = std::getenv("FRESHET_PG_HOME");
  if (home == nullptr) GTEST_SKIP() << "needs a server of our own";
  const TestDatabase db;
  const Effects effects{db};
  const Role role{db, "asked"};
  role.grant_as_the_readme_says();
  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name());
  const PasswordAsked asked{db, role.name()};
  RelayConfig config{role.url(std::string{role_password} + "-wrong")};
  config.add("effects", "*", effects.sql());
  // The server reads its file soon, not at once.
  ASSERT_TRUE(tests::eventually([&] { return config.run({"status"}).code == 3; }));
  for (const std::vector<std::string>& words : {std::vector<std::string>{"run"},
                                                {"status"},
                                                {"migrate"},
                                                {"listeners", "list"},
                                                {"publish"}}) {
    expect_refused(config.run(words), 3,
                   "password authentication failed for user \"" + role.name());
  }
  config.url = role.url("");
  expect_refused(config.run({"run"}), 3, "no password supplied");
  config.url = role.url(role_password);
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
}

TEST(Refusal, AnUnreachableServerIsSaidWithItsAddressAndWithoutThePassword) {
  RelayConfig config{std::string{"postgresql://somebody:"} + role_password +
                     "@127.0.0.1:1/somewhere"};
  config.add("board", "*", "SELECT FROM events");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"run"},
                                                {"run", "--drain"},
                                                {"status"},
                                                {"status", "--json"},
                                                {"migrate"},
                                                {"listeners", "retire", "x", "--yes"},
                                                {"publish"},
                                                {"settings"}}) {
    expect_refused(config.run(words), 3, "127.0.0.1");
  }
  config.url = "postgresql://no-such-host.invalid/somewhere";
  expect_refused(config.run({"run"}), 3, "no-such-host.invalid");
  config.url = std::string{"host=127.0.0.1 port=1 password="} + role_password + " user=u dbname=d";
  expect_refused(config.run({"run"}), 3, "127.0.0.1");
}

TEST(Refusal, ADatabaseThatDoesNotExistIsNamed) {
  RelayConfig config{tests::server_url("no_such_database")};
  config.add("board", "*", "SELECT FROM events");
  expect_refused(config.run({"run"}), 3, "\"no_such_database\" does not exist");
}

/// A TOML string of any bytes.
std::string toml(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '"' || c == '\\') {
      quoted += std::string{'\\'} + c;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

TEST(Refusal, HostileNamesInTheSettingsAreRefusedInWords) {
  const TestDatabase db;
  db.run("CREATE TABLE x (n int)");
  for (const std::string& name :
       {std::string{"a\"; drop table x; --"}, std::string(300, 'n'), std::string{"two\nlines"},
        std::string{""}, std::string{"a:b"}, std::string{"%s%n"}, std::string{"'; SELECT 1"},
        std::string{"\xE2\x98\x83"}}) {
    RelayConfig config{db.url()};
    config.projections = "[[projection]]\nname = " + toml(name) +
                         "\nevents = [\"*\"]\nsql = \"INSERT INTO x SELECT 1 FROM events\"\n";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"run", "--drain"}, {"check"}}) {
      const Ended ended = config.run(words);
      expect_refused(ended, 2, "name");
      EXPECT_LT(ended.err.size(), 1'000U) << ended.err;
    }
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM x"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_listener"), 0);
}

TEST(Refusal, AHostileListenerNameOnTheCommandLineIsJustAName) {
  const TestDatabase db;
  RelayConfig config{db.url()};
  config.add("board", "*", "SELECT FROM events");
  const Ended ended =
      config.run({"listeners", "retire", "a'\"; DROP TABLE event_lane; --\n%s", "--yes"});
  expect_refused(ended, 2, "is registered in this database");
  EXPECT_EQ(db.number("SELECT count(*) FROM event_lane"), 64);
}

TEST(Refusal, AnAddressedListenerWithAHostileNameIsParkedAndShown) {
  const TestDatabase db;
  const Effects effects{db};
  RelayConfig config{db.url()};
  config.add("effects", "*", effects.sql());
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, listener_id) VALUES "
      "('Thing', '{\"n\": 1}', E'a\"; drop table x; --\\n%s'), ('Thing', '{\"n\": 2}', NULL)");
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(effects.count(), 1);
  const Ended shown = config.run({"status"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("drop table x"), std::string::npos) << shown.out;
}

}  // namespace
