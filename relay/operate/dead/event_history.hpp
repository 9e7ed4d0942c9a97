#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What is known of one event.
struct EventHistory {
  struct Event {
    std::optional<std::string> type;
    std::string aggregate_type;               ///< May be empty.
    std::optional<std::string> aggregate_id;  ///< Nothing: it is kept in no order.
    std::int64_t seq = 0;
    std::optional<std::string> addressed_to;
    std::optional<std::string> published;
    std::optional<std::string> headers;
    std::optional<std::string> payload;        ///< Its first 65,536 characters.
    std::int64_t payload_characters_left = 0;  ///< … and how many more there are.
  };
  struct Delivery {
    std::string listener;
    std::string state;
    int failures = 0;  ///< Counted.
    std::string error_class;
    std::string error;  ///< Empty: it has not failed.
    std::optional<std::string> first_failed_at;
    std::optional<std::string> due_at;
    std::int64_t waiting_behind = 0;        ///< `count_limit` or more are not counted.
    std::vector<std::string> first_behind;  ///< Ids of the first five events.
  };
  struct Attempt {
    std::string listener;
    int number = 0;  ///< 0: no failure, but worth keeping.
    std::string at;
    std::optional<std::string> error_class;
    std::optional<std::string> error;
  };
  std::string id;
  std::optional<Event> event;  ///< Nothing: it is gone from event_publication.
  std::vector<Delivery> deliveries;
  std::vector<Attempt> attempts;  ///< Those of one listener together.
};

/// Reads all of it. @param projection only this one's deliveries and attempts; empty: all.
/// @throws UsageError when `event` is no id; NotHere when it is not to be found, or the projection
/// is unknown.
[[nodiscard]] EventHistory event_history(pg::Connection& connection, const std::string& event,
                                         const std::string& projection);

}  // namespace relay::operate
