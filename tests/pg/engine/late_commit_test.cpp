#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "relay/operate/dead/dead_letters.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

// Publishers that do not wait for each other lose the promise of order for their events, never the
// event: a number that commits late comes behind higher ones of its key that have failed, are dead,
// wait or could not be sent.

namespace {

using namespace std::chrono_literals;
using tests::EngineRun;
using tests::eventually;
using tests::TestDatabase;

std::string inserting(int n) {
  return "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
         "aggregate_id) VALUES ('Thing', '{\"n\": " +
         std::to_string(n) + "}', 'thing', 'k')";
}

/// What is open for a listener: the numbers of the events, and the states.
std::string open_of(const TestDatabase& db, const std::string& listener) {
  return db.value(
      "SELECT coalesce(string_agg((p.serialized_event::jsonb->>'n') || ' ' || d.state, ', ' ORDER "
      "BY d.seq), '-') FROM event_delivery d JOIN event_publication p ON p.id = d.event_id WHERE "
      "d.listener = '" +
      listener + "'");
}

struct How {
  const char* name;
  bool detached;
  projections::OnDead on_dead;
};

/// A projection that fails at events named in the table `bad`, a writer that is late with event 1,
/// and others that have committed.
class LateCommit : public ::testing::TestWithParam<How> {
 protected:
  LateCommit() {
    db_.run("CREATE TABLE bad (n int PRIMARY KEY)");
    db_.run("CREATE TABLE effects (pos bigserial, n int)");
    late_.exec(inserting(1));
  }

  void start(projections::RetrySchedule retry) {
    run_.registry.add({.name = "board",
                       .events = {"Thing"},
                       .on_dead = GetParam().on_dead,
                       .detached = GetParam().detached,
                       .retry = std::move(retry)},
                      projections::sql_projection(
                          {"INSERT INTO effects (n) SELECT (payload->>'n')::int / (SELECT CASE "
                           "WHEN EXISTS (SELECT FROM bad b WHERE b.n = (payload->>'n')::int) THEN "
                           "0 ELSE 1 END) FROM events ORDER BY seq"}));
    engine_ = run_.start();
  }
  void end() {
    engine_->request_stop();
    EXPECT_TRUE(engine_->wait(std::chrono::steady_clock::now() + 10s));
  }

  [[nodiscard]] std::string effects() const {
    return db_.value("SELECT coalesce(string_agg(n::text, ' ' ORDER BY pos), '-') FROM effects");
  }
  [[nodiscard]] std::string deliveries() const { return open_of(db_, "board"); }
  void expect(const std::string& effects, const std::string& deliveries) const {
    EXPECT_TRUE(eventually([&] {
      return this->effects() == effects && this->deliveries() == deliveries;
    })) << "effects "
        << this->effects() << ", deliveries " << this->deliveries();
  }
  void retry_dead_letters() {
    relay::pg::Connection connection{db_.url()};
    (void)relay::operate::retry_dead(connection, relay::operate::find_dead(connection, {}), {});
  }

  TestDatabase db_;
  EngineRun run_{db_};
  pqxx::connection late_session_{db_.url()};
  pqxx::work late_{late_session_};
  std::unique_ptr<tests::RunningEngine> engine_;
};

TEST_P(LateCommit, IsAppliedWhileALaterEventOfItsKeyIsToBeTriedAgain) {
  db_.run("INSERT INTO bad VALUES (2)");
  start({2s, 2s, 2s, 2s});
  db_.run(inserting(2));
  ASSERT_TRUE(eventually([&] { return deliveries() == "2 retrying"; })) << deliveries();
  db_.run(inserting(3));
  ASSERT_TRUE(eventually([&] { return deliveries() == "2 retrying, 3 waiting"; })) << deliveries();
  late_.commit();
  expect("1", "2 retrying, 3 waiting");
  db_.run("DELETE FROM bad");
  expect("1 2 3", "-");
  end();
}

TEST_P(LateCommit, ThatFailsItselfIsTriedAgainBeforeWhatFailedBeforeIt) {
  db_.run("INSERT INTO bad VALUES (1), (2)");
  start({2s, 2s, 2s, 2s});
  db_.run(inserting(2));
  ASSERT_TRUE(eventually([&] { return deliveries() == "2 retrying"; })) << deliveries();
  late_.commit();
  ASSERT_TRUE(eventually([&] {
    return db_.number("SELECT count(*) FROM event_delivery WHERE attempts >= 1") == 2;
  })) << deliveries();
  db_.run("DELETE FROM bad");
  expect("1 2", "-");
  end();
}

TEST_P(LateCommit, IsAppliedBesideALaterDeadLetterOfItsKeyWhichCanBeRetried) {
  const bool blocks = GetParam().on_dead == projections::OnDead::block;
  db_.run("INSERT INTO bad VALUES (2)");
  start({});
  db_.run(inserting(2));
  db_.run(inserting(3));
  const std::string rest = blocks ? "2 dead, 3 waiting" : "2 dead";
  expect(blocks ? "-" : "3", rest);
  late_.commit();
  expect(blocks ? "1" : "3 1", rest);
  db_.run("DELETE FROM bad");
  retry_dead_letters();
  expect(blocks ? "1 2 3" : "3 1 2", "-");
  end();
}

INSTANTIATE_TEST_SUITE_P(
    For, LateCommit,
    testing::Values(How{"AttachedThatBlocks", false, projections::OnDead::block},
                    How{"AttachedThatSkips", false, projections::OnDead::skip},
                    How{"DetachedThatBlocks", true, projections::OnDead::block},
                    How{"DetachedThatSkips", true, projections::OnDead::skip}),
    [](const auto& how) { return how.param.name; });

class LateCommitToATopic : public ::testing::TestWithParam<bool> {};

TEST_P(LateCommitToATopic, ThatTookNothingIsSentWithTheOthersOnceItDoes) {
  const TestDatabase db;
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  if (GetParam()) run.add_sql("beside", {"Thing"}, "SELECT count(*) FROM events");
  run.sink->change([](auto& sink) { sink.unknown = {"t.thing"}; });
  const auto engine = run.start();
  pqxx::connection session{db.url()};
  pqxx::work late{session};
  late.exec(inserting(1));
  db.run(inserting(2));
  db.run(inserting(3));
  const auto states = [&] { return open_of(db, "out"); };
  ASSERT_TRUE(eventually([&] { return states() == "2 retrying, 3 waiting"; })) << states();
  late.commit();
  ASSERT_TRUE(eventually([&] { return states().starts_with("1 retrying"); })) << states();
  run.sink->change([](auto& sink) { sink.unknown.clear(); });
  EXPECT_TRUE(eventually([&] { return states() == "-"; })) << states();
  EXPECT_EQ(run.sink->kept("t.thing").size(), 3U);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  engine->request_stop();
  EXPECT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
}

INSTANTIATE_TEST_SUITE_P(ForAForward, LateCommitToATopic, testing::Bool(), [](const auto& beside) {
  return beside.param ? "BesideAProjection" : "Alone";
});

}  // namespace
