#include "relay/store/outbox/outbox_store.hpp"

#include <gtest/gtest.h>

#include "schema/statements.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/test_database.hpp"

namespace relay::store::outbox {
namespace {

OutboxOptions options(const std::string& url) {
  return {.conninfo = url,
          .instance = "test",
          .claim = {.payload_max_bytes = 1'000, .batch_max_bytes = 1'000'000},
          .complete_sql = schema::statements::complete_update};
}

std::vector<lanes::LaneTicket> all_lanes() {
  std::vector<lanes::LaneTicket> tickets;
  for (int lane = 0; lane < 64; ++lane) tickets.push_back({.lane = lane});
  return tickets;
}

class AnOutboxSession : public testing::Test {
 protected:
  AnOutboxSession() {
    db_.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('Thing', '{}')");
  }
  std::string claimed_id() {
    const Claim claim = session_->claim_events(all_lanes(), Payloads::travel);
    return claim.empty() ? "" : std::string{claim.events.rows.at(0).id};
  }

  tests::TestDatabase db_;
  OutboxStore store_{options(db_.url())};
  std::unique_ptr<WorkerSession> session_ = store_.open_worker_session("test");
};

TEST_F(AnOutboxSession, ThatCouldNotWriteTheEndKeepsNothingOfTheBatchAndClaimsAgain) {
  const std::string id = claimed_id();
  session_->tx().exec("CREATE TABLE effects (n int)");
  deliveries::Delivery bad{.event_id = "no uuid", .listener = "board"};
  const auto end = [&] { session_->end({.complete = {id}, .entries = {.deliveries = {bad}}}); };
  try {
    end();
    FAIL() << "a delivery of no event was written";
  } catch (const CommitRefused&) {
    FAIL() << "it was no refusal: a statement failed before";
  } catch (...) {
    EXPECT_EQ(projections::current_failure().sqlstate, "22P02");
  }
  EXPECT_TRUE(session_->rollback());
  EXPECT_EQ(db_.value("SELECT to_regclass('effects') IS NULL"), "t");
  EXPECT_EQ(claimed_id(), id);
}

TEST(OutboxStore, SaysWhichServerCannotBeReached) {
  const std::string port = std::to_string(tests::free_port());
  OutboxStore store{options("host=127.0.0.1 dbname=app user=relay port=" + port)};
  for (const bool worker : {true, false}) {
    try {
      worker ? (void)store.open_worker_session("w") : (void)store.open_scout_session("s");
      FAIL() << "nobody listens there";
    } catch (const Unreachable& error) {
      EXPECT_EQ(error.failure.kind, projections::FailureKind::connection);
      EXPECT_NE(std::string{error.what()}.find("127.0.0.1:" + port), std::string::npos)
          << error.what();
    }
  }
  EXPECT_EQ(store.description(), "database app on 127.0.0.1:" + port + " as relay");
}

TEST(OutboxStore, DoesNotTakeAnAddressThatCannotBeReadForAServerThatIsDown) {
  OutboxStore store{options("no address")};
  try {
    (void)store.open_worker_session("w");
    FAIL() << "it was read";
  } catch (const Unreachable& error) {
    FAIL() << error.what();
  } catch (const std::exception& error) {
    EXPECT_NE(std::string{error.what()}, "");
  }
}

}  // namespace
}  // namespace relay::store::outbox
