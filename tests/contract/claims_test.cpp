#include <algorithm>

#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST_P(AStore, ReadsTheEventsOfALaneTogetherAndInTheOrderOfTheirNumbers) {
  const std::string a = key_in(3);
  const std::string b = key_in(9);
  const auto sent = {publish(a), publish(b), publish(a), publish(b), publish(key_in(3, 1))};
  const std::vector<Sent> s{sent};
  const Claim claim = worker_->claim_events({{.lane = 9}, {.lane = 3}}, Payloads::travel);
  std::map<int, std::vector<std::string>> by_lane;
  int changes = 0;
  for (std::size_t i = 0; i < claim.events.rows.size(); ++i) {
    const auto& row = claim.events.rows[i];
    by_lane[row.lane].emplace_back(row.id);
    if (i > 0 && row.lane != claim.events.rows[i - 1].lane) ++changes;
  }
  EXPECT_THAT(by_lane[3], ElementsAre(s[0].id, s[2].id, s[4].id));
  EXPECT_THAT(by_lane[9], ElementsAre(s[1].id, s[3].id));
  EXPECT_EQ(changes, 1);
  EXPECT_THAT((std::vector{claim.lanes.at(0).lane, claim.lanes.at(1).lane}), ElementsAre(9, 3))
      << "one for each ticket";
  EXPECT_EQ(read_of(claim, 3).events, 3U);
  EXPECT_EQ(read_of(claim, 3).last, s[4].seq);
  EXPECT_EQ(read_of(claim, 9).last, s[3].seq);
}

TEST_P(AStore, GivesAnEventAsItWasWritten) {
  const Sent sent = publish(NewEvent{.key = "k",
                                     .type = "Made",
                                     .payload = R"({"n": 1})",
                                     .headers = R"({"h": 1})",
                                     .listener_id = "board"});
  const Claim claim = this->claim();
  ASSERT_EQ(claim.events.rows.size(), 1U);
  const auto& row = claim.events.rows[0];
  EXPECT_EQ(row.id, sent.id);
  EXPECT_EQ(row.seq, sent.seq);
  EXPECT_EQ(row.lane, sent.lane);
  EXPECT_EQ(row.type, "Made");
  EXPECT_EQ(row.aggregate_type, "thing");
  EXPECT_EQ(row.aggregate_id, "k");
  EXPECT_EQ(row.payload, R"({"n": 1})");
  EXPECT_EQ(row.payload_bytes, 8);
  EXPECT_EQ(row.headers, R"({"h": 1})");
  EXPECT_EQ(row.listener_id, "board");
  EXPECT_TRUE(row.published_us);
}

TEST_P(AStore, ReadsNothingThatIsNotCommittedAndThenALateOneToo) {
  const auto writer = world_->open_writer();
  const Sent late = writer->insert({.key = "k"});
  const Sent early = publish("k");
  EXPECT_LT(late.seq, early.seq);
  EXPECT_THAT(ids(claim()), ElementsAre(early.id));
  worker_->rollback();
  writer->commit();
  EXPECT_THAT(ids(claim()), ElementsAre(late.id, early.id));
}

TEST_P(AStore, NeverReadsWhatAWriterRolledBack) {
  { (void)world_->open_writer()->insert({.key = "k"}); }
  EXPECT_TRUE(claim().empty());
}

TEST_P(AStore, TakesTheLanesThatAreFreeAndSaysWhichAreNot) {
  const Sent a = publish(key_in(3));
  const Sent b = publish(key_in(9));
  const auto another = open_worker();
  EXPECT_THAT(ids(another->claim_events({{.lane = 3}}, Payloads::travel)), ElementsAre(a.id));
  const Claim claim = worker_->claim_events({{.lane = 3}, {.lane = 9}}, Payloads::travel);
  EXPECT_THAT(ids(claim), ElementsAre(b.id));
  EXPECT_FALSE(read_of(claim, 3).held);
  EXPECT_FALSE(read_of(claim, 3).more);
  EXPECT_TRUE(read_of(claim, 9).held);
}

TEST_P(AStore, WithNoLaneFreeReadsNothing) {
  publish();
  const auto another = open_worker();
  (void)claim(*another);
  const Claim claim = this->claim();
  EXPECT_TRUE(claim.empty());
  EXPECT_TRUE(std::ranges::none_of(claim.lanes, &relay::store::LaneRead::held));
}

TEST_P(AStore, HoldsALaneWithoutEventsAsWell) {
  const Claim claim = worker_->claim_events({{.lane = 5}}, Payloads::travel);
  EXPECT_TRUE(read_of(claim, 5).held);
  EXPECT_FALSE(read_of(claim, 5).more);
  EXPECT_EQ(read_of(claim, 5).last, 0);
  EXPECT_EQ(claim.listeners_version, "") << "nothing was read";
  EXPECT_FALSE(read_of(open_worker()->claim_events({{.lane = 5}}, Payloads::travel), 5).held);
}

TEST_P(AStore, ReadsAboveFloorsOnlyAndMindsNoTop) {
  const std::string key = key_in(3);
  const Sent first = publish(key);
  const Sent second = publish(key);
  EXPECT_THAT(ids(worker_->claim_events({{.lane = 3, .floor = first.seq, .top = first.seq}},
                                        Payloads::travel)),
              ElementsAre(second.id));
}

TEST_P(AStore, SharesItsLimitAmongTheLanesAndSaysWhereThereIsMore) {
  const auto worker = open_worker(Limits{.batch_size = 4});
  std::vector<Sent> a;
  for (int n = 0; n < 3; ++n) a.push_back(publish(key_in(3)));
  const Sent b = publish(key_in(9));
  const Claim claim = worker->claim_events({{.lane = 3}, {.lane = 9}}, Payloads::travel);
  EXPECT_THAT(ids(claim), UnorderedElementsAre(a[0].id, a[1].id, b.id));
  EXPECT_TRUE(read_of(claim, 3).more);
  EXPECT_EQ(read_of(claim, 3).last, a[1].seq);
  EXPECT_FALSE(read_of(claim, 9).more);
}

TEST_P(AStore, SharesItsLimitAmongTheLanesThatItGot) {
  const auto worker = open_worker(Limits{.batch_size = 4});
  for (int n = 0; n < 5; ++n) publish(key_in(3));
  const auto another = open_worker();
  (void)another->claim_events({{.lane = 9}}, Payloads::travel);
  const Claim claim = worker->claim_events({{.lane = 3}, {.lane = 9}}, Payloads::travel);
  EXPECT_EQ(read_of(claim, 3).events, 4U);
}

TEST_P(AStore, GivesOneEventOfEachLaneWhateverTheLimit) {
  const auto worker = open_worker(Limits{.batch_size = 1});
  publish(key_in(3));
  publish(key_in(9));
  EXPECT_EQ(worker->claim_events({{.lane = 3}, {.lane = 9}}, Payloads::travel).events.rows.size(),
            2U);
}

TEST_P(AStore, GivesACarefulLanesEventsOneByOne) {
  const Sent first = publish(key_in(3));
  publish(key_in(3));
  const Claim claim = worker_->claim_events({{.lane = 3, .careful = true}}, Payloads::travel);
  EXPECT_THAT(ids(claim), ElementsAre(first.id));
  EXPECT_TRUE(read_of(claim, 3).more);
}

TEST_P(AStore, ReadsSoManyBytesAndAlwaysOneEvent) {
  const std::string text = "\"" + std::string(98, 'x') + "\"";
  const std::string key = key_in(3);
  for (int n = 0; n < 5; ++n) publish(NewEvent{.key = key, .payload = text});
  for (const auto& [bytes, events] : std::map<int, std::size_t>{{1, 1}, {250, 3}, {1'000, 5}}) {
    const auto worker = open_worker(Limits{.batch_max_bytes = bytes});
    const Claim claim = worker->claim_events({{.lane = 3}}, Payloads::travel);
    EXPECT_EQ(read_of(claim, 3).events, events) << bytes;
    EXPECT_EQ(read_of(claim, 3).more, events < 5) << bytes;
    worker->rollback();  // a server lets go of a closed session's locks when it comes to it
  }
}

TEST_P(AStore, ReadsOneEventOfEachLaneHoweverFewBytesABatchMayHave) {
  publish(NewEvent{.key = key_in(3), .payload = "{}"});
  publish(NewEvent{.key = key_in(5), .payload = "{}"});
  const auto worker = open_worker(Limits{.batch_max_bytes = 1});
  const Claim claim = worker->claim_events({{.lane = 3}, {.lane = 5}}, Payloads::travel);
  EXPECT_EQ(read_of(claim, 3).events, 1U);
  EXPECT_EQ(read_of(claim, 5).events, 1U);
}

TEST_P(AStore, LeavesAPayloadThatIsTooLargeAndSaysHowLargeItIs) {
  publish(NewEvent{.key = "k", .payload = "\"" + std::string(999, 'x') + "\""});
  const Claim claim = this->claim();
  EXPECT_FALSE(claim.events.rows.at(0).payload);
  EXPECT_EQ(claim.events.rows.at(0).payload_bytes, 1'001);
}

TEST_P(AStore, LetsPayloadsAndHeadersTravelAsTheyAreWanted) {
  const std::string key = key_in(3);
  publish(NewEvent{.key = key, .payload = "{}", .headers = R"({"h": 1})"});
  publish(NewEvent{.key = key, .payload = ""});
  const auto seen = [&](Payloads payloads) {
    const Claim claim = this->claim(*worker_, payloads);
    worker_->rollback();
    const auto& rows = claim.events.rows;
    EXPECT_EQ(rows.at(0).payload_bytes, 2);
    EXPECT_EQ(rows.at(1).payload, "") << "an empty one always travels";
    return std::pair{rows.at(0).payload.has_value(), rows.at(0).headers.has_value()};
  };
  EXPECT_EQ(seen(Payloads::travel), (std::pair{true, true}));
  EXPECT_EQ(seen(Payloads::stay), (std::pair{false, true}));
  EXPECT_EQ(seen(Payloads::stay_with_headers), (std::pair{false, false}));
}

TEST_P(AStore, TellsTheListenersVersionInWhichEventsWereRead) {
  publish();
  const std::string before = version();
  EXPECT_EQ(claim().listeners_version, before);
  worker_->rollback();
  declare("board");
  EXPECT_NE(version(), before);
  EXPECT_EQ(claim().listeners_version, version());
}

TEST_P(AStore, TellsWhetherKeysOfALaneMayBeHeld) {
  declare("board");
  declare("slow", true);
  const Sent first = publish(key_in(3));
  const Sent elsewhere = publish(key_in(9));
  const auto open = [&] {
    const Claim claim = this->claim();
    worker_->rollback();
    return read_of(claim, 3).open_deliveries;
  };
  EXPECT_FALSE(open());
  owe({delivery(first, "slow", ready), delivery(elsewhere, "board", dead)});
  const Sent second = publish(key_in(3));
  EXPECT_FALSE(open()) << "a detached listener holds its keys itself";
  owe({delivery(second, "board", retrying)});
  publish(key_in(3));
  EXPECT_TRUE(open());
}

TEST_P(AStore, TellsThatKeysOfALaneMayBeHeldByADeadLetterOfAnybody) {
  declare("slow", true);
  owe({delivery(publish(key_in(3)), "slow", dead)});
  publish(key_in(3));
  EXPECT_TRUE(read_of(claim(), 3).open_deliveries);
}

TEST_P(AStore, ReadsNothingThatIsParkedOrComplete) {
  const Sent a = publish("k");
  const Sent b = publish("k");
  const Sent c = publish("k");
  (void)claim();
  worker_->end({.complete = {a.id}, .park = {b.id}});
  EXPECT_THAT(ids(claim()), ElementsAre(c.id));
}

TEST_P(AStore, WithoutOrderGivesSeveralWorkersDifferentEventsOfALane) {
  const auto one = open_worker(Limits{.ordered = false, .batch_size = 2});
  const auto other = open_worker(Limits{.ordered = false});
  std::vector<Sent> sent;
  for (int n = 0; n < 3; ++n) sent.push_back(publish(key_in(3)));
  EXPECT_THAT(ids(one->claim_events({{.lane = 3}}, Payloads::travel)),
              ElementsAre(sent[0].id, sent[1].id));
  const Claim second = other->claim_events({{.lane = 3}}, Payloads::travel);
  EXPECT_TRUE(read_of(second, 3).held);
  EXPECT_THAT(ids(second), ElementsAre(sent[2].id));
  one->rollback();
  other->rollback();
  EXPECT_EQ(claim().events.rows.size(), 3U);
}

TEST_P(AStore, GivesALaneThatIsSharedWithoutOrderToNobodyWhoOrders) {
  publish(key_in(3));
  const auto unordered = open_worker(Limits{.ordered = false});
  (void)unordered->claim_events({{.lane = 3}}, Payloads::travel);
  EXPECT_FALSE(read_of(worker_->claim_events({{.lane = 3}}, Payloads::travel), 3).held);
}

}  // namespace
}  // namespace tests::contract
