#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/json/in_json.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/usage_error.hpp"
#include "tests/support/dead_rows.hpp"

namespace relay::operate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class DeadLettersOf : public ::testing::Test {
 protected:
  std::string retry(const DeadFilter& filter) {
    return in_text(retry_dead(connection_, find_dead(connection_, filter), {}));
  }
  std::string discard(const DeadFilter& filter, const std::string& reason = "a test") {
    return in_text(discard_dead(connection_, find_dead(connection_, filter), reason, {}));
  }
  std::string states(const std::string& key) {
    return db_.value(
        "SELECT string_agg(state, ' ' ORDER BY seq) FROM event_delivery WHERE key LIKE '%' || "
        "chr(31) || '" +
        key + "'");
  }
  std::int64_t found(const DeadFilter& filter) { return find_dead(connection_, filter).number; }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(DeadLettersOf, AreFoundByEachFilterAlone) {
  rows_.register_listener("board");
  rows_.register_listener("audit");
  rows_.publish(3, 2);
  rows_.publish(1, 1, "z", "Other_Kind");
  rows_.die("board");
  rows_.die("board", "z");
  rows_.die("audit", "k1");
  db_.run("UPDATE event_delivery SET error_class = 'payload' WHERE listener = 'audit'");
  EXPECT_EQ(found({}), 5);
  EXPECT_EQ(found({.projection = "board"}), 4);
  EXPECT_EQ(found({.key = "k1"}), 2);
  EXPECT_EQ(found({.key = "k1", .key_type = "thing"}), 2);
  EXPECT_EQ(found({.key = "k1", .key_type = ""}), 0);
  EXPECT_EQ(found({.type = "Th*"}), 4);
  EXPECT_EQ(found({.type = "Other_*"}), 1);
  EXPECT_EQ(found({.type = "T_ing"}), 0) << "an underscore is itself";
  EXPECT_EQ(found({.error_class = "payload"}), 1);
  EXPECT_EQ(found({.events = {rows_.event("k1")}}), 2);
  EXPECT_EQ(found({.events = {rows_.event("k1", 2)}}), 0) << "it waits, it is not dead";
  EXPECT_EQ(found({.projection = "audit", .key = "k2"}), 0);
}

TEST_F(DeadLettersOf, BadWordsAreRefusedInASentence) {
  rows_.register_listener("board");
  EXPECT_THROW((void)found({.events = {"17"}}), UsageError);
  EXPECT_THROW((void)found({.key_type = "thing"}), UsageError);
  try {
    (void)found({.projection = "baord"});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"board\"?"));
  }
}

TEST_F(DeadLettersOf, AreListedWithALimitThatSaysHowManyMore) {
  rows_.register_listener("board");
  rows_.publish(5, 1);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET last_error = E'a\\033[31mred\\nline'");
  const std::string text = in_text(list_dead(connection_, {}, 2));
  EXPECT_THAT(text, AllOf(HasSubstr("… and 3 more"), HasSubstr("thing/k1"), HasSubstr("Thing"),
                          HasSubstr("a\\x1b[31mred\\nline"), Not(HasSubstr("\033"))));
  const Json json = Json::parse(in_json(list_dead(connection_, {}, 2)));
  EXPECT_EQ(json["total"], 5);
  ASSERT_EQ(json["dead"].size(), 2U);
  EXPECT_EQ(json["dead"][0]["event"], rows_.event("k1"));
  EXPECT_EQ(json["dead"][0]["aggregate_type"], "thing");
  EXPECT_EQ(json["dead"][0]["attempts"], 6);
  EXPECT_THAT(in_text(list_dead(connection_, {.key = "none"}, 2)),
              HasSubstr("no such dead letter"));
}

TEST_F(DeadLettersOf, OneIsShownWithEverythingThatIsKnown) {
  rows_.register_listener("board");
  rows_.publish(1, 9);
  rows_.die("board");
  db_.run(
      "UPDATE event_publication SET serialized_event = E'{\"a\":\"\\033\\u202Ex\",\\n\"b\":1}'");
  EXPECT_THAT(in_text(event_history(connection_, rows_.event("k1"), ""), ""),
              AllOf(HasSubstr("type        Thing\n"), HasSubstr("key         thing/k1\n"),
                    HasSubstr("{\"trace\": 1}"), HasSubstr("{\"a\":\"\\x1b\\u202ex\",\n\"b\":1}\n"),
                    HasSubstr("board: dead, 6 counted failures"), HasSubstr("event: boom"),
                    HasSubstr("waiting behind it: 8, the first of them " + rows_.event("k1", 2)),
                    HasSubstr("failures of board\n  6  ")));
  EXPECT_THROW((void)event_history(connection_, "nonsense", ""), UsageError);
  EXPECT_THROW((void)event_history(connection_, "00000000-0000-0000-0000-000000000000", ""),
               UsageError);
}

TEST_F(DeadLettersOf, OneWithoutAPayloadIsShownToo) {
  rows_.register_listener("board");
  rows_.publish(1, 2);
  rows_.die("board");
  db_.run(
      "ALTER TABLE event_publication ALTER serialized_event DROP NOT NULL; "  // an adopted one
      "UPDATE event_publication SET serialized_event = NULL");
  const EventHistory history = event_history(connection_, rows_.event("k1"), "");
  ASSERT_TRUE(history.event);
  EXPECT_FALSE(history.event->payload);
  EXPECT_EQ(history.event->payload_characters_left, 0);
  ASSERT_EQ(history.deliveries.size(), 1U);
  EXPECT_EQ(history.deliveries[0].first_behind, std::vector{rows_.event("k1", 2)});
  EXPECT_THAT(in_text(history, ""), HasSubstr("payload\n\n"));
}

TEST_F(DeadLettersOf, ARetryTakesThemAndWhatWaitsBehindThemInOrder) {
  rows_.register_listener("board");
  rows_.publish(3, 3);
  rows_.die("board");
  EXPECT_THAT(retry({.key = "k2"}), HasSubstr("1 dead letter is in the queue again"));
  EXPECT_EQ(states("k1"), "dead waiting waiting");
  EXPECT_EQ(states("k2"), "ready ready ready");
  EXPECT_EQ(db_.number("SELECT max(attempts) FROM event_delivery WHERE state = 'ready'"), 0);
  EXPECT_EQ(db_.value("SELECT (min(place) > 9 AND array_agg(seq ORDER BY place) = array_agg(seq "
                      "ORDER BY seq))::text FROM event_delivery WHERE state = 'ready'"),
            "true");
  EXPECT_EQ(db_.value("SELECT command || ' ' || events || ' ' || detail FROM operator_log"),
            "dead retry 1 --key k2");
  EXPECT_NE(db_.value("SELECT os_user FROM operator_log"), "");
  EXPECT_THAT(retry({.key = "k2"}), HasSubstr("Nothing was changed"));
  EXPECT_EQ(db_.number("SELECT count(*) FROM operator_log"), 1);
}

TEST_F(DeadLettersOf, ARetryBehindAnOpenDeliveryOfItsKeyWaitsForIt) {
  rows_.register_listener("board");
  rows_.publish(1, 5);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET state = 'dead' WHERE event_id = '" + rows_.event("k1", 4) +
          "'");
  EXPECT_EQ(states("k1"), "dead waiting waiting dead waiting");
  retry({.events = {rows_.event("k1", 4)}});
  EXPECT_EQ(states("k1"), "dead waiting waiting waiting waiting") << "the first one holds the key";
  retry({});
  EXPECT_EQ(states("k1"), "ready ready ready ready ready");
}

TEST_F(DeadLettersOf, ThoseThatWereSkippedComeBackInSeqOrderAndTheQuestionSaysWhatThatMeans) {
  rows_.register_listener("board", "skip");
  rows_.publish(1, 4);
  rows_.die("board", "k", "dead");
  EXPECT_THAT(before_retrying(find_dead(connection_, {})), HasSubstr("out of order"));
  retry({});
  EXPECT_EQ(states("k1"), "ready ready ready ready");
  EXPECT_EQ(db_.number("SELECT count(*) FROM (SELECT seq - lag(seq) OVER (ORDER BY place) AS step "
                       "FROM event_delivery) s WHERE step < 0"),
            0);
}

TEST_F(DeadLettersOf, TenThousandAreRetriedByOneCommandInBoundedTransactions) {
  rows_.register_listener("board");
  rows_.publish(2'500, 1);
  rows_.publish(1, 7'500, "s");
  rows_.die("board");
  rows_.die("board", "s", "dead");
  std::int64_t last = 0;
  std::int64_t steps = 0;
  const Retried retried =
      retry_dead(connection_, find_dead(connection_, {}), [&](auto done, auto total) {
        EXPECT_LE(done - last, chunk_size);
        EXPECT_EQ(total, 10'000);
        last = done;
        ++steps;
      });
  EXPECT_EQ(retried.number, 10'000);
  EXPECT_EQ(last, 10'000);
  EXPECT_GE(steps, 64);
  EXPECT_EQ(rows_.count("ready"), 2'500 + 200) << "settling those promotes the next";
  EXPECT_EQ(rows_.count("waiting"), 7'500 - 200);
  EXPECT_EQ(db_.number("SELECT count(*) FROM (SELECT seq - lag(seq) OVER (PARTITION BY key ORDER "
                       "BY state, place) AS step FROM event_delivery) s WHERE step < 0"),
            0);
  EXPECT_EQ(db_.value("SELECT count(*) || ' ' || sum(events) FROM operator_log"), "1 10000");
}

TEST_F(DeadLettersOf, ADiscardCompletesTheEventKeepsItsHistoryAndLetsTheKeyGoOn) {
  rows_.register_listener("board");
  rows_.publish(2, 3);
  rows_.die("board");
  EXPECT_THAT(discard({.key = "k1"}, "was a test"), HasSubstr("1 dead letter is discarded"));
  EXPECT_EQ(states("k1"), "ready ready");
  EXPECT_EQ(states("k2"), "dead waiting waiting");
  EXPECT_EQ(rows_.complete(), 1);
  EXPECT_EQ(
      db_.number("SELECT count(*) FROM event_attempt WHERE event_id = '" + rows_.event("k1") + "'"),
      1);
  EXPECT_EQ(db_.value("SELECT command || ' ' || events || ' ' || reason FROM operator_log"),
            "dead discard 1 was a test");
  EXPECT_THAT(in_text(event_history(connection_, rows_.event("k1"), ""), ""),
              HasSubstr("Nothing is owed of it"));
}

TEST_F(DeadLettersOf, ADiscardWithoutAReasonIsRefused) {
  rows_.register_listener("board");
  rows_.publish(1, 1);
  rows_.die("board");
  EXPECT_THROW(discard({.key = "k1"}, " "), UsageError);
  EXPECT_EQ(rows_.count("dead"), 1);
}

TEST_F(DeadLettersOf, WhatWaitsIsPromotedOnlyUpToTheNextThatHoldsTheKey) {
  rows_.register_listener("board");
  rows_.publish(1, 6);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET state = 'dead' WHERE event_id = '" + rows_.event("k1", 4) +
          "'");
  discard({.events = {rows_.event("k1")}});
  EXPECT_EQ(states("k1"), "ready ready dead waiting waiting");
  db_.run("UPDATE event_delivery SET state = 'retrying' WHERE event_id = '" + rows_.event("k1", 2) +
          "'");
  discard({.events = {rows_.event("k1", 4)}});
  EXPECT_EQ(states("k1"), "retrying ready waiting waiting") << "settling those promotes the rest";
}

TEST_F(DeadLettersOf, AnEventThatIsOwedToSomebodyElseStaysOpen) {
  rows_.register_listener("board");
  rows_.register_listener("audit");
  rows_.publish(1, 1);
  rows_.die("board");
  rows_.die("audit");
  discard({.projection = "board"});
  EXPECT_EQ(rows_.complete(), 0);
  discard({.projection = "audit"});
  EXPECT_EQ(rows_.complete(), 1);
}

TEST_F(DeadLettersOf, TheDatabasesCompletionModeDecidesWhatBecomesOfADiscardedEvent) {
  rows_.register_listener("board");
  rows_.publish(2, 1);
  rows_.die("board");
  db_.run("INSERT INTO freshet_setting VALUES ('completion', 'archive')");
  discard({.key = "k1"});
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication_archive WHERE aggregate_id = 'k1'"),
            1);
  db_.run("UPDATE freshet_setting SET value = 'delete' WHERE name = 'completion'");
  discard({.key = "k2"});
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication_archive"), 1);
}

TEST_F(DeadLettersOf, RetiringDiscardsWhatIsOwedAndCanBeRunAgain) {
  rows_.register_listener("board");
  rows_.register_listener("audit");
  rows_.publish(50, 3);
  rows_.die("board");
  rows_.die("audit", "k1");
  EXPECT_THAT(in_text(before_retiring(connection_, "board")), HasSubstr("Open deliveries: 150"));
  EXPECT_THAT(in_text(retire_listener(connection_, "board")),
              AllOf(HasSubstr("is retired."), HasSubstr("Open deliveries discarded: 150.")));
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery WHERE listener = 'board'"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"),
            db_.number("SELECT count(*) FROM event_delivery"));
  EXPECT_EQ(db_.value("SELECT command || ' ' || events FROM operator_log"), "listeners retire 150");
  rows_.publish(1, 2, "late");
  rows_.die("board", "late");
  EXPECT_THAT(in_text(retire_listener(connection_, "board")),
              AllOf(HasSubstr("already"), HasSubstr("discarded: 2.")));
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery WHERE listener = 'board'"), 0);
}

// More than a chunk of one key, and a relay that declares the listener anew after the first one.
TEST_F(DeadLettersOf, RetiringThatIsCrossedByARegistrationLeavesNothingWaitingBehindNothing) {
  rows_.register_listener("board");
  rows_.publish(1, 2'500);
  rows_.die("board");
  bool crossed = false;
  const Retired retired = retire_listener(connection_, "board", [&](std::int64_t, std::int64_t) {
    if (std::exchange(crossed, true)) return;
    db_.run("UPDATE event_listener SET state = 'active'");
  });
  EXPECT_EQ(retired.discarded, 1'000);
  EXPECT_EQ(rows_.count("waiting"), 1'499);
  EXPECT_EQ(rows_.count("dead"), 1) << "what the others wait for";
}

}  // namespace
}  // namespace relay::operate
