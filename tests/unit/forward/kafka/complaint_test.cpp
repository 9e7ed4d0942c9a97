#include "relay/forward/kafka/complaint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

namespace {

using relay::forward::kafka::Complaint;
using relay::forward::kafka::sentence_of;
using testing::HasSubstr;
using testing::Not;

constexpr const char* not_verified =
    "ssl://kafka.example:9093/bootstrap: SSL handshake failed: error:0A000086:SSL "
    "routines::certificate verify failed: broker certificate could not be verified, verify that "
    "ssl.ca.location is correctly configured (after 16ms in state SSL_HANDSHAKE)";

std::string about_certificate(int number) {
  return sentence_of({RD_KAFKA_RESP_ERR__SSL, not_verified, number});
}

TEST(Complaint, NothingSaidIsNoSentence) {
  EXPECT_EQ(sentence_of({}), "");
}

TEST(Complaint, AWrongPasswordNamesTheBrokerAndTheSettings) {
  EXPECT_EQ(sentence_of({RD_KAFKA_RESP_ERR__AUTHENTICATION,
                         "sasl_ssl://kafka.example:9093/bootstrap: SASL authentication error: "
                         "Authentication failed: Invalid username or password (after 305ms in "
                         "state AUTH_REQ, 1 identical error(s) suppressed)"}),
            "the broker kafka.example:9093 refuses the user or the password: mend "
            "\"sasl.username\" or \"sasl.password\" in [kafka.options]");
}

TEST(Complaint, IsTheSameHoweverLongItTookAndHoweverOftenItWasSaid) {
  EXPECT_EQ(sentence_of({RD_KAFKA_RESP_ERR__TRANSPORT,
                         "[::1]:9092/7: Receive failed: Connection reset by peer (after 5ms in "
                         "state UP)"}),
            sentence_of({RD_KAFKA_RESP_ERR__TRANSPORT,
                         "[::1]:9092/7: Receive failed: Connection reset by peer (after 70ms in "
                         "state UP, 1 identical error(s) suppressed)"}));
}

TEST(Complaint, AMechanismThatTheBrokerDoesNotTakeIsNotAWrongPassword) {
  EXPECT_THAT(
      sentence_of({RD_KAFKA_RESP_ERR__AUTHENTICATION,
                   "sasl_plaintext://h:1/1: SASL PLAIN mechanism handshake failed: Broker: "
                   "Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512"}),
      testing::AllOf(HasSubstr("supported mechanisms: SCRAM-SHA-512"),
                     HasSubstr("mend \"sasl.mechanism\""), Not(HasSubstr("password"))));
}

TEST(Complaint, ACertificateIsToldApartByOpenSslsReason) {
  EXPECT_EQ(about_certificate(10),
            "the certificate of the broker kafka.example:9093 has expired: it must be renewed "
            "there");
  EXPECT_THAT(about_certificate(9), HasSubstr("is not valid yet"));
  EXPECT_THAT(about_certificate(62), HasSubstr("is for another host"));
  EXPECT_THAT(about_certificate(64), HasSubstr("is for another host"));
  EXPECT_THAT(about_certificate(19), HasSubstr("\"ssl.ca.location\""));
  EXPECT_THAT(about_certificate(20), HasSubstr("not trusted here"));
  EXPECT_THAT(about_certificate(0), HasSubstr("cannot be verified"));
  EXPECT_THAT(about_certificate(77), HasSubstr("reason 77 of OpenSSL's"));
}

TEST(Complaint, WhatThePortDoesNotSpeakIsAWrongSecurityProtocol) {
  for (const Complaint& complaint : {
           Complaint{RD_KAFKA_RESP_ERR__SSL,
                     "ssl://h:9092/bootstrap: SSL handshake failed: error:0A000126:SSL "
                     "routines::unexpected eof while reading (after 3ms in state SSL_HANDSHAKE)"},
           Complaint{RD_KAFKA_RESP_ERR__TRANSPORT,
                     "ssl://h:9092/bootstrap: error:0A000126:SSL routines::unexpected eof while "
                     "reading (after 0ms in state SSL_HANDSHAKE)"},
           Complaint{RD_KAFKA_RESP_ERR__TRANSPORT,
                     "h:9092/bootstrap: Disconnected while requesting ApiVersion: might be caused "
                     "by incorrect security.protocol configuration (connecting to a SSL listener?) "
                     "or broker version is < 0.10 (after 31ms in state APIVERSION_QUERY)"},
       }) {
    EXPECT_THAT(sentence_of(complaint),
                testing::AllOf(HasSubstr("h:9092"), HasSubstr("must be what this port speaks")));
  }
}

TEST(Complaint, AnAddressWhereNobodyIsNamesIt) {
  EXPECT_EQ(sentence_of({RD_KAFKA_RESP_ERR__TRANSPORT,
                         "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection "
                         "refused (after 0ms in state CONNECT)"}),
            "nobody listens where the broker 127.0.0.1:1 should be: start it, or mend [kafka] "
            "brokers");
  EXPECT_EQ(sentence_of({RD_KAFKA_RESP_ERR__RESOLVE,
                         "no.such.host:9092/bootstrap: Failed to resolve 'no.such.host:9092': Name "
                         "or service not known (after 0ms in state CONNECT)"}),
            "the name of the broker no.such.host:9092 leads nowhere: mend [kafka] brokers, or what "
            "the brokers advertise");
}

TEST(Complaint, WhatNobodyForesawIsPassedOnAsItIs) {
  EXPECT_EQ(sentence_of({RD_KAFKA_RESP_ERR__TRANSPORT, "the dog ate it"}),
            "no connection to a broker: the dog ate it");
  EXPECT_EQ(
      sentence_of({RD_KAFKA_RESP_ERR__BAD_MSG, "h:1/2: odd: very odd (after 1ms in state X)"}),
      "the broker h:1: odd: very odd");
  for (const char* odd : {"", ":", "://", "/: ", " (after ", "a/b/c: d"}) {
    EXPECT_NE(sentence_of({RD_KAFKA_RESP_ERR__TRANSPORT, odd}), "") << odd;
  }
}

}  // namespace
