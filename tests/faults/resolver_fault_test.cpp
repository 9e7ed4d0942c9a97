#include <gtest/gtest.h>

#include "tests/support/loopback.hpp"
#include "tests/support/outage.hpp"
#include "tests/support/silent_resolver.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Ended;
using tests::Outage;
using tests::SilentResolver;

/// A resolver that gives no answer within two and a half minutes.
class ResolverFault : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = SilentResolver::missing()) GTEST_SKIP() << *why;
    resolver_ = std::make_unique<SilentResolver>();
  }

  /// The database's url with these hosts; the word PORT stands for its port.
  [[nodiscard]] std::string url_with(std::string hosts, int seconds = 2) const {
    std::string url = db_.url();
    const auto [begin, length] = tests::port_in(url);
    const std::string port = url.substr(begin, length);
    for (auto at = hosts.find("PORT"); at != std::string::npos; at = hosts.find("PORT")) {
      hosts.replace(at, 4, port);
    }
    const auto host = url.find('@') + 1;
    return url.replace(host, begin + length - host, hosts) +
           "?connect_timeout=" + std::to_string(seconds);
  }
  [[nodiscard]] Ended run(const Outage& outage, const std::vector<std::string>& words) const {
    return tests::run_command(resolver_->command(outage.config.command(words)), {}, {}, 60s);
  }

  tests::TestDatabase db_;
  std::unique_ptr<SilentResolver> resolver_;
};

TEST_F(ResolverFault, ANameThatGetsNoAnswerIsGivenUpAtTheDeadlineInWords) {
  const Outage outage{db_, url_with("db.example:PORT")};
  for (const char* verb : {"check", "run", "status"}) {
    const Ended ended = run(outage, {verb});
    EXPECT_GT(ended.code, 0) << verb << ended.out << ended.err;
    const std::string said = ended.out + ended.err;
    EXPECT_NE(said.find("the name of host \"db.example\" could not be looked up within 2 s, as the "
                        "resolver gives no answer"),
              std::string::npos)
        << verb << ": " << said;
  }
  EXPECT_TRUE(resolver_->was_asked());
}

TEST_F(ResolverFault, OfSeveralHostsThoseThatAreKnownAreServed) {
  resolver_->set_hosts("127.0.0.1 localhost\n127.0.0.1 known.example\n");
  Outage outage{db_, url_with("db.example:PORT,127.0.0.1:PORT")};
  outage.publish(50);
  const Ended drained = run(outage, {"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(outage.effects().count(), 50);
  for (const char* hosts :
       {"127.0.0.1:PORT,db.example:PORT", "localhost:1,db.example:PORT,known.example:PORT"}) {
    outage.config.url = url_with(hosts);
    const Ended status = run(outage, {"status"});
    EXPECT_EQ(status.code, 0) << hosts << ": " << status.err;
  }
  EXPECT_TRUE(resolver_->was_asked());
}

TEST_F(ResolverFault, TheReasonsOfAllHostsAreSaid) {
  const Outage outage{db_, url_with("db.example:PORT,127.0.0.1:1")};
  const Ended ended = run(outage, {"run"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  for (const char* words : {"the name of host \"db.example\" could not be looked up within 2 s",
                            "Connection refused"}) {
    EXPECT_NE(ended.err.find(words), std::string::npos) << ended.err;
  }
}

// Were a thread still with the resolver, the process would have to end without it.
TEST_F(ResolverFault, ASigtermWhileANameIsLookedUpEndsInTime) {
  resolver_->set_hosts("127.0.0.1 db.example\n");
  Outage outage{db_, url_with("db.example:PORT", 1)};
  outage.publish(50);
  tests::Process relay{resolver_->command(outage.config.command({"run"}))};
  ASSERT_TRUE(outage.effects().reach(50)) << relay.err();
  resolver_->set_hosts("");
  db_.run(tests::on_relays("pg_terminate_backend", db_.name()));
  ASSERT_TRUE(resolver_->was_asked()) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(relay.err().find("the process ends without it"), std::string::npos) << relay.err();
}

TEST_F(ResolverFault, TheListenerForHintsGivesUpAtTheDeadlineToo) {
  Outage outage{db_};
  outage.config.database_extra =
      "listen = true\ndirect_url = \"" + url_with("db.example:PORT", 1) + "\"";
  tests::Process relay{resolver_->command(outage.config.command({"run"}))};
  const auto said = [&] { return relay.err().find("\"db.example\" could not be looked up"); };
  EXPECT_TRUE(tests::eventually([&] { return said() != std::string::npos; })) << relay.err();
  outage.publish(50);
  EXPECT_TRUE(outage.effects().reach(50)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

}  // namespace
