#include <gtest/gtest.h>

#include "tests/support/migrating.hpp"
#include "tests/support/role.hpp"

namespace {

using tests::Role;
using tests::TestDatabase;

TEST(SchemaRoles, TheGrantsOfTheReadmeAreEnoughForARelay) {
  const TestDatabase db;
  const Role relay{db, "relay"};
  relay.grant_as_the_readme_says();
  db.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')");
  for (const std::string sql : {
           "SELECT version, file, checksum FROM freshet_schema_history",
           "SELECT lane FROM event_lane WHERE drainer = '' LIMIT 4 FOR UPDATE SKIP LOCKED",
           "INSERT INTO event_lane VALUES (0, 'slow')",
           "SELECT last_value FROM event_publication_seq_seq",
           "SELECT * FROM event_publication WHERE freshet_lane(aggregate_type, aggregate_id, id) = "
           "1 AND completion_date IS NULL AND NOT parked ORDER BY seq LIMIT 10",
           "SELECT id FROM event_publication ORDER BY id FOR UPDATE",
           "INSERT INTO processed_events (idempotency_key) VALUES ('a:1') ON CONFLICT DO NOTHING "
           "RETURNING idempotency_key",
           "INSERT INTO processed_events (idempotency_key) VALUES ('a:1') ON CONFLICT "
           "(idempotency_key) DO NOTHING",
           "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) "
           "SELECT id, 'a', 0, seq, id::text, 'dead' FROM event_publication "
           "ON CONFLICT (event_id, listener) DO UPDATE SET state = excluded.state",
           "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) "
           "SELECT id, 'a', 1, 'event', 'boom' FROM event_publication",
           "UPDATE event_publication SET parked = true",
           "UPDATE event_publication SET completion_date = clock_timestamp(), parked = false",
           "INSERT INTO event_listener (name, patterns) VALUES ('a', '{*}') "
           "ON CONFLICT (name) DO UPDATE SET patterns = excluded.patterns",
           "INSERT INTO freshet_setting VALUES ('completion', 'update') ON CONFLICT DO NOTHING",
           "UPDATE freshet_setting SET value = (value::bigint + 1)::text "
           "WHERE name = 'listeners_version'",
           "INSERT INTO projection_freshness (listener, instance, seen_at) VALUES ('a', 'b', "
           "clock_timestamp()) ON CONFLICT (listener, instance) DO UPDATE SET seen_at = "
           "excluded.seen_at",
           "WITH gone AS (DELETE FROM event_publication RETURNING *) "
           "INSERT INTO event_publication_archive (id, event_type, serialized_event, "
           "publication_date, completion_date, listener_id, seq, aggregate_type, aggregate_id, "
           "headers) SELECT id, event_type, serialized_event, publication_date, completion_date, "
           "listener_id, seq, aggregate_type, aggregate_id, headers FROM gone",
           "INSERT INTO operator_log (os_user, command) VALUES ('me', 'pause') RETURNING id",
           "UPDATE operator_log SET events = events + 1 WHERE id = 1",
           "INSERT INTO forward_replay (forward, topic) VALUES ('a', 'b') RETURNING id",
           "INSERT INTO forward_replay_event SELECT 1, 1, id FROM event_publication_archive",
           "UPDATE forward_replay SET done = 1",
           "DELETE FROM forward_replay_event",
           "SELECT last_value FROM event_delivery_place_seq",
           "UPDATE event_delivery SET state = 'ready', place = nextval('event_delivery_place_seq')",
           "DELETE FROM event_delivery",
           "DELETE FROM event_attempt",
           "DELETE FROM processed_events WHERE processed_at < clock_timestamp()",
           "DELETE FROM event_publication_archive WHERE completion_date < clock_timestamp()",
           "INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')",
       }) {
    EXPECT_NO_THROW(relay.run(sql)) << sql;
  }
}

TEST(SchemaRoles, TheGrantsOfTheReadmeAreNoMoreThanNeeded) {
  const TestDatabase db;
  const Role relay{db, "relay"};
  relay.grant_as_the_readme_says();
  for (const std::string sql : {"UPDATE event_publication SET serialized_event = '{}'",
                                "UPDATE event_publication SET seq = 1",
                                "UPDATE processed_events SET processed_at = clock_timestamp()",
                                "DELETE FROM freshet_schema_history", "DELETE FROM operator_log",
                                "UPDATE operator_log SET reason = ''", "DROP TABLE event_lane"}) {
    EXPECT_THROW(relay.run(sql), pqxx::insufficient_privilege) << sql;
  }
}

TEST(SchemaRoles, AWriterWithInsertOnTwoColumnsWorksBeforeAndAfterAdoption) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  const Role writer{db, "writer"};
  db.run("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC");
  db.run("GRANT INSERT (event_type, serialized_event) ON event_publication TO " + writer.name());
  const std::string insert =
      "INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')";
  EXPECT_NO_THROW(writer.run(insert));
  tests::migrate(db);
  EXPECT_NO_THROW(writer.run(insert));
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE seq > 1"), 2);
}

TEST(SchemaRoles, MigrateSaysWhoOwnsATableThatIsNotItsOwn) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  const Role stranger{db, "stranger"};
  db.run("GRANT ALL ON SCHEMA public TO " + stranger.name());
  relay::pg::Connection direct{db.url()};
  direct.exec("SET ROLE " + stranger.name());
  try {
    relay::operate::migrate(direct, [](auto, auto, auto, auto) {});
    ADD_FAILURE() << "was not refused";
  } catch (const relay::operate::MigrateError& error) {
    EXPECT_NE(std::string{error.what()}.find("event_publication belongs to postgres"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
