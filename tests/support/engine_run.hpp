#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "projections/registry.hpp"
#include "projections/sql/sql_projection.hpp"
#include "relay/forward/recipe.hpp"
#include "relay/settings/settings.hpp"
#include "relay/wiring/wire_engine.hpp"
#include "tests/support/fake_sink.hpp"
#include "tests/support/running_engine.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// Engines inside the test's own process, with their real parts, on one database.
class EngineRun {
 public:
  explicit EngineRun(const TestDatabase& db) {
    relay::settings::Database& main = settings.databases.emplace_back();
    main.name = "main";
    main.url = db.url();
    settings.relay.instance = "test";
    settings.relay.flight_record_dir = flights.path();
  }

  void add_sql(const std::string& name, std::vector<std::string> events, std::string sql,
               std::string guard = {}) {
    registry.add({.name = name,
                  .events = std::move(events),
                  .guard = std::move(guard),
                  .retry = {}},  // a dead letter at once
                 projections::sql_projection({std::move(sql)}));
  }

  /// Sends to topics named after the aggregate type.
  void add_forward(const std::string& name, std::vector<std::string> events) {
    blueprint.forwards.push_back(
        {{.name = name, .events = std::move(events), .retry = {}},
         relay::forward::recipe_of({"t.${aggregate_type}", "aggregate_id", "/test"},
                                   relay::forward::Format::plain)});
  }

  [[nodiscard]] std::unique_ptr<RunningEngine> start(bool drain = false) const {
    relay::settings::Database& main = settings.databases[0];  // says nothing of its work itself
    static_cast<relay::settings::Work&>(main) =
        static_cast<const relay::settings::Work&>(settings.relay);
    return std::make_unique<RunningEngine>([&](relay::runtime::Runtime & runtime,
                                               relay::pg::Watchdog & watchdog) -> auto& {
      return relay::wiring::serve({runtime, watchdog, sink, false}, blueprint,
                                  settings.databases[0], drain);
    });
  }

  /// Runs until nothing is pending. @return whether it drained within a minute.
  [[nodiscard]] bool drain() const {
    using namespace std::chrono_literals;
    const auto engine = start(true);
    const bool ended = engine->wait_for_end(60s);
    engine->request_stop();
    return engine->wait(std::chrono::steady_clock::now() + 10s) && ended &&
           engine->state() == RunningEngine::State::drained;
  }

  TemporaryFolder flights;  // of the flight records
  relay::wiring::Blueprint blueprint;
  relay::settings::Settings& settings = blueprint.settings;
  projections::Registry& registry = blueprint.registry;
  std::shared_ptr<FakeSink> sink = std::make_shared<FakeSink>();
};

}  // namespace tests
