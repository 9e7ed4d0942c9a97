#include "relay/wiring/process/wanted.hpp"

#include <gmock/gmock.h>

namespace relay::wiring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

settings::Database database(const std::string& name, int batch_size = 500) {
  settings::Database one;
  one.name = name;
  one.batch_size = batch_size;
  return one;
}

std::vector<std::string> names(const Wanted& wanted) {
  std::vector<std::string> all;
  for (const settings::Database& one : wanted.all()) all.push_back(one.name);
  return all;
}

TEST(WantedDatabases, AreThoseOfTheFileThenThoseOfTheCatalogue) {
  Wanted wanted{{database("file")}, {database("a")}};
  EXPECT_THAT(names(wanted), ElementsAre("file", "a"));
  wanted.catalogue_says({.databases = {database("b"), database("c")}});
  EXPECT_THAT(names(wanted), ElementsAre("file", "b", "c"));
  wanted.file_says({database("c"), database("d")});
  EXPECT_THAT(names(wanted), ElementsAre("c", "d", "b")) << "the file's entry stands";
}

TEST(WantedDatabases, OneWhoseRowIsWrongByNowStaysAsItWasAndThatIsToldOnce) {
  Wanted wanted{{}, {database("a", 7)}};
  const settings::CatalogueContents wrong{.databases = {}, .refused = {{"a", "a is wrong"}}};
  const auto told = wanted.catalogue_says(wrong);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].sentence, "a is wrong; it is served on as it was");
  ASSERT_THAT(names(wanted), ElementsAre("a"));
  EXPECT_EQ(wanted.all()[0].batch_size, 7);
  EXPECT_THAT(wanted.catalogue_says(wrong), IsEmpty());
  EXPECT_THAT(names(wanted), ElementsAre("a"));
  wanted.catalogue_says({});
  EXPECT_THAT(names(wanted), IsEmpty()) << "a row that is gone is gone";
  const auto again = wanted.catalogue_says(wrong);
  ASSERT_THAT(again, SizeIs(1)) << "it is news again";
  EXPECT_EQ(again[0].sentence, "a is wrong");
  EXPECT_THAT(names(wanted), IsEmpty()) << "it never was right";
}

TEST(WantedDatabases, WhatWasRefusedAtTheStartIsNoNews) {
  const settings::CatalogueContents wrong{.databases = {}, .refused = {{"a", "a is wrong"}}};
  Wanted wanted{{}, {}, wrong.refused};
  EXPECT_THAT(wanted.catalogue_says(wrong), IsEmpty());
}

TEST(WantedDatabases, OneThatIsThereTwiceIsServedAsItsFirstRowSays) {
  Wanted wanted{{}, {database("a", 7)}};
  const auto told = wanted.catalogue_says(
      {.databases = {database("a", 9)}, .refused = {{"a", "a is there twice"}}});
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].sentence, "a is there twice");
  EXPECT_EQ(wanted.all()[0].batch_size, 9);
}

}  // namespace
}  // namespace relay::wiring
