#include "tests/chaos/bouncer.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/chaos/session.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

namespace {

using chaos::Bouncer;
using chaos::Session;

class BouncerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Bouncer::available()) GTEST_SKIP() << "PgBouncer is not installed: ./dev setup";
    using std::filesystem::perms;  // it runs as the user postgres
    std::filesystem::permissions(folder_.path(), perms::owner_all | perms::others_exec);
    bouncer_ = std::make_unique<Bouncer>(folder_.path() + "/bouncer", server_port(),
                                         database_.name(), "postgres");
  }

  Session through_bouncer() const {
    return Session{"host=127.0.0.1 user=postgres dbname=" + database_.name() +
                       " port=" + std::to_string(bouncer_->port()),
                   "test"};
  }

  int server_port() const { return std::stoi(pqxx::connection{database_.url()}.port()); }

  tests::TestDatabase database_{tests::TestDatabase::Kind::empty};
  tests::TemporaryFolder folder_;
  std::unique_ptr<Bouncer> bouncer_;
};

TEST_F(BouncerTest, KeepsItsSessionsWhenItIsHealedOfAPause) {
  Session session = through_bouncer();
  EXPECT_EQ(session.number("SELECT 7"), 7);
  bouncer_->command("PAUSE");
  bouncer_->heal();
  EXPECT_EQ(session.number("SELECT 7", {}), 7);
}

TEST_F(BouncerTest, LeavesTheServerSessionsItHadWhenItIsHealed) {
  Session session = through_bouncer();
  const auto before = session.number("SELECT pg_backend_pid()");
  bouncer_->heal();
  EXPECT_NE(session.number("SELECT pg_backend_pid()"), before);
}

TEST_F(BouncerTest, IsStartedAnewWhenItDoesNotAnswer) {
  EXPECT_ANY_THROW(bouncer_->command("SHUTDOWN"));
  bouncer_->heal();
  EXPECT_EQ(through_bouncer().number("SELECT 7"), 7);
}

}  // namespace
