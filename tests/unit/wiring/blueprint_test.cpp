#include "relay/wiring/blueprint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/per_event.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace {

using relay::wiring::Blueprint;
using relay::wiring::read_blueprint;
using relay::wiring::runs_in;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tests::one_database;
using tests::SettingsFile;

const std::string kafka = "[kafka]\nbrokers = \"a:9092\"\n";
const std::string forward = "[[forward]]\nname = \"incidents\"\nevents = [\"Incident*\"]\n";

Blueprint blueprint_of(const std::string& text) {
  return read_blueprint(SettingsFile{text}.path(), std::nullopt, {});
}

std::vector<std::string> faults_of(const std::string& text,
                                   const relay::wiring::Additions& additions = {}) {
  try {
    (void)read_blueprint(SettingsFile{text}.path(), std::nullopt, additions);
  } catch (const relay::settings::SettingsError& error) {
    return error.faults;
  }
  return {};
}

TEST(Blueprint, HasForwardsReadyToBeWired) {
  const Blueprint blueprint =
      blueprint_of(one_database + kafka + forward +
                   "topic = \"outbox.${aggregate_type}\"\nformat = \"debezium\"\n"
                   "header = \"connect\"\ntombstone = true\non_dead = \"skip\"\n"
                   "retry_s = [1]\nworkers = 3\n");
  ASSERT_EQ(blueprint.forwards.size(), 1U);
  const relay::wiring::ReadyForward& ready = blueprint.forwards[0];
  EXPECT_EQ(ready.options.name, "incidents");
  EXPECT_THAT(ready.options.events, ElementsAre("Incident*"));
  EXPECT_EQ(ready.options.on_dead, projections::OnDead::skip);
  EXPECT_EQ(ready.options.retry.size(), 1U);
  EXPECT_EQ(ready.workers, 3);
  EXPECT_EQ(ready.recipe.format, relay::forward::Format::debezium);
  EXPECT_EQ(ready.recipe.debezium_header, relay::forward::DebeziumHeader::connect);
  EXPECT_TRUE(ready.recipe.tombstone);
  projections::Event event;
  event.aggregate_type = "incident";
  event.aggregate_id = "INC-1";
  EXPECT_EQ(ready.recipe.topic.text_of(event), "outbox.incident");
  EXPECT_EQ(ready.recipe.key.text_of(event), "INC-1");
}

TEST(Blueprint, TellsWhatRunsInADatabaseByPatternsAndRefusesOneThatFitsNothing) {
  const std::string rest = kafka + forward + "topic = \"t\"\n" +
                           "[[projection]]\nname = \"board\"\nevents = [\"A\"]\n"
                           "sql = \"SELECT 1\"\n";
  const Blueprint blueprint = blueprint_of(one_database + "projections = [\"inc*\"]\n" + rest);
  EXPECT_TRUE(runs_in(blueprint.settings.databases[0], "incidents"));
  EXPECT_FALSE(runs_in(blueprint.settings.databases[0], "board"));
  EXPECT_THAT(faults_of(one_database + "projections = [\"inc*\", \"bord\"]\n" + rest),
              ElementsAre(HasSubstr("[[database]] \"main\" projections: \"bord\" fits no "
                                    "projection and no forward; did you mean \"board\"?")));
}

TEST(Blueprint, SaysWhatIsWrongWithTemplatesAndOptionsAllAtOnce) {
  const auto faults =
      faults_of(one_database + kafka + "[kafka.options]\nacks = \"s3cret\"\n" + forward +
                "topic = \"${agregate_type}\"\nkey = \"agregate_id\"\nformat = \"cloudevents\"\n"
                "source = \"${nothing\"\n");
  EXPECT_THAT(faults, ElementsAre(AllOf(HasSubstr(": [kafka.options] \"acks\" decides"),
                                        Not(HasSubstr("s3cret"))),
                                  HasSubstr("[[forward]] \"incidents\": topic has no field"),
                                  HasSubstr("[[forward]] \"incidents\": key \"agregate_id\""),
                                  HasSubstr("[[forward]] \"incidents\": source has a \"${\"")));
}

TEST(Blueprint, RefusesAForwardWithTheNameOfAProjectionInCpp) {
  const auto registering = [](projections::Registry& registry) {
    registry.add({.name = "incidents", .events = {"*"}}, projections::per_event());
  };
  EXPECT_THAT(faults_of(one_database + kafka + forward + "topic = \"t\"\n", {registering, {}}),
              ElementsAre(HasSubstr("\"incidents\" has the name of a projection")));
}

}  // namespace
