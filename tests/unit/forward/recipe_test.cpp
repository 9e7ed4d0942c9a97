#include "relay/forward/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using relay::forward::Format;
using relay::forward::recipe_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> faults(const std::string& topic, const std::string& key = "aggregate_id",
                                const std::string& source = "/x") {
  return relay::forward::faults_of({topic, key, source}, Format::cloudevents);
}

TEST(Recipe, TakesTemplatesAndBareFieldsAsKey) {
  EXPECT_THAT(faults("helpdesk.${aggregate_type}"), IsEmpty());
  EXPECT_THAT(faults("a", "payload.customer"), IsEmpty());
  EXPECT_THAT(faults("a", "headers.tenant"), IsEmpty());
  EXPECT_THAT(faults("a", "${aggregate_type}:${aggregate_id}"), IsEmpty());
}

TEST(Recipe, TellsTheTopicThatEveryRecordGoesTo) {
  EXPECT_EQ(fixed_topic(recipe_of({"incidents", "id", ""}, Format::plain)), "incidents");
  EXPECT_EQ(fixed_topic(recipe_of({"t.${aggregate_type}", "id", ""}, Format::plain)), std::nullopt);
}

TEST(Recipe, RefusesATopicThatNoEventCouldMakeLegal) {
  EXPECT_THAT(faults(""), ElementsAre("topic \"\" is empty"));
  EXPECT_THAT(faults("help desk"), ElementsAre(HasSubstr("\"help desk\" holds more than the")));
  EXPECT_THAT(faults("help desk.${aggregate_type}"), ElementsAre(HasSubstr("more than fields")));
  EXPECT_THAT(faults("${aggregate_typ}"), ElementsAre(HasSubstr("did you mean")));
  EXPECT_THAT(faults(std::string(250, 'x')), ElementsAre(HasSubstr("has 250 bytes")));
}

TEST(Recipe, RefusesAKeyThatIsTheSameForEveryEvent) {
  EXPECT_THAT(
      faults("t", "agregate_id"),
      ElementsAre(AllOf(HasSubstr("names no field"), HasSubstr("did you mean \"aggregate_id\"?"))));
  EXPECT_THAT(faults("t", ""), ElementsAre(HasSubstr("write for example aggregate_id")));
  EXPECT_THAT(faults("t", "${x"), ElementsAre(HasSubstr("without its \"}\"")));
}

TEST(Recipe, LooksAtTheSourceForCloudeventsOnly) {
  EXPECT_THAT(faults("t", "id", ""), ElementsAre("source must not be empty"));
  EXPECT_THAT(faults("t", "id", "${nothing}"), SizeIs(1));
  EXPECT_THAT(relay::forward::faults_of({"t", "id", "${nothing}"}, Format::plain), IsEmpty());
  EXPECT_NO_THROW((void)recipe_of({"t", "id", "${nothing}"}, Format::plain));
  EXPECT_THROW((void)recipe_of({"", "id", ""}, Format::plain), std::invalid_argument);
}

}  // namespace
