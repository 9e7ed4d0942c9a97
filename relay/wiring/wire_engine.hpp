#pragma once

#include <memory>

#include "relay/forward/kafka/kafka_options.hpp"
#include "relay/forward/sink.hpp"
#include "relay/pg/slow_statements.hpp"
#include "relay/pg/watchdog.hpp"
#include "relay/runtime/runtime.hpp"
#include "relay/settings/settings.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// What the databases of a process share.
struct SharedParts {
  runtime::Runtime& runtime;
  pg::Watchdog& watchdog;               ///< Outlives the runtime.
  std::shared_ptr<forward::Sink> sink;  ///< Where forwards send; null when there are none.
  bool upkeep = true;                   ///< Whether databases get theirs.
};

/// What the process has for all of them.
[[nodiscard]] runtime::Schedule::Options schedule_options(const Blueprint& blueprint);

/// What a database may have of the process's sessions.
[[nodiscard]] runtime::Share share_of(const settings::Database& database,
                                      const settings::Relay& relay);

/// Serves a database: its engine is built out of the rooms' real parts, with its upkeep beside.
/// @return it. @param blueprint borrowed; must outlive the runtime.
engine::Engine& serve(const SharedParts& shared, const Blueprint& blueprint,
                      const settings::Database& database, bool drain);

/// How the forwards of a blueprint reach their brokers. @param blueprint has a section [kafka].
[[nodiscard]] forward::kafka::KafkaOptions kafka_options(const Blueprint& blueprint);

/// What the forwards of a blueprint send to, shared by all its databases; null when it has none.
/// @throws settings::SettingsError: librdkafka does not take a setting.
[[nodiscard]] std::shared_ptr<forward::Sink> open_sink(const Blueprint& blueprint);

/// Which statements of a database's connections are told in the log.
[[nodiscard]] pg::SlowStatements slow_statements(const settings::Database& database);

/// What all relays of a database must have alike, as `freshet_setting` stores it.
[[nodiscard]] std::map<std::string, std::string> agreed_settings(const settings::Work& work);

}  // namespace relay::wiring
