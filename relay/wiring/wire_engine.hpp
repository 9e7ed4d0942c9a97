#pragma once

#include <functional>
#include <memory>

#include "relay/engine/engine.hpp"
#include "relay/forward/kafka/kafka_options.hpp"
#include "relay/forward/sink.hpp"
#include "relay/settings/settings.hpp"
#include "relay/wiring/house.hpp"

namespace relay::wiring {

/// Builds the engine of one database out of the rooms' real parts, and starts it.
/// @param house borrowed; must outlive the engine. @param sink where its forwards send; may be null
///   when it has none. @param on_thread_end see engine::EngineOptions.
[[nodiscard]] std::unique_ptr<engine::Engine> start_engine(
    const House& house, const settings::Database& database,
    const std::shared_ptr<forward::Sink>& sink, bool drain,
    const std::function<void()>& on_thread_end = [] {});

/// How the forwards of a house reach their brokers. @param house has a section [kafka].
[[nodiscard]] forward::kafka::KafkaOptions kafka_options(const House& house);

/// What the forwards of a house send to, shared by all its databases; null when it has none.
/// @throws settings::SettingsError: librdkafka does not take a setting.
[[nodiscard]] std::shared_ptr<forward::Sink> open_sink(const House& house);

/// What all relays of a database must have alike, as `freshet_setting` stores it.
[[nodiscard]] std::map<std::string, std::string> agreed_settings(const settings::Relay& relay);

}  // namespace relay::wiring
