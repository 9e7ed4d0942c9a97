#include "relay/settings/variables.hpp"

#include <gmock/gmock.h>

namespace relay::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> databases = {"orders", "orders-eu", "c1"};

TEST(VariablesOfTheEnvironment, ThatNameASettingAreFine) {
  EXPECT_THAT(variable_faults({"FRESHET_DATABASE_ORDERS_URL", "FRESHET_DATABASE_ORDERS_EU_URL",
                               "FRESHET_DATABASE_C1_BATCH_SIZE", "FRESHET_DATABASE_C1_PROJECTIONS",
                               "FRESHET_DATABASE_C1_RETENTION_COMPLETED_DAYS", "FRESHET_TEST_URL"},
                              databases),
              IsEmpty());
}

TEST(VariablesOfTheEnvironment, ThatLookLikeOneAndAreNoneAreSaid) {
  EXPECT_THAT(
      variable_faults(
          {"FRESHET_DATABASE_C1_BATCHSIZE", "FRESHET_DATABASE_ORDERS_EU_BATCH_SIZ",
           "FRESHET_DATABASE_C2_URL", "FRESHET_RELAY_CONNECTIONS", "FRESHET_DATABASES_URL"},
          databases),
      ElementsAre("the environment variable FRESHET_DATABASE_C1_BATCHSIZE names no setting of "
                  "\"c1\"; did you mean \"FRESHET_DATABASE_C1_BATCH_SIZE\"?",
                  "the environment variable FRESHET_DATABASE_ORDERS_EU_BATCH_SIZ names no setting "
                  "of \"orders-eu\"; did you mean \"FRESHET_DATABASE_ORDERS_EU_BATCH_SIZE\"?",
                  "the environment variable FRESHET_DATABASE_C2_URL names no database that is "
                  "served",
                  "the environment variable FRESHET_RELAY_CONNECTIONS says nothing: only settings "
                  "of databases can be said so, as FRESHET_DATABASE_<NAME>_<SETTING>",
                  "the environment variable FRESHET_DATABASES_URL says nothing: only settings of "
                  "databases can be said so, as FRESHET_DATABASE_<NAME>_<SETTING>"));
}

}  // namespace
}  // namespace relay::settings
