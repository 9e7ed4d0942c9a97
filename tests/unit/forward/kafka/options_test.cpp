#include "relay/forward/kafka/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using relay::forward::kafka::faults_of;
using relay::forward::kafka::refusal_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(KafkaOptions, RefuseWhatLoadsCodeOrRunsCommands) {
  for (const char* name :
       {"plugin.library.paths", "ssl.engine.location", "ssl.engine.id", "ssl.providers"}) {
    EXPECT_THAT(refusal_of(name), HasSubstr("load code")) << name;
  }
  EXPECT_THAT(refusal_of("sasl.kerberos.kinit.cmd"), HasSubstr("shell command"));
  EXPECT_THAT(refusal_of("sasl.kerberos.principal"), HasSubstr("shell command"));
  for (const char* name :
       {"sasl.oauthbearer.method", "sasl.oauthbearer.token.endpoint.url",
        "sasl.oauthbearer.assertion.file", "sasl.oauthbearer.metadata.authentication.type",
        "enable.sasl.oauthbearer.unsecure.jwt", "https.ca.location"}) {
    EXPECT_THAT(refusal_of(name), HasSubstr("OAUTHBEARER")) << name;
  }
  for (const char* name :
       {"error_cb", "dr_msg_cb", "partitioner_cb", "open_cb", "ssl.certificate.verify_cb",
        "oauthbearer_token_refresh_cb", "opaque", "interceptors", "ssl_engine_callback_data",
        "default_topic_conf", "ssl_key", "ssl_ca", "ssl_certificate", "log.queue"}) {
    EXPECT_THAT(refusal_of(name), HasSubstr("part of a program")) << name;
  }
}

TEST(KafkaOptions, RefuseWhatWeakensThePromise) {
  for (const char* name : {"acks",
                           "request.required.acks",
                           "enable.idempotence",
                           "message.timeout.ms",
                           "delivery.timeout.ms",
                           "retries",
                           "message.send.max.retries",
                           "max.in.flight",
                           "max.in.flight.requests.per.connection",
                           "enable.gapless.guarantee",
                           "queuing.strategy",
                           "msg_order_cmp",
                           "partitioner",
                           "transactional.id",
                           "transaction.timeout.ms",
                           "allow.auto.create.topics",
                           "produce.offset.report",
                           "delivery.report.only.error",
                           "api.version.request",
                           "api.version.fallback.ms",
                           "broker.version.fallback",
                           "internal.termination.signal",
                           "test.mock.num.brokers"}) {
    EXPECT_THAT(refusal_of(name), Not(IsEmpty())) << name;
  }
  EXPECT_THAT(refusal_of("bootstrap.servers"), HasSubstr("write brokers in [kafka]"));
  EXPECT_THAT(refusal_of("metadata.broker.list"), HasSubstr("write brokers in [kafka]"));
}

TEST(KafkaOptions, LeaveTheRestToLibrdkafka) {
  for (const char* name : {"client.id",
                           "linger.ms",
                           "queue.buffering.max.ms",
                           "batch.size",
                           "batch.num.messages",
                           "compression.type",
                           "compression.codec",
                           "message.max.bytes",
                           "socket.keepalive.enable",
                           "queue.buffering.max.kbytes",
                           "security.protocol",
                           "ssl.ca.location",
                           "ssl.ca.pem",
                           "ssl.key.password",
                           "ssl.keystore.location",
                           "ssl.endpoint.identification.algorithm",
                           "sasl.mechanism",
                           "sasl.username",
                           "sasl.password",
                           "api.version.request.timeout.ms",
                           "retry.backoff.ms",
                           "request.timeout.ms",
                           "debug",
                           "no.such.thing"}) {
    EXPECT_THAT(refusal_of(name), IsEmpty()) << name;
  }
}

TEST(KafkaOptions, TakeTheMechanismsThatNeedNothingElse) {
  EXPECT_THAT(faults_of({{"security.protocol", "sasl_ssl"}, {"sasl.mechanisms", "PLAIN"}}),
              IsEmpty());
  EXPECT_THAT(faults_of({{"sasl.mechanism", "scram-sha-512"}}), IsEmpty());
  EXPECT_THAT(faults_of({{"sasl.mechanism", "GSSAPI"}}), ElementsAre(HasSubstr("must be PLAIN")));
  EXPECT_THAT(faults_of({{"sasl.mechanisms", "OAUTHBEARER"}}),
              ElementsAre(HasSubstr("\"sasl.mechanisms\" must be PLAIN")));
  // Without a mechanism librdkafka takes Kerberos.
  EXPECT_THAT(faults_of({{"security.protocol", "SASL_PLAINTEXT"}}),
              ElementsAre(HasSubstr("say which")));
  EXPECT_THAT(faults_of({{"security.protocol", "ssl"}}), IsEmpty());
}

TEST(KafkaOptions, SayEveryFaultAtOnceAndNoValue) {
  const auto faults = faults_of({{"acks", "secret1"}, {"a\nb_cb", "secret2"}, {"linger.ms", "5"}});
  EXPECT_THAT(faults, ElementsAre(HasSubstr("\"a?b_cb\""), HasSubstr("\"acks\" decides")));
  for (const std::string& fault : faults) EXPECT_THAT(fault, Not(HasSubstr("secret")));
}

}  // namespace
