#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_P(AStore, SeesTheLowestPendingNumberOfEachLaneAboveItsFloorAndUpToItsTop) {
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(3)), publish(key_in(9))};
  const auto look = scout_->look({{.lane = 9},
                                  {.lane = 3},
                                  {.lane = 4},
                                  {.lane = 3, .floor = s[0].seq},
                                  {.lane = 3, .floor = s[0].seq, .top = s[1].seq - 1},
                                  {.lane = 3, .top = s[0].seq}},
                                 10s);
  std::vector<std::optional<std::int64_t>> lowest;
  for (const auto& probe : look.lanes) lowest.push_back(probe.lowest);
  EXPECT_THAT(lowest,
              ElementsAre(s[2].seq, s[0].seq, std::nullopt, s[1].seq, std::nullopt, s[0].seq));
  EXPECT_EQ(look.lanes[0].lane, 9) << "as they were asked for";
  EXPECT_EQ(look.lanes[4].from, s[0].seq);
  EXPECT_EQ(look.lanes[4].top, s[1].seq - 1);
}

TEST_P(AStore, SeesNothingThatIsNotPending) {
  const Sent sent = publish(key_in(3));
  const auto writer = world_->open_writer();
  (void)writer->insert({.key = key_in(3)});
  (void)claim();
  worker_->end({.complete = {sent.id}});
  EXPECT_FALSE(scout_->look({{.lane = 3}}, 10s).lanes.at(0).lowest);
}

TEST_P(AStore, TellsTheLastNumbersHandedOutAlsoToWhoHasNotCommitted) {
  const Sent sent = publish("k");
  const auto writer = world_->open_writer();
  const Sent drawn = writer->insert({.key = "k"});
  EXPECT_EQ(scout_->look({{}}, 10s).standing.last_seq, drawn.seq);
  EXPECT_EQ(scout_->start(lanes).standing.last_seq, drawn.seq);
  EXPECT_EQ(scout_->start_without_floors().last_seq, drawn.seq);
  const std::int64_t before = scout_->look({{}}, 10s).standing.last_place;
  owe({delivery(sent, "board", ready)});
  EXPECT_EQ(scout_->look({{}}, 10s).standing.last_place, before + 1);
  EXPECT_EQ(scout_->start(lanes).standing.last_place, before + 1);
}

TEST_P(AStore, HandsOutNoNumberTwiceWhenAWriterRollsBack) {
  const Sent gone = world_->open_writer()->insert({.key = "k"});
  EXPECT_GT(publish("k").seq, gone.seq);
}

TEST_P(AStore, ReadsANumberThatWasGivenByHandLikeAnyOther) {
  const Sent by_hand = publish(NewEvent{.key = key_in(3), .seq = -7});
  EXPECT_FALSE(scout_->look({{.lane = 3}}, 10s).lanes.at(0).lowest);
  EXPECT_EQ(scout_->look({{.lane = 3, .floor = -100}}, 10s).lanes.at(0).lowest, by_hand.seq);
}

TEST_P(AStore, GivesALookUpThatTakesTooLong) {
  const auto slow = world_->slow_looks();
  const auto events = failure_of([&] { (void)scout_->look({{}}, 50ms); });
  EXPECT_EQ(events.kind, projections::FailureKind::timeout) << events.message;
  const auto deliveries = failure_of(
      [&] { (void)scout_->look_at_deliveries({.listeners = {"board"}, .lanes = {{}}}, 50ms); });
  EXPECT_EQ(deliveries.kind, projections::FailureKind::timeout) << deliveries.message;
}

TEST_P(AStore, SeesTheFirstPlaceOfReadyDeliveriesAboveItsFloorAndUpToItsTop) {
  declare("board");
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(3, 1)), publish(key_in(9))};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", ready),
       delivery(s[2], "board", retrying), delivery(s[2], "audit", ready)});
  const std::int64_t first = owed("board", s[0].id).place;
  const std::int64_t second = owed("board", s[1].id).place;
  EXPECT_THAT(
      scout_->look_at_deliveries({.listeners = {"audit", "board", "board", "board", "board"},
                                  .lanes = {{.lane = 9},
                                            {.lane = 9},
                                            {.lane = 3},
                                            {.lane = 3, .floor = first},
                                            {.lane = 3, .floor = first, .top = second - 1}}},
                                 10s),
      ElementsAre(owed("audit", s[2].id).place, std::nullopt, first, second, std::nullopt));
}

TEST_P(AStore, TellsWhereARetryIsDueAndWhereOneIsToCome) {
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(9)), publish(key_in(9)),
                            publish(key_in(4))};
  Delivery due = delivery(s[1], "board", retrying);
  due.delay = 0ms;
  owe({delivery(s[0], "board", retrying), due, delivery(s[2], "board", retrying),
       delivery(s[3], "board", ready), delivery(s[3], "audit", retrying)});
  std::map<int, bool> lanes;
  for (const auto& lane : scout_->retries({"board", "nobody"})) {
    EXPECT_EQ(lane.listener, "board");
    EXPECT_TRUE(lanes.emplace(lane.lane, lane.due).second) << "one for each lane";
  }
  EXPECT_EQ(lanes, (std::map<int, bool>{{3, false}, {9, true}}));
  world_->pass_time(1h);
  for (const auto& lane : scout_->retries({"board"})) EXPECT_TRUE(lane.due);
}

TEST_P(AStore, NamesTheTransactionsThatMayHoldANumber) {
  EXPECT_THAT(scout_->open_writers(), SizeIs(0));
  const auto one = world_->open_writer();
  EXPECT_THAT(scout_->open_writers(), SizeIs(0)) << "it has drawn none";
  (void)one->insert({.key = "k"});
  const auto named = scout_->open_writers();
  EXPECT_THAT(named, SizeIs(1));
  auto other = world_->open_writer();
  (void)other->insert({.key = "k"});
  EXPECT_THAT(scout_->open_writers(), SizeIs(2));
  other.reset();
  EXPECT_EQ(scout_->open_writers(), named) << "by the same name as long as it is open";
  one->commit();
  EXPECT_THAT(scout_->open_writers(), SizeIs(0));
}

// ---- which server it is, and what was learned of it

TEST_P(AStore, TellsEverybodyTheSameRunOfTheServer) {
  scout_->mark_run();
  const std::string run = worker_->server_run();
  EXPECT_NE(run, "");
  EXPECT_EQ(scout_->start(lanes).standing.server_run, run);
  EXPECT_EQ(scout_->start_without_floors().server_run, run);
  EXPECT_EQ(scout_->look({{}}, 10s).standing.server_run, run);
  scout_->mark_run();
  EXPECT_EQ(worker_->server_run(), run) << "it is marked already";
}

TEST_P(AStore, TellsAnotherRunAfterACrash) {
  scout_->mark_run();
  const std::string run = worker_->server_run();
  world_->crash();
  const auto scout = store_->open_scout_session("later");
  EXPECT_NE(scout->start_without_floors().server_run, run);
  scout->mark_run();
  EXPECT_NE(scout->start_without_floors().server_run, run);
}

/// Floors by lane that are `floor` everywhere.
std::vector<std::int64_t> floors(std::int64_t floor) {
  return std::vector<std::int64_t>(lanes, floor);
}

class Keep {
 public:
  explicit Keep(ScoutSession& scout) : scout_(scout) {}
  void keep(const std::string& listener, std::vector<std::int64_t> floors) {
    const std::string run = scout_.start_without_floors().server_run;
    scout_.keep_floors({{listener, std::move(floors)}}, run);
  }
  /// What holds, by lane; empty: nothing does.
  std::vector<std::int64_t> kept(const std::string& listener, int number = lanes) {
    const relay::store::Start start = scout_.start(number);
    const auto found = start.floors.find(listener);
    return found == start.floors.end() ? std::vector<std::int64_t>{} : found->second;
  }

 private:
  ScoutSession& scout_;
};

TEST_P(AStore, KeepsFloorsForWhoeverStartsLater) {
  const Sent sent = publish("k");
  const auto later = store_->open_scout_session("later");
  Keep own{*scout_};
  EXPECT_TRUE(own.kept("").empty());
  own.keep("", floors(sent.seq));
  EXPECT_EQ(Keep{*later}.kept(""), floors(sent.seq));
  EXPECT_TRUE(own.kept("board").empty());
  own.keep("board", floors(0));
  EXPECT_EQ(own.kept("board"), floors(0));
}

TEST_P(AStore, KeepsTheHigherOfTwoRelaysFloorsInEachLane) {
  publish("k");
  Keep own{*scout_};
  std::vector<std::int64_t> one = floors(1);
  std::vector<std::int64_t> other = floors(1);
  one[3] = other[9] = 2;
  own.keep("", one);
  own.keep("", other);
  one[9] = 2;
  EXPECT_EQ(own.kept(""), one);
}

TEST_P(AStore, TrustsNoFloorsOfAnotherServerNorForAnotherNumberOfLanes) {
  publish("k");
  Keep{*scout_}.keep("", floors(2));
  EXPECT_TRUE(Keep{*scout_}.kept("", lanes / 2).empty());
  world_->change_server();
  const auto later = store_->open_scout_session("later");
  EXPECT_TRUE(Keep{*later}.kept("").empty());
  Keep{*later}.keep("", floors(1));
  EXPECT_EQ(Keep{*later}.kept(""), floors(1)) << "what the other has learned counts no more";
}

TEST_P(AStore, TrustsFloorsThatWereKeptBeforeACrash) {
  const Sent sent = publish("k");
  Keep{*scout_}.keep("", floors(sent.seq));
  world_->crash();
  const auto later = store_->open_scout_session("later");
  EXPECT_EQ(Keep{*later}.kept(""), floors(sent.seq));
}

TEST_P(AStore, TrustsNoFloorsOfASequenceThatWentBack) {
  publish("k");
  const Sent sent = publish("k");
  Keep{*scout_}.keep("", floors(sent.seq));
  world_->set_last_seq(sent.seq - 1);
  EXPECT_TRUE(Keep{*scout_}.kept("").empty());
  Keep{*scout_}.keep("", floors(1));
  EXPECT_EQ(Keep{*scout_}.kept(""), floors(1));
}

TEST_P(AStore, KeepsNoFloorsThatWereLearnedOfAnotherRun) {
  scout_->mark_run();
  const std::string run = worker_->server_run();
  world_->crash();
  const auto later = store_->open_scout_session("later");
  later->keep_floors({{"", floors(1)}}, run);
  EXPECT_TRUE(Keep{*later}.kept("").empty());
}

}  // namespace
}  // namespace tests::contract
