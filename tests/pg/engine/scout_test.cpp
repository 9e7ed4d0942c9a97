#include "relay/engine/scout.hpp"
#include "relay/runtime/engine_tasks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "relay/store/outbox/outbox_store.hpp"
#include "relay/wiring/wire_engine.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/named_listener.hpp"
#include "tests/support/no_recorder.hpp"
#include "tests/support/running_task.hpp"
#include "tests/support/test_database.hpp"

// A scout without workers: what it rings for stays where it is.

namespace relay::engine {
namespace {

Queue queue(const std::string& name, bool detached) {
  return {.listener = std::make_shared<tests::Named>(
              projections::ProjectionOptions{.name = name, .events = {"*"}, .detached = detached}),
          .detached = detached};
}

EngineParts parts(const std::string& url) {
  EngineParts parts;
  parts.store = std::make_unique<store::outbox::OutboxStore>(
      store::outbox::OutboxOptions{.conninfo = url, .instance = "test"});
  parts.recorder = std::make_unique<tests::NoRecorder>();
  parts.queues.push_back(queue("quick", false));
  parts.queues.push_back(queue("slow", true));
  return parts;
}

class ScoutRings : public testing::Test {
 protected:
  bool serves(const std::string& listener) {
    const auto assignment = boards_.assignment();
    return assignment && assignment->serves(listener);
  }

  bool rings_for_new_events() {
    const std::uint64_t before = boards_.bell.rings();
    db_.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('Thing', '{}')");
    return tests::eventually([&] { return boards_.bell.rings() > before; });
  }

  std::uint64_t rings_of_drainers() { return boards_.drainer_bells.at("slow").rings(); }

  tests::TestDatabase db_;
  EngineOptions options_{.database = "main", .agreed_settings = wiring::agreed_settings({})};
  EngineParts parts_ = parts(db_.url());
  WorkBoards boards_{64, true, {"quick", "slow"}};
  Conditions conditions_{"main", parts_};
  DatabaseBreaker breaker_{conditions_, {}, parts_};
  Scout scout_{options_, parts_, boards_, conditions_, breaker_, {}};
  runtime::ScoutTask task_{scout_};
  tests::RunningTask running_{task_, &boards_.scout_bell};
};

TEST_F(ScoutRings, TheWorkersForAnEventThatALookHasSeen) {
  ASSERT_TRUE(tests::eventually([&] { return serves("quick"); }));
  EXPECT_EQ(boards_.bell.rings(), 0U) << "there was nothing";
  EXPECT_TRUE(rings_for_new_events());
  EXPECT_EQ(rings_of_drainers(), 0U) << "no delivery is there";
}

TEST_F(ScoutRings, TheWorkersForAnEventThatCommitsLateWhileAnotherTransactionStaysOpen) {
  const char* const insert =
      "INSERT INTO event_publication (event_type, serialized_event) VALUES ('Thing', '{}') "
      "RETURNING seq";
  pqxx::connection connections[]{pqxx::connection{db_.url()}, pqxx::connection{db_.url()}};
  pqxx::work open{connections[0]};
  open.exec(insert);
  pqxx::work late{connections[1]};
  const auto seq = late.exec(insert)[0][0].as<std::int64_t>();
  const auto reads_on = [&](const lanes::LaneTicket& lane) { return lane.floor >= seq; };
  ASSERT_TRUE(tests::eventually([&] {
    return std::ranges::all_of(boards_.board.unmarked(), reads_on);
  })) << "looks read on from what was drawn a while ago";
  ASSERT_TRUE(tests::eventually([&] {
    return std::ranges::none_of(boards_.board.unmarked(), reads_on);
  })) << "and walk the rest again";
  EXPECT_LT(boards_.board.floor_of(0), seq);
  const std::uint64_t before = boards_.bell.rings();
  late.commit();
  EXPECT_TRUE(tests::eventually([&] { return boards_.bell.rings() > before; }));
}

TEST_F(ScoutRings, TheDrainersOfADetachedListenerForAReadyDelivery) {
  ASSERT_TRUE(tests::eventually([&] { return serves("slow"); }));
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) "
      "VALUES (gen_random_uuid(), 'slow', 3, 1, 'k', 'ready')");
  EXPECT_TRUE(tests::eventually([&] { return rings_of_drainers() > 0; }));
  EXPECT_EQ(boards_.bell.rings(), 0U) << "they are none of the first pass's business";
}

TEST_F(ScoutRings, NobodyForTheDeliveriesOfAPausedListener) {
  ASSERT_TRUE(tests::eventually([&] { return serves("slow"); }));
  db_.run("UPDATE event_listener SET state = 'paused', paused_by = 'operator' WHERE name = 'slow'");
  boards_.wake_scout(true);
  ASSERT_TRUE(tests::eventually([&] { return serves("quick") && !serves("slow"); }));
  const std::uint64_t before = rings_of_drainers();
  boards_.delivery_boards.at("slow").found_work({3});  // as a batch of the first pass does
  EXPECT_TRUE(rings_for_new_events());
  EXPECT_TRUE(rings_for_new_events()) << "so a look has ended since";
  EXPECT_EQ(rings_of_drainers(), before);
}

}  // namespace
}  // namespace relay::engine
