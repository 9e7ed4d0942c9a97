#include <gmock/gmock.h>

#include "tests/support/fleet_config.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using ::testing::HasSubstr;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t number = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++number;
  return number;
}

/// Two databases of one server and a budget that no server here gives.
class TooLargeABudget : public ::testing::Test {
 protected:
  TooLargeABudget() {
    config_.add("effects", "Thing", tests::ThingLoad::record());
    config_.relay["connections"] = "9876";
    tests::add_database(config_, "second", second_.url());
  }

  TestDatabase first_;
  tests::ThingLoad load_{first_};
  TestDatabase second_;
  tests::ThingLoad load_of_second_{second_};
  RelayConfig config_{first_.url()};
};

TEST_F(TooLargeABudget, IsAWarningOfCheckOnceForAllDatabasesOfTheServer) {
  const Ended checked = config_.run({"check"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("main: warning: the server gives "));
  EXPECT_EQ(count_of(checked.out, "fewer than the 9876"), 1U) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("second: fine"));
}

TEST_F(TooLargeABudget, IsAWarningAtTheStartAndTheRelayWorks) {
  const Ended ended = config_.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(count_of(ended.err, "fewer than the 9876"), 1U) << ended.err;
}

}  // namespace
