#pragma once

#include <string>
#include <string_view>

#include "relay/forward/recipe.hpp"

namespace tests {

/// 2018-04-05T03:56:24Z, of the CloudEvents specification's example.
inline constexpr projections::DatabaseTime example_time{std::chrono::seconds{1'522'900'584}};

inline projections::Event an_event() {
  projections::Event event;
  event.seq = 1001;
  event.id = "b4c2d373-0b0e-7c1e-8f00-5d6a3c1b2a99";
  event.type = "IncidentOpened";
  event.aggregate_type = "incident";
  event.aggregate_id = "INC-1";
  event.payload = R"({"title": "Printer", "status": "OPEN"})";
  event.published_at = example_time + std::chrono::microseconds{250};
  return event;
}

inline relay::forward::Recipe a_recipe(relay::forward::Format format,
                                       const std::string& topic = "helpdesk.${aggregate_type}",
                                       const std::string& key = "aggregate_id",
                                       const std::string& source = "/freshet") {
  return relay::forward::recipe_of({topic, key, source}, format);
}

}  // namespace tests
