#include "relay/decode/payload_check.hpp"

#include <gtest/gtest.h>

#include <random>

#include "relay/decode/payload_walk.hpp"
#include "relay/pg/connection.hpp"
#include "tests/support/test_database.hpp"

namespace {

using relay::decode::fault_by_walk;
using relay::decode::payload_fault;

std::string nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(PayloadCheck, PassesWhatAnApplicationWrites) {
  for (const char* good :
       {R"({"a":1})", "[]", "null", "\"x\"", "0", " {\"a\" : [1, 2.5e3, true] } ",
        R"({"a":"\u00e9\ud83d\ude00"})", R"({"a":1,"a":2})", "123456789012345678901234567890"}) {
    EXPECT_EQ(payload_fault(good), std::nullopt) << good;
  }
}

TEST(PayloadCheck, SaysWhyInWordsAndWithoutTheContent) {
  const auto fault = payload_fault(R"({"secret": tru})");
  ASSERT_TRUE(fault);
  EXPECT_NE(fault->find("not JSON"), std::string::npos) << *fault;
  EXPECT_EQ(fault->find("secret"), std::string::npos) << *fault;
}

TEST(PayloadCheck, RefusesWhatJsonbRefuses) {
  for (const char* bad :
       {"", " ", "{", "nul", R"({"a":"\u0000"})", R"({"\u0000":1})", R"("\ud800")", "1e999999",
        "{'a':1}", "[1,]", "\xEF\xBB\xBF{}", "NaN", "{} {}"}) {
    EXPECT_NE(payload_fault(bad), std::nullopt) << bad;
  }
}

TEST(PayloadCheck, BoundsTheDepthWithoutRecursion) {
  EXPECT_EQ(payload_fault(nested(relay::decode::depth_max)), std::nullopt);
  EXPECT_NE(payload_fault(nested(relay::decode::depth_max + 1)), std::nullopt);
  EXPECT_NE(payload_fault(nested(100'000)), std::nullopt);
}

// Up to three random changes of a document.
class Mutations {
 public:
  std::string next() {
    std::string text = document_;
    for (unsigned change = 0; change <= random_() % 3; ++change) {
      const std::size_t at = random_() % text.size();
      switch (random_() % 4) {
        case 0: text[at] = alphabet_[random_() % alphabet_.size()]; break;
        case 1: text.erase(at, 1 + random_() % 3); break;
        case 2: text.insert(at, pieces_[random_() % pieces_.size()]); break;
        default: text.insert(at, 1, alphabet_[random_() % alphabet_.size()]);
      }
      if (text.empty()) text = "0";
    }
    return text;
  }

 private:
  const std::string document_ =
      R"({"a":[1,-2.5e-7,1e308,0.1],"b":{"c":"\u00e9\n\ud83d\ude00","d":null},"f":"e-12"})";
  const std::string alphabet_ = "{}[]\",:0123456789eE+-.truefalsn\\u0d8 \t\n";
  const std::vector<std::string> pieces_{
      "e-1234",  "e-999",   "e999", "-0",           "00",           "\\ud800",
      "\\udc00", "\\u0000", "\xC3", "\xEF\xBB\xBF", "\xED\xA0\x80", "{}",
      "[[",      "\"\"",    "/**/", "NaN",          "\x01",         "\xC3\xA9"};
  std::mt19937 random_{20261121};
};

// What passes here must cast to jsonb, or a SQL projection would fail on it later.
TEST(PayloadCheck, WhateverPassesAlsoCastsToJsonb) {
  const tests::TestDatabase db;
  relay::pg::Connection connection{db.url()};
  Mutations mutations;
  int passed = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = mutations.next();
    if (payload_fault(text)) continue;
    ++passed;
    EXPECT_NO_THROW(connection.exec("SELECT $1::jsonb", text)) << text;
  }
  EXPECT_GT(passed, 1'000);
}

TEST(PayloadCheck, SaysTheSameQuicklyAndByWalking) {
  Mutations mutations;
  int good = 0;
  for (int round = 0; round < 200'000; ++round) {
    const std::string text = mutations.next();
    const auto walked = fault_by_walk(text);
    EXPECT_EQ(payload_fault(text), walked) << text;
    if (!walked) ++good;
  }
  EXPECT_GT(good, 10'000);
}

// Where the quick path's looks at the text have their edges, wherever in the text that is.
TEST(PayloadCheck, SaysTheSameOfOddNumbersAndDeepNestsAtEachPlace) {
  const auto number = [](std::size_t length) { return "0." + std::string(length - 2, '7'); };
  const std::vector<std::string> odd{number(999),
                                     number(1'000),
                                     number(1'001),
                                     number(20'000),
                                     "1" + std::string(400, '0'),
                                     "1e-999",
                                     "1e-1000",
                                     "1E-1001",
                                     "1.5e-01001",
                                     "5e-324",
                                     "1e-4000",
                                     nested(relay::decode::depth_max - 1),
                                     nested(relay::decode::depth_max),
                                     "\"\\ud800\"",
                                     "\"\\uD888\\u1234\"",
                                     "\"\\u0000\""};
  for (const std::string& value : odd) {
    for (std::size_t before = 0; before < 300; ++before) {
      const std::string text = "[" + std::string(before, ' ') + value + ",1]";
      EXPECT_EQ(payload_fault(text), fault_by_walk(text)) << before << ": " << value.substr(0, 20);
    }
  }
}

TEST(PayloadCheck, ADocumentBeyondWhatAParserKeepsIsJudgedAlike) {
  const std::string good = "[" + std::string(100'000, ' ') + R"({"a":"\n"}])";
  EXPECT_EQ(payload_fault(good), std::nullopt);
  EXPECT_NE(payload_fault(good + "]"), std::nullopt);
  EXPECT_NE(payload_fault("[" + std::string(100'000, ' ') + nested(relay::decode::depth_max) + "]"),
            std::nullopt);
}

TEST(PayloadCheck, NumbersAtTheEdgeOfWhatPassesCastToJsonb) {
  const tests::TestDatabase db;
  relay::pg::Connection connection{db.url()};
  for (const std::string& text :
       {std::string{"1e-1000"}, std::string{"1.7976931348623157e308"}, "1" + std::string(300, '0'),
        "0." + std::string(900, '0') + "1", std::string{"-0"}, std::string{"1E-999"}}) {
    EXPECT_EQ(payload_fault(text), std::nullopt) << text;
    EXPECT_NO_THROW(connection.exec("SELECT $1::jsonb", text)) << text;
  }
  EXPECT_NE(payload_fault("1e-1001"), std::nullopt);
  EXPECT_NE(payload_fault("0." + std::string(2'000, '0') + "1"), std::nullopt);
}

}  // namespace
