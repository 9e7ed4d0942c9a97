#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "projections/registry.hpp"

namespace relay::settings {

enum class Completion { update, remove, archive };  ///< "update", "delete", "archive" in the file.
enum class Ordering { key, none };

/// How a database is worked: `[relay]` says it for all, `[[database]]` for one.
struct Work {
  int batch_size = 500;                        ///< Events per transaction, 1 … 10,000.
  Completion completion = Completion::update;  ///< One for all relays of a database.
  Ordering ordering = Ordering::key;           ///< One for all relays of a database.
  bool synchronous_commit = true;              ///< false: a batch's commit may be lost, whole.
  std::chrono::milliseconds poll_min{1};       ///< `poll_min_ms`: shortest pause of the probe.
  std::chrono::milliseconds poll_max{100};     ///< `poll_max_ms`: longest pause of the probe.
  std::int64_t payload_max_bytes = 16 << 20;   ///< A larger payload is a dead letter.
  std::int64_t batch_max_bytes = 32 << 20;     ///< Payloads and headers; one event always fits.
  std::chrono::milliseconds statement_timeout{10'000};  ///< `statement_timeout_ms`.
  std::chrono::milliseconds handler_timeout{5'000};  ///< `handler_timeout_ms`: one listener's time.
  std::chrono::milliseconds lock_timeout{2'000};     ///< `lock_timeout_ms`.
  std::chrono::seconds stuck_exit{60};        ///< `stuck_exit_s`: past its time, the process exits.
  std::chrono::seconds pinned_after{300};     ///< `pinned_after_s`, for `status`.
  std::chrono::milliseconds slow_query{500};  ///< `slow_query_ms`; 0: no statement is told.

  std::chrono::milliseconds connect_timeout{5'000};  ///< `connect_timeout_ms`, for each host.
  std::chrono::milliseconds acquire_timeout{5'000};  ///< `acquire_timeout_ms`: then it is told.
  std::chrono::seconds idle_timeout{300};            ///< `idle_timeout_s`, of a session at rest.
  int breaker_failures = 5;                          ///< In a row; then no calls for a while.
  std::chrono::milliseconds breaker_pause{60'000};   ///< `breaker_pause_ms`, at most.

  bool operator==(const Work&) const = default;
};

/// Longer than any statement may run: what the client waits for an answer (`call_limit`).
[[nodiscard]] std::chrono::milliseconds client_limit(const Work& work);
/// Longer than a client waits: idle_in_transaction_session_timeout.
[[nodiscard]] std::chrono::milliseconds idle_limit(const Work& work);

/// `[relay]`: the process, and how databases are worked that do not say it themselves.
struct Relay : Work {
  int workers = 2;                       ///< Batches at once, 1 … 64: of all databases together.
  int connections = 40;                  ///< Sessions of the process, 3 … 10,000; a hard limit.
  std::chrono::seconds sleep_after{30};  ///< `sleep_after_s`: then a database may sleep.
  std::chrono::seconds sleep_look{60};   ///< `sleep_look_s`: between looks at one that does.
  std::chrono::seconds drain{25};        ///< `drain_s`: what SIGTERM allows.
  std::string flight_record_dir;         ///< Default: the user's state folder.
  std::string instance;                  ///< Default: host name and process id.
  std::string log_format = "text";       ///< "text" or "json".
  std::string log_level = "info";        ///< "debug", "info", "warn", "error".
};

/// `[retention]`, or `[database.retention]`: days that rows are kept; 0: for ever.
struct Retention {
  int completed_days = 0;        ///< Completed rows of event_publication.
  int guards_days = 0;           ///< Guards by an event's own id; 0 or 7 and more.
  int business_guards_days = 0;  ///< Guards by business key.
  int archive_days = 0;          ///< event_publication_archive.
  int attempts_days = 30;        ///< event_attempt.
  int freshness_days = 30;       ///< projection_freshness, since the relay was seen.
  int operator_log_days = 0;     ///< operator_log.

  bool operator==(const Retention&) const = default;
};

/// `[[database]]`. What it does not say of its work is as in `[relay]`.
struct Database : Work {
  std::string name;         ///< For messages and metrics; unique.
  std::string url;          ///< libpq URI or keywords, `${ENV}` filled in.
  std::string direct_url;   ///< Past a pooler, for migrate and LISTEN; empty: `url`.
  std::string schema;       ///< Where the outbox is; both urls say so by then. Empty: as they lead.
  int connections = 0;      ///< Of the budget, at most; 0: all of it.
  int connections_min = 0;  ///< Of the budget, for it alone.
  bool listen = false;      ///< LISTEN on `direct_url` (or `url`) as a hint.
  std::vector<std::string> projections{"*"};  ///< Patterns: which of them, and forwards, run here.
  Retention retention;                        ///< `[database.retention]` over `[retention]`.

  bool operator==(const Database&) const = default;
};

/// `[databases]`: a query that tells more databases, asked again and again while the relay runs.
struct Catalogue {
  std::string url;    ///< Where it is asked; libpq URI or keywords, `${ENV}` filled in.
  std::string query;  ///< One SELECT without a semicolon behind it, `${ENV}` filled in; a secret.
  std::chrono::seconds refresh{10};  ///< `refresh_s`: between two looks.

  bool operator==(const Catalogue&) const = default;
};

/// What a database begins with that says nothing itself.
struct DatabaseBase {
  Work work;                      ///< As `[relay]` says it, before its limits were nested.
  std::vector<std::string> said;  ///< Those of its nested limits that `[relay]` says.

  bool operator==(const DatabaseBase&) const = default;
};

/// `[[projection]]`: SQL in the configuration.
struct Projection {
  std::string name;
  std::vector<std::string> events;
  std::vector<std::string> sql;  ///< One or several statements, run in order.
  std::string guard;             ///< Business key, or empty.
  projections::OnDead on_dead = projections::OnDead::block;
  bool detached = false;  ///< A drainer and a worker of its own.
  projections::RetrySchedule retry = projections::ProjectionOptions{}.retry;  ///< `retry_s`.
  int green_ms = 100;   ///< Badge GREEN below, …
  int yellow_ms = 500;  ///< … YELLOW to this, RED above.
};

/// `[kafka]`: the brokers that all forwards send to.
struct Kafka {
  std::string brokers;                         ///< "host:port,host:port", `${ENV}` filled in.
  std::chrono::milliseconds timeout{8'000};    ///< `timeout_ms`: a batch's acknowledgements.
  std::map<std::string, std::string> options;  ///< `[kafka.options]`, of librdkafka; secrets.
};

enum class RecordFormat { plain, cloudevents, debezium };
enum class IdHeader { server, connect };  ///< How Debezium writes the header `id`.

/// `[[forward]]`: events that become records in Kafka.
struct Forward {
  std::string name;
  std::vector<std::string> events;
  std::string topic;  ///< A template, as are `key` and `source`.
  RecordFormat format = RecordFormat::plain;
  std::string key = "aggregate_id";
  IdHeader header = IdHeader::server;  ///< debezium only.
  std::string source = "/freshet";     ///< cloudevents only.
  bool tombstone = false;              ///< An empty payload, or JSON's null: no value.
  projections::OnDead on_dead = projections::OnDead::block;
  projections::RetrySchedule retry = projections::ProjectionOptions{}.retry;  ///< `retry_s`.
  int workers = 2;      ///< Threads, each with a connection, per database; 1 … 16.
  int green_ms = 100;   ///< Badge GREEN below, …
  int yellow_ms = 500;  ///< … YELLOW to this, RED above.
};

struct Settings {
  Relay relay;
  std::optional<Kafka> kafka;          ///< There is one where there is any forward.
  Retention retention;                 ///< Of databases that do not say otherwise.
  std::vector<Database> databases;     ///< Of the file alone; may be none with a catalogue.
  std::optional<Catalogue> catalogue;  ///< Of more databases; see catalogue.hpp.
  DatabaseBase base;                   ///< Of databases that a catalogue tells.
  std::vector<Projection> projections;
  std::vector<Forward> forwards;
};

/// Every fault of a settings file, one sentence each, with the line it stands on.
class SettingsError : public std::runtime_error {
 public:
  explicit SettingsError(std::vector<std::string> all);
  std::vector<std::string>
      faults;  ///< "freshet.toml:12: [relay] has no setting \"wrokers\"; did you mean \"workers\"?"
};

/// Looks up an environment variable; injected so that tests need not set any.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Reads, fills in `${ENV}` and checks a file. @throws SettingsError with every fault at once.
[[nodiscard]] Settings load(const std::string& path, const Environment& environment);
/// The process's own environment.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

}  // namespace relay::settings
