#include <future>

#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/store/outbox/outbox_store.hpp"
#include "schema/statements.hpp"
#include "tests/contract/world.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/test_database.hpp"

namespace tests::contract {
namespace {

namespace operate = relay::operate;
namespace outbox = relay::store::outbox;

template <class Value>
std::string or_null(pqxx::transaction_base& tx, const std::optional<Value>& value) {
  return value ? tx.quote(*value) : "NULL";
}

class PostgresWriter final : public OpenWriter {
 public:
  explicit PostgresWriter(const std::string& url) : connection_(url), tx_(connection_) {}
  Sent insert(const NewEvent& event) override {
    const pqxx::result rows = tx_.exec(
        "INSERT INTO event_publication (seq, event_type, serialized_event, aggregate_type, "
        "aggregate_id, headers, listener_id) VALUES (" +
        (event.seq ? std::to_string(*event.seq) : "DEFAULT") + ", " + tx_.quote(event.type) + ", " +
        or_null(tx_, event.payload) + ", " + (event.key ? "'thing'" : "NULL") + ", " +
        or_null(tx_, event.key) + ", " + or_null(tx_, event.headers) + ", " +
        or_null(tx_, event.listener_id) +
        ") RETURNING id, seq, freshet_lane(aggregate_type, aggregate_id, id)");
    const std::string id = rows[0][0].c_str();
    return {id, rows[0][1].as<std::int64_t>(), rows[0][2].as<int>(),
            event.key ? "thing\x1f" + *event.key : id};
  }
  void commit() override { tx_.commit(); }

 private:
  pqxx::connection connection_;
  pqxx::work tx_;
};

/// Locks the outbox as DDL does.
struct TableLock {
  explicit TableLock(const std::string& url) : connection(url), tx(connection) {
    tx.exec("LOCK TABLE event_publication, event_delivery IN ACCESS EXCLUSIVE MODE");
  }
  pqxx::connection connection;
  pqxx::work tx;
};

/// One for all of these tests: making one takes longer than most of them. Dropped at the end.
const TestDatabase& shared_database() {
  static const TestDatabase db;
  return db;
}

/// As if it had just been migrated, whatever a test has left.
void make_new(const TestDatabase& db) {
  db.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid()");
  db.run(
      "DROP TRIGGER IF EXISTS refuse ON event_publication; DROP FUNCTION IF EXISTS refuse(); "
      "ALTER TABLE IF EXISTS somewhere_else RENAME TO event_attempt; "
      "DROP TABLE IF EXISTS effects; CREATE TABLE effects (n int); "
      "TRUNCATE event_publication, event_delivery, event_attempt, event_listener, event_suspect, "
      "event_floor, server_run, projection_freshness, operator_log RESTART IDENTITY; "
      "DELETE FROM event_lane WHERE drainer <> ''; "
      "DELETE FROM freshet_setting WHERE name NOT IN ('lanes', 'listeners_version')");
}

class PostgresWorld final : public World {
 public:
  PostgresWorld() { make_new(db_); }

  std::unique_ptr<relay::store::Store> store(const Limits& limits,
                                             const std::string& instance) override {
    return store_at(db_.url(), limits, instance);
  }
  std::unique_ptr<relay::store::Store> store_out_of_reach() override {
    const std::string port = std::to_string(free_port());
    return store_at("host=127.0.0.1 dbname=app user=relay port=" + port, {}, "test");
  }

  int lane_of_key(const std::string& key) override {
    return by_operator().exec("SELECT freshet_lane('thing', $1, NULL)", key)[0][0].as<int>();
  }
  std::unique_ptr<OpenWriter> open_writer() override {
    return std::make_unique<PostgresWriter>(db_.url());
  }
  void remove(const std::string& event_id) override {
    db_.run("DELETE FROM event_publication WHERE id = '" + event_id + "'");
  }

  std::string state_of(const std::string& event_id) override {
    const std::string state = db_.value(
        "SELECT CASE WHEN completion_date IS NOT NULL THEN 'complete' WHEN parked THEN 'parked' "
        "ELSE 'pending' END FROM event_publication WHERE id = '" +
        event_id + "'");
    return state.empty() ? "gone" : state;
  }
  std::vector<Owed> owed_to(const std::string& listener) override {
    std::vector<Owed> all;
    for (const auto& row :
         db_.run("SELECT event_id, state, attempts, place, (extract(epoch FROM next_attempt_at - "
                 "clock_timestamp()) * 1000)::bigint, coalesce(error_class, ''), "
                 "coalesce(last_error, '') FROM event_delivery WHERE listener = '" +
                 listener + "' ORDER BY seq")) {
      Owed& owed = all.emplace_back(Owed{.event_id = row[0].c_str(),
                                         .state = row[1].c_str(),
                                         .attempts = row[2].as<int>(),
                                         .place = row[3].as<std::int64_t>(),
                                         .error_class = row[5].c_str(),
                                         .error = row[6].c_str()});
      if (!row[4].is_null()) owed.due_in = std::chrono::milliseconds{row[4].as<std::int64_t>()};
    }
    return all;
  }
  std::string attempts(const std::string& listener, const std::string& event_id) override {
    return db_.value(
        "SELECT string_agg(concat_ws(' ', attempt, error_class, error), ', ' ORDER BY attempt) "
        "FROM event_attempt WHERE listener = '" +
        listener + "' AND event_id = '" + event_id + "'");
  }

  void make_effect(projections::Tx& tx) override { tx.exec(effect_text()); }
  std::string effect_text() override { return "INSERT INTO effects VALUES (1)"; }
  std::string failing_text() override { return "SELECT 1 / 0"; }
  int effects() override { return static_cast<int>(db_.number("SELECT count(*) FROM effects")); }

  void pass_time(std::chrono::milliseconds time) override {
    const std::string by = " - interval '" + std::to_string(time.count()) + " ms'";
    db_.run("UPDATE event_delivery SET next_attempt_at = next_attempt_at" + by);
    db_.run("UPDATE event_listener SET since = since" + by);
    db_.run("UPDATE projection_freshness SET seen_at = seen_at" + by);
  }
  void refuse_commits() override {
    db_.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused' "
        "USING ERRCODE = '23514'; END $$");
    db_.run(
        "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON event_publication DEFERRABLE INITIALLY "
        "DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
  }
  void break_ends() override { db_.run("ALTER TABLE event_attempt RENAME TO somewhere_else"); }
  void mend_ends() override { db_.run("ALTER TABLE somewhere_else RENAME TO event_attempt"); }
  std::shared_ptr<void> slow_looks() override { return std::make_shared<TableLock>(db_.url()); }
  void sleep_in(relay::store::WorkerSession& session, std::chrono::milliseconds time) override {
    session.tx().exec("SELECT pg_sleep(" + std::to_string(time.count()) + " / 1000.0)");
  }
  void cut_off(const std::string& who) override {
    const std::string sessions = " FROM pg_stat_activity WHERE application_name = 'freshet " + who +
                                 "' AND datname = current_database()";
    db_.run("SELECT pg_terminate_backend(pid)" + sessions);
    (void)eventually([&] { return db_.number("SELECT count(*)" + sessions) == 0; });
  }
  void while_it_waits(const std::function<void()>& call,
                      const std::function<void()>& other) override {
    std::future<void> called = std::async(std::launch::async, call);
    const bool waits = eventually([&] { return waiting() > 0; });
    other();
    called.get();
    if (!waits) throw std::logic_error{"it did not wait"};
  }
  void while_it_waits_too_long(const std::function<void()>& call) override {
    while_it_waits(call, [this] {
      db_.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE " +
              std::string{waits_for_a_lock});
    });
  }
  void crash() override { db_.run("TRUNCATE server_run"); }
  void change_server() override { db_.run("UPDATE event_floor SET server = server || 'x'"); }
  void set_last_seq(std::int64_t seq) override {
    db_.run("SELECT setval('event_publication_seq_seq', " + std::to_string(seq) + ")");
  }

  void pause_by_hand(const std::string& listener) override {
    (void)operate::pause_listener(by_operator(), listener, "");
  }
  void resume_by_hand(const std::string& listener) override {
    (void)operate::resume_listener(by_operator(), listener, "");
  }
  void retire(const std::string& listener) override {
    (void)operate::retire_listener(by_operator(), listener, {});
  }
  void retry_dead(const std::string& listener) override {
    const auto letters = operate::find_dead(by_operator(), {.projection = listener});
    (void)operate::retry_dead(by_operator(), letters, {});
  }
  void discard_dead(const std::string& listener) override {
    const auto letters = operate::find_dead(by_operator(), {.projection = listener});
    (void)operate::discard_dead(by_operator(), letters, "a test", {});
  }
  void saw(const std::string& listener, const std::string& instance) override {
    db_.run("INSERT INTO projection_freshness (listener, instance, seen_at) VALUES ('" + listener +
            "', '" + instance + "', clock_timestamp())");
  }

 private:
  static constexpr const char* waits_for_a_lock =
      "datname = current_database() AND wait_event_type = 'Lock'";
  static std::unique_ptr<relay::store::Store> store_at(const std::string& url, const Limits& limits,
                                                       const std::string& instance) {
    return std::make_unique<outbox::OutboxStore>(
        outbox::OutboxOptions{.conninfo = url,
                              .instance = instance,
                              .claim = {.ordered = limits.ordered,
                                        .batch_size = limits.batch_size,
                                        .payload_max_bytes = limits.payload_max_bytes,
                                        .batch_max_bytes = limits.batch_max_bytes},
                              .complete_sql = schema::statements::complete_update});
  }
  relay::pg::Connection& by_operator() {
    if (!operator_) operator_ = std::make_unique<relay::pg::Connection>(db_.url());
    return *operator_;
  }
  long waiting() {
    return db_.number("SELECT count(*) FROM pg_stat_activity WHERE " +
                      std::string{waits_for_a_lock});
  }

  const TestDatabase& db_ = shared_database();
  std::unique_ptr<relay::pg::Connection> operator_;
};

}  // namespace

std::unique_ptr<World> in_postgres() {
  return std::make_unique<PostgresWorld>();
}

}  // namespace tests::contract
