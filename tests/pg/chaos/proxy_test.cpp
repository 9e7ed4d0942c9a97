#include "tests/chaos/proxy.hpp"

#include <gtest/gtest.h>

#include "tests/chaos/session.hpp"
#include "tests/support/test_database.hpp"

namespace {

using chaos::DatabaseError;
using chaos::Session;
using chaos::Weather;

class ProxyTest : public testing::Test {
 protected:
  static int server_port(const std::string& url) { return std::stoi(pqxx::connection{url}.port()); }

  std::string through_proxy() const {
    return "host=127.0.0.1 user=postgres dbname=" + database_.name() +
           " port=" + std::to_string(proxy_.port());
  }

  tests::TestDatabase database_{tests::TestDatabase::Kind::empty};
  chaos::Proxy proxy_{server_port(database_.url())};
};

TEST_F(ProxyTest, CarriesWhatIsSaidInFairWeather) {
  Session session{through_proxy(), "test"};
  EXPECT_EQ(session.text("SELECT repeat('x', 400000)").size(), 400'000U);
}

TEST_F(ProxyTest, LosesTheAnswerToACommitThatTookPlace) {
  Session session{through_proxy(), "test"};
  session.exec("CREATE TABLE kept (x int)");
  session.exec("BEGIN");
  session.exec("INSERT INTO kept VALUES (1)");
  proxy_.weather(Weather::lost_answer);
  EXPECT_THROW(session.exec("COMMIT"), DatabaseError);
  EXPECT_EQ(proxy_.answers_lost(), 1);
  EXPECT_EQ(database_.number("SELECT count(*) FROM kept"), 1);
}

TEST_F(ProxyTest, SwallowsEverythingWhileItIsSilent) {
  Session session{through_proxy(), "test"};
  proxy_.weather(Weather::silent);
  try {
    session.exec("SELECT 1", {}, std::chrono::milliseconds{200});
    FAIL() << "an answer came through";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.lost);
  }
}

TEST_F(ProxyTest, EndsConnectionsAndRefusesNewOnes) {
  Session session{through_proxy(), "test"};
  proxy_.reset();
  EXPECT_THROW(session.exec("SELECT 1"), DatabaseError);
  proxy_.weather(Weather::refused);
  EXPECT_THROW((Session{through_proxy(), "test"}), DatabaseError);
  proxy_.weather(Weather::slow);
  EXPECT_EQ((Session{through_proxy(), "test"}.number("SELECT 7")), 7);
}

}  // namespace
