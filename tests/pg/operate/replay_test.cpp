#include "relay/operate/replay/open_replay.hpp"

#include <gmock/gmock.h>

#include "relay/operate/replay/replay_queue.hpp"
#include "relay/operate/usage_error.hpp"
#include "tests/support/history_rows.hpp"

namespace relay::operate {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

class ReplayOf : public ::testing::Test {
 protected:
  static ReplayPlan plan(const ReplayFilter& filter = {}, bool restart = false) {
    return {.forward = "out",
            .patterns = {"Th*", "Other_"},
            .topic = "again",
            .filter = filter,
            .restart = restart};
  }
  Replay open(const ReplayFilter& filter = {}, bool restart = false) {
    return open_replay(connection_, plan(filter, restart), limits_,
                       [this](const std::string& sentence) { said_ += sentence + "\n"; });
  }
  ReplayQueue queue(const Replay& replay, const ReplayQueueOptions& options = {}) {
    return {connection_, replay, {.command = "replay", .listener = "out"}, options};
  }
  /// The payloads of the next ones, which are then done.
  std::vector<std::string> take(ReplayQueue& queue, std::int64_t most = 1'000) {
    const ReplayBatch batch = queue.next(most);
    std::vector<std::string> payloads;
    for (const auto& row : batch.rows) payloads.emplace_back(row["payload"].c_str());
    if (!batch.empty()) queue.advance(batch, {.sent = static_cast<long>(payloads.size())});
    return payloads;
  }
  /// The payloads of all that a filter means; nothing stays.
  std::vector<std::string> all(const ReplayFilter& filter = {}) {
    ReplayQueue one = queue(open(filter, true));
    auto payloads = take(one);
    one.release();
    return payloads;
  }

  tests::TestDatabase db_;
  tests::HistoryRows rows_{db_};
  pg::Connection connection_{db_.url()};
  ReplayLimits limits_;
  std::string said_;
};

TEST_F(ReplayOf, HistoryIsWhatIsCompleteAndWantedHereOrInTheArchiveInOrder) {
  rows_.complete(2, "Thing", "a");
  rows_.complete(1, "Else", "b");
  rows_.complete(1, "Other_", "c");
  rows_.complete(1, "OtherX", "d");
  rows_.pending(2, "Thing", "e");
  rows_.complete(2, "Thing", "f");
  rows_.archive("serialized_event IN ('\"a1\"', '\"f1\"')");
  const Replay replay = open();
  EXPECT_EQ(replay.total, 5);
  EXPECT_EQ(replay.left_out, 2);
  EXPECT_EQ(replay.bound, db_.number("SELECT max(seq) FROM event_publication"));
  EXPECT_THAT(in_words(replay, plan()),
              AllOf(HasSubstr("To replay: 5 completed events of forward \"out\" up to seq "),
                    HasSubstr("2 events that fit are left out: not completed yet")));
  ReplayQueue one = queue(replay);
  EXPECT_THAT(take(one, 2), ElementsAre("\"a1\"", "\"a2\""));
  EXPECT_THAT(take(one), ElementsAre("\"c1\"", "\"f1\"", "\"f2\""));
  EXPECT_TRUE(one.next(1).empty());
}

TEST_F(ReplayOf, AnEventThatIsAddressedGoesByItsAddressAlone) {
  rows_.complete(1, "Thing", "a");
  rows_.complete(1, "Thing", "b");
  rows_.complete(1, "Else", "c");
  db_.run("UPDATE event_publication SET listener_id = 'board' WHERE serialized_event = '\"a1\"'");
  db_.run("UPDATE event_publication SET listener_id = 'out' WHERE serialized_event = '\"c1\"'");
  EXPECT_THAT(all(), ElementsAre("\"b1\"", "\"c1\""));
}

TEST_F(ReplayOf, EachFilterMeansItsPart) {
  rows_.complete(3);
  rows_.complete(1, "Other_", "x");
  db_.run(
      "UPDATE event_publication SET publication_date = timestamptz '2026-03-01 00:00+00' + "
      "interval '1 day' * n, aggregate_id = nullif(aggregate_id, 'k3') FROM (SELECT id, "
      "row_number() OVER (ORDER BY seq) n FROM event_publication) o WHERE o.id = "
      "event_publication.id");
  const auto id = db_.value("SELECT upper(id::text) FROM event_publication OFFSET 2 LIMIT 1");
  const auto second = db_.value("SELECT seq FROM event_publication ORDER BY seq OFFSET 1 LIMIT 1");
  EXPECT_THAT(all({.from = second}), ElementsAre("\"2\"", "\"3\"", "\"x1\""));
  EXPECT_THAT(all({.until = second}), ElementsAre("\"1\"", "\"2\""));
  EXPECT_THAT(all({.from = second, .until = second}), ElementsAre("\"2\""));
  EXPECT_THAT(all({.from = "2026-03-03T00:00:00Z", .until = "2026-03-05 01:00+01"}),
              ElementsAre("\"2\"", "\"3\""))
      << "until a moment means before it";
  EXPECT_THAT(all({.key = "k2"}), ElementsAre("\"2\""));
  EXPECT_THAT(all({.key = id}), ElementsAre("\"3\"")) << "a keyless event's id";
  EXPECT_THAT(all({.type = "O*r_"}), ElementsAre("\"x1\""));
  EXPECT_THAT(all({.type = "E*"}), IsEmpty());
  EXPECT_THAT(all({.key = "k'; --\n2"}), IsEmpty());
}

TEST_F(ReplayOf, WordsThatMeanNothingAreRefusedInASentence) {
  for (const char* edge :
       {"yesterday", "2026-13-01", "12:00", "infinity", "-1", "2026-03-01; x", "1e3"}) {
    EXPECT_THROW((void)open({.from = edge}), UsageError) << edge;
    EXPECT_THROW((void)open({.until = edge}), UsageError) << edge;
  }
  EXPECT_THAT(refusal([&] { (void)open({.until = "99999999999999999999"}); }),
              HasSubstr("beyond any seq"));
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay"), 0);
}

TEST_F(ReplayOf, EventsFromBeforeFreshetShareASeqAndGoByTheirTime) {
  rows_.complete(4);
  db_.run(
      "UPDATE event_publication SET seq = 1, publication_date = timestamptz '2026-03-01' - "
      "interval '1 day' * trim('\"' FROM serialized_event)::int WHERE serialized_event <> '\"4\"'");
  rows_.archive("serialized_event = '\"2\"'");
  db_.run("UPDATE event_publication_archive SET seq = NULL");
  EXPECT_THAT(all(), ElementsAre("\"3\"", "\"2\"", "\"1\"", "\"4\""));
}

TEST_F(ReplayOf, NoEventBelowItsBoundCanStillAppear) {
  rows_.complete(1);
  pqxx::connection other{db_.url()};
  pqxx::work writer{other};
  writer.exec(
      "INSERT INTO event_publication (event_type, serialized_event) VALUES ('Thing', '\"late\"')");
  rows_.complete(1, "Thing", "after");
  limits_.writers = 1'500ms;
  EXPECT_THAT(refusal([&] { (void)open(); }),
              AllOf(HasSubstr("did not end in time: pid "), HasSubstr("open since ")));
  EXPECT_THAT(said_, HasSubstr("Waiting for open transactions"));
  writer.exec("UPDATE event_publication SET completion_date = now() WHERE seq > 0");
  writer.commit();
  EXPECT_EQ(open().total, 3);
  EXPECT_THAT(all(), ElementsAre("\"1\"", "\"late\"", "\"after1\""));
}

TEST_F(ReplayOf, WhoOnlyReadsIsNotWaitedFor) {
  rows_.complete(1);
  pqxx::connection other{db_.url()};
  pqxx::work reader{other};
  reader.exec("SELECT count(*) FROM event_publication");
  limits_.writers = 0ms;
  EXPECT_EQ(open().total, 1);
}

TEST_F(ReplayOf, WhatComesAfterItsBeginningIsNotOfIt) {
  rows_.complete(2);
  rows_.pending(1, "Thing", "p");
  const Replay replay = open();
  db_.run("UPDATE event_publication SET completion_date = clock_timestamp()");
  rows_.complete(3, "Thing", "new");
  ReplayQueue one = queue(replay);
  EXPECT_THAT(take(one), ElementsAre("\"1\"", "\"2\""));
}

TEST_F(ReplayOf, TheSameWordsGoOnAndOthersAreToldSo) {
  rows_.complete(5);
  {
    ReplayQueue one = queue(open({.type = "Th*"}));
    EXPECT_THAT(take(one, 2), ElementsAre("\"1\"", "\"2\""));
    one.release();
  }
  EXPECT_THAT(refusal([&] { (void)open({.key = "k1"}); }),
              AllOf(HasSubstr("was of --type Th* and not of --key k1"), HasSubstr("--restart")));
  const Replay again = open({.type = "Th*"});
  EXPECT_TRUE(again.resumed);
  EXPECT_THAT(in_words(again, plan({.type = "Th*"})),
              AllOf(HasSubstr("Going on with the replay that was begun at "),
                    HasSubstr("of which 2 are done: 5 completed events")));
  {
    ReplayQueue one = queue(again);
    EXPECT_THAT(take(one), ElementsAre("\"3\"", "\"4\"", "\"5\""));
    EXPECT_EQ(one.replay().sent, 5);
    one.release();
  }
  EXPECT_EQ(db_.value("SELECT string_agg(events::text, ',' ORDER BY id) FROM operator_log"), "2,3");
  EXPECT_EQ(open({.type = "Th*"}).resumed, false) << "that one has ended";
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay_event"), 5);
}

TEST_F(ReplayOf, ARestartForgetsWhatWasBefore) {
  rows_.complete(5);
  {
    ReplayQueue one = queue(open());
    take(one, 2);
    one.release();
  }
  EXPECT_EQ(open({.key = "k1"}, true).total, 1);
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay_event"), 1);
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay WHERE ended_at IS NULL"), 1);
}

TEST_F(ReplayOf, WhatWasDeletedMeanwhileIsCountedAndWhatWasArchivedIsFound) {
  rows_.complete(6);
  ReplayQueue one = queue(open());
  db_.run("DELETE FROM event_publication WHERE serialized_event IN ('\"1\"', '\"2\"', '\"6\"')");
  rows_.archive("serialized_event = '\"3\"'");
  EXPECT_THAT(take(one, 2), IsEmpty());
  EXPECT_EQ(one.replay().vanished, 2);
  EXPECT_THAT(take(one), ElementsAre("\"3\"", "\"4\"", "\"5\""));
  EXPECT_EQ(one.replay().vanished, 3);
  EXPECT_EQ(one.replay().done, 6);
  one.release();
  EXPECT_EQ(
      db_.value("SELECT (ended_at IS NOT NULL)::text || sent || vanished FROM forward_replay"),
      "true33");
}

TEST_F(ReplayOf, ABatchHasNoMoreBytesThanAllowedButOneEventAtLeast) {
  rows_.complete(5);
  db_.run("UPDATE event_publication SET serialized_event = to_json(repeat(seq::text, 1000))");
  db_.run("DELETE FROM event_publication WHERE aggregate_id = 'k2'");
  ReplayQueue one = queue(open(), {.batch_max_bytes = 100});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(take(one).size(), 1U);
  EXPECT_TRUE(one.next(1'000).empty());
  EXPECT_EQ(one.replay().sent, 4);
}

TEST_F(ReplayOf, ABatchsBytesAreThoseOfHeadersToo) {
  rows_.complete(5);
  db_.run("UPDATE event_publication SET headers = jsonb_build_object('h', repeat('x', 100000))");
  ReplayQueue one = queue(open(), {.batch_max_bytes = 250'000});
  EXPECT_EQ(take(one).size(), 3U);
  EXPECT_EQ(take(one).size(), 2U);
}

TEST_F(ReplayOf, TwoAtOnceAreRefusedUntilNothingIsHeardOfTheFirst) {
  rows_.complete(4);
  const Replay replay = open();
  ReplayQueue first = queue(replay, {.claim = 60s});
  EXPECT_THAT(refusal([&] { (void)queue(open()); }),
              AllOf(HasSubstr("at work already: process "), HasSubstr("taken over in ")));
  EXPECT_THAT(refusal([&] { (void)open({}, true); }), HasSubstr("at work already"));
  const ReplayBatch held = first.next(2);

  db_.run("UPDATE forward_replay SET claimed_until = clock_timestamp() - interval '1 s'");
  ReplayQueue second = queue(open());
  EXPECT_THAT(take(second, 1), ElementsAre("\"1\"")) << "nothing of it was done";
  EXPECT_THROW(first.advance(held, {.sent = 2}), ReplayLost);
  EXPECT_THROW(first.keep(), ReplayLost);
  first.release();
  EXPECT_THAT(take(second), ElementsAre("\"2\"", "\"3\"", "\"4\""));
  EXPECT_EQ(db_.number("SELECT sent FROM forward_replay"), 4);
}

TEST_F(ReplayOf, OnlyOneAtATimeChooses) {
  rows_.complete(1);
  pqxx::connection other{db_.url()};
  pqxx::work chooser{other};
  chooser.exec("INSERT INTO forward_replay (forward, topic) VALUES ('out', 'again')");
  chooser.commit();
  pqxx::work again{other};
  again.exec("SELECT FROM forward_replay FOR UPDATE");
  EXPECT_THAT(refusal([&] { (void)open(); }),
              HasSubstr("another process is just choosing its events"));
  EXPECT_THAT(refusal([&] { (void)open({}, true); }), HasSubstr("just choosing its events"));
  again.abort();
  EXPECT_EQ(open().total, 1);
}

}  // namespace
}  // namespace relay::operate
