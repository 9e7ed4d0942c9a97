#include "relay/settings/difference.hpp"

#include <gmock/gmock.h>

#include "relay/settings/table.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using tests::load_settings;
using tests::one_database;

Database of_name(const std::string& name) {
  Database database;
  database.name = name;
  database.url = "dbname=" + name;
  return database;
}

std::vector<std::string> names_of_all(const std::vector<Database>& databases) {
  std::vector<std::string> names;
  for (const Database& database : databases) names.push_back(database.name);
  return names;
}

TEST(DifferenceOfDatabases, TellsWhichBeginWhichEndAndWhichChanged) {
  Database changed = of_name("b");
  changed.batch_size = 7;
  const Difference all = difference({of_name("a"), of_name("b"), of_name("c")},
                                    {of_name("d"), of_name("c"), changed, of_name("e")});
  EXPECT_THAT(names_of_all(all.begin), ElementsAre("d", "e"));
  EXPECT_THAT(all.end, ElementsAre("a"));
  ASSERT_EQ(all.changed.size(), 1U);
  EXPECT_EQ(all.changed[0], changed) << "as it is wanted";
  EXPECT_FALSE(all.nothing());
}

TEST(DifferenceOfDatabases, IsNothingWhateverTheOrder) {
  EXPECT_TRUE(difference({of_name("a"), of_name("b")}, {of_name("b"), of_name("a")}).nothing());
  EXPECT_TRUE(difference({}, {}).nothing());
}

/// Changes one setting of a section, whatever its kind.
template <class Section>
void change(const Row<Section>& row, Section& section) {
  std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.words; }) {
          kind.set(section, kind.get(section) == 0 ? 1 : 0);
        } else if constexpr (requires { kind.least; }) {
          kind.set(section, kind.get(section) + 1);
        } else if constexpr (requires { !(section.*kind.field); }) {
          section.*kind.field = !(section.*kind.field);
        } else if constexpr (requires { (section.*kind.field).emplace_back(); }) {
          (section.*kind.field).emplace_back();
        } else if constexpr (requires { (section.*kind.field)["x"]; }) {
          (section.*kind.field)["x"] = "s3cret";
        } else if constexpr (requires { section.*kind.field += "s3cret"; }) {
          section.*kind.field += "s3cret";
        }
      },
      row.kind);
}

TEST(DifferenceOfDatabases, SeesEverySettingAlsoOfRetention) {
  for (const Row<Database>& row : database_rows()) {
    if (row.name == "name" || row.name == "retention") continue;
    Database other = of_name("a");
    change(row, other);
    EXPECT_EQ(difference({of_name("a")}, {other}).changed.size(), 1U) << row.name;
  }
  for (const Row<Retention>& row : retention_rows()) {
    Database other = of_name("a");
    change(row, other.retention);
    EXPECT_EQ(difference({of_name("a")}, {other}).changed.size(), 1U) << row.name;
  }
}

const std::string whole_file =
    "[relay]\ninstance = \"i\"\n[databases]\nurl = \"dbname=c\"\nquery = \"TABLE t\"\n" +
    one_database +
    "[[projection]]\nname = \"p\"\nevents = [\"A\"]\nsql = \"SELECT 1\"\n"
    "[kafka]\nbrokers = \"k:9092\"\n"
    "[[forward]]\nname = \"f\"\nevents = [\"A\"]\ntopic = \"t\"\n";

TEST(WhatChanged, IsNothingWhenAFileIsReadAgain) {
  const WhatChanged changes = what_changed(load_settings(whole_file), load_settings(whole_file));
  EXPECT_THAT(changes.at_next_start, IsEmpty());
  EXPECT_FALSE(changes.databases);
  EXPECT_EQ(changes.sentence, "no setting changed");
}

TEST(WhatChanged, TellsEverySettingThatWaitsForTheNextStartAndNoValue) {
  const Settings before = load_settings(whole_file);
  const auto expect = [&](const Settings& now, const std::string& change) {
    const WhatChanged changes = what_changed(before, now);
    EXPECT_THAT(changes.at_next_start, ElementsAre(change));
    EXPECT_FALSE(changes.databases) << change;
    EXPECT_EQ(changes.sentence,
              "these settings changed and are taken over at the next start only: " + change);
    EXPECT_THAT(changes.sentence, Not(HasSubstr("s3cret")));
  };
  for (const Row<Relay>& row : process_rows()) {
    Settings now = before;
    change(row, now.relay);
    expect(now, "[relay] " + row.name);
  }
  for (const Row<Kafka>& row : kafka_rows()) {
    Settings now = before;
    change(row, *now.kafka);
    expect(now, "[kafka] " + row.name);
  }
  for (const Row<Projection>& row : projection_rows()) {
    if (row.name == "name") continue;
    Settings now = before;
    change(row, now.projections[0]);
    expect(now, "[[projection]] \"p\" " + row.name);
  }
  for (const Row<Forward>& row : forward_rows()) {
    if (row.name == "name") continue;
    Settings now = before;
    change(row, now.forwards[0]);
    expect(now, "[[forward]] \"f\" " + row.name);
  }
}

TEST(WhatChanged, TellsWhatIsNewAndWhatIsGone) {
  const Settings before = load_settings(whole_file);
  Settings now = before;
  now.projections[0].name = "q";
  now.forwards.clear();
  now.kafka.reset();
  now.relay.workers = 3;
  now.relay.drain = std::chrono::seconds{26};
  EXPECT_THAT(
      what_changed(before, now).at_next_start,
      ElementsAre("[relay] workers, drain_s", "[kafka] (gone)", "[[projection]] \"p\" (gone)",
                  "[[projection]] \"q\" (new)", "[[forward]] \"f\" (gone)"));
  EXPECT_THAT(
      what_changed(now, before).at_next_start,
      ElementsAre("[relay] workers, drain_s", "[kafka] (new)", "[[projection]] \"q\" (gone)",
                  "[[projection]] \"p\" (new)", "[[forward]] \"f\" (new)"));
}

TEST(WhatChanged, LetsDatabasesBeTakenOverWhateverSaysSo) {
  const Settings before = load_settings(whole_file);
  const std::vector<std::pair<std::string, std::string>> edits = {
      {"name = \"main\"", "name = \"other\""},
      {"dbname=app", "dbname=s3cret"},
      {"dbname=c", "dbname=s3cret"},
      {"TABLE t", "TABLE s3cret"},
      {"[databases]\n", "[databases]\nrefresh_s = 7\n"},
      {"[relay]\n", "[relay]\nbatch_size = 7\n"},
      {"[databases]\n", "[retention]\narchive_days = 7\n[databases]\n"}};
  for (const auto& [from, to] : edits) {
    std::string text = whole_file;
    text.replace(text.find(from), from.size(), to);
    const WhatChanged changes = what_changed(before, load_settings(text));
    EXPECT_THAT(changes.at_next_start, IsEmpty()) << to;
    EXPECT_TRUE(changes.databases) << to;
    EXPECT_EQ(changes.sentence, "what the settings say of databases changed, and nothing else");
  }
  std::string text = whole_file;
  text.replace(text.find("[relay]\n"), 8, "[relay]\nworkers = 9\n");
  EXPECT_FALSE(what_changed(before, load_settings(text)).databases);
  Settings now = load_settings(whole_file);
  now.databases.clear();
  now.relay.log_level = "debug";
  EXPECT_EQ(what_changed(before, now).sentence,
            "these settings changed and are taken over at the next start only: [relay] log_level; "
            "what the settings say of databases changed, too");
}

}  // namespace
}  // namespace relay::settings
