#include "projections/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/projections.hpp"

namespace {

using namespace projections;
using testing::HasSubstr;

HandlerPtr nothing() {
  return batch([](const Batch&, Context&) { return Outcome::applied(); });
}

std::string faults_of(Registry& registry, ProjectionOptions options, HandlerPtr handler) {
  try {
    registry.add(std::move(options), std::move(handler));
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "";
}

TEST(Registry, NamesEveryFaultAtOnceAndAddsNothing) {
  Registry registry;
  const auto text =
      faults_of(registry, {.name = "1 bad", .events = {}, .guard = "${agregate_id}"}, nullptr);
  EXPECT_THAT(text, HasSubstr("projection \"1 bad\": name must be"));
  EXPECT_THAT(text, HasSubstr("events must name at least one"));
  EXPECT_THAT(text, HasSubstr("did you mean \"aggregate_id\"?"));
  EXPECT_THAT(text, HasSubstr("handler must not be null"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_TRUE(registry.empty());
}

TEST(Registry, ChecksNamesAndPatterns) {
  Registry registry;
  const std::vector<std::string> bad{"", "a b", "-a", "ä", std::string(65, 'a'), "a\"b"};
  for (const std::string& name : bad) {
    EXPECT_THAT(faults_of(registry, {.name = name, .events = {"*"}}, nothing()),
                HasSubstr("name must be"))
        << name;
  }
  EXPECT_THAT(faults_of(registry, {.name = "a", .events = {""}}, nothing()), HasSubstr("empty"));
  EXPECT_EQ(faults_of(registry, {.name = "_a.B-9", .events = {"*"}}, nothing()), "");
}

TEST(Registry, RefusesANameTwice) {
  Registry registry;
  registry.add({.name = "a", .events = {"*"}}, nothing());
  EXPECT_THAT(faults_of(registry, {.name = "a", .events = {"B"}}, nothing()),
              HasSubstr("of this name already"));
  EXPECT_EQ(registry.all().size(), 1U);
}

TEST(Registry, IsSortedHoweverItWasBuilt) {
  Registry registry;
  for (const auto* name : {"c", "a", "b"}) registry.add({.name = name, .events = {"*"}}, nothing());
  std::string names;
  for (const auto& projection : registry.all()) names += projection.options.name;
  EXPECT_EQ(names, "abc");
}

TEST(PerEvent, RefusesTwoRulesForOneType) {
  const auto rule = [](const Event&, Context&) {};
  EXPECT_THROW(per_event().on("A", rule).on("A", rule), std::invalid_argument);
}

}  // namespace
