#include <gmock/gmock.h>

#include "tests/support/forward_run.hpp"

// Brokers behind TLS and passwords: what lets a forward in, and what an operator is told otherwise.
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::Door;
using tests::Effects;
using tests::ForwardRun;
using tests::KafkaBroker;
using tests::KafkaSettings;
using tests::KafkaTopics;
using tests::sturdy_broker;

constexpr const char* wrong_password = "n0t-the-pa55";

KafkaSettings login(const std::string& mechanism, const std::string& password) {
  return {{"security.protocol", "SASL_SSL"},
          {"ssl.ca.location", sturdy_broker().authority()},
          {"sasl.mechanism", mechanism},
          {"sasl.username", KafkaBroker::user},
          {"sasl.password", password}};
}

std::size_t records_in(const std::string& topic) {
  return tests::read_topic(tests::quick_client(sturdy_broker().address()), topic).size();
}

TEST(ForwardThroughTls, WorksWithAndWithoutEachKindOfPassword) {
  KafkaTopics{sturdy_broker().address()}.create("tls", 1);
  const std::vector<std::pair<Door, KafkaSettings>> ways = {
      {Door::tls, {{"security.protocol", "SSL"}, {"ssl.ca.location", sturdy_broker().authority()}}},
      {Door::sasl_tls, login("PLAIN", KafkaBroker::password)},
      {Door::sasl_tls, login("SCRAM-SHA-256", KafkaBroker::password)},
      {Door::sasl_tls, login("SCRAM-SHA-512", KafkaBroker::password)}};
  std::size_t sent = 0;
  for (const auto& [door, settings] : ways) {
    ForwardRun run{sturdy_broker().address(door)};
    run.config.kafka_options = settings;
    run.config.add_forward("out", "Thing", "tls");
    run.db.run(tests::publishing("Thing", "'k'", 10));
    const tests::Ended ended = run.config.run({"run", "--drain"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(run.open(), 0) << ended.err;
    EXPECT_EQ(records_in("tls"), sent += 10);
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(KafkaBroker::password)));
  }
}

/// A relay that is not let in, and what it must say of that.
struct Locked {
  Locked(const std::string& name, Door door, const KafkaSettings& settings, std::string why)
      : run(sturdy_broker().address(door)), topic("locked-" + name), sentence(std::move(why)) {
    KafkaTopics{sturdy_broker().address()}.create(topic, 1);
    run.hurry();
    run.config.kafka_options = settings;
    run.config.add("effects", "Thing", effects.sql());
    run.config.add_forward("out", "Thing", topic);
    run.db.run(tests::publishing("Thing", "'k'", 20));
    run.start();
  }

  void expect_told() const {
    SCOPED_TRACE(topic);
    EXPECT_TRUE(effects.reach(20)) << run.log();
    ASSERT_TRUE(run.says("cannot be used since")) << run.log();
    EXPECT_THAT(run.log(), HasSubstr(sentence));
    std::string status;
    EXPECT_TRUE(tests::eventually([&] {
      status = run.config.run({"status"}).out;
      return status.find(sentence) != std::string::npos;
    })) << status;
    for (const char* secret : {wrong_password, KafkaBroker::password}) {
      EXPECT_THAT(run.log() + status, Not(HasSubstr(secret)));
    }
    EXPECT_EQ(records_in(topic), 0U);
    EXPECT_EQ(run.deliveries("state = 'ready' AND attempts = 0"), 20);
    EXPECT_EQ(run.failures(), 0);
  }

  ForwardRun run;
  std::string topic;
  std::string sentence;
  Effects effects{run.db};
};

TEST(ForwardThroughTls, TellsWhatKeepsItOutInOneSentenceWithoutTheSecretAndGoesOnOnceThatIsMended) {
  const std::string refused =
      "refuses the user or the password: mend \"sasl.username\" or \"sasl.password\"";
  Locked plain{"plain", Door::sasl_tls, login("PLAIN", wrong_password), refused};
  Locked scram{"scram", Door::sasl_tls, login("SCRAM-SHA-512", wrong_password), refused};
  Locked expired{
      "expired", Door::expired, login("PLAIN", KafkaBroker::password),
      "the certificate of the broker " + sturdy_broker().address(Door::expired) + " has expired"};
  Locked elsewhere{"elsewhere", Door::other_host, login("PLAIN", KafkaBroker::password),
                   "the certificate of the broker " + sturdy_broker().address(Door::other_host) +
                       " is for another host"};
  for (Locked* locked : {&plain, &scram, &expired, &elsewhere}) {
    locked->expect_told();
    locked->run.stop();
  }
  const tests::Ended check = plain.run.config.run({"check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_THAT(check.out, AllOf(HasSubstr("kafka: fault: Kafka at"), HasSubstr(refused)));
  EXPECT_THAT(check.out + check.err, Not(HasSubstr(wrong_password)));
  plain.run.config.kafka_options["sasl.password"] = KafkaBroker::password;
  plain.run.start();
  EXPECT_TRUE(plain.run.drained()) << plain.run.log();
  plain.run.stop();
  EXPECT_EQ(records_in(plain.topic), 20U);
}

}  // namespace
