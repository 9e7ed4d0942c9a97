#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relay/deliveries/delivery.hpp"
#include "relay/listeners/assignment.hpp"

// What a memory store holds: the rows of the outbox's tables. Anybody may read them.

namespace tests::memory {

class Transaction;

using DeliveryState = relay::deliveries::Delivery::State;

/// What an application published. Never changes, so that claims may point into it.
struct Published {
  std::string id;
  std::int64_t seq = 0;
  int lane = 0;
  std::string key;
  std::optional<std::string> type;
  std::optional<std::string> aggregate_type;
  std::optional<std::string> aggregate_id;
  std::optional<std::string> payload;
  std::optional<std::string> headers;
  std::optional<std::string> listener_id;
  std::optional<std::int64_t> published_us;
};

/// A row of `event_publication`, committed by its writer.
struct EventRow {
  std::shared_ptr<const Published> what;
  bool parked = false;
  bool complete = false;
  Transaction* locked_by = nullptr;  ///< FOR UPDATE, or by a change that is not committed.
  [[nodiscard]] bool pending() const { return !parked && !complete; }
};

/// A row of `event_delivery`.
struct DeliveryRow {
  std::string event_id;
  std::string listener;
  int lane = 0;
  std::int64_t seq = 0;
  std::string key;
  DeliveryState state = DeliveryState::ready;
  int attempts = 0;
  std::int64_t due_us = 0;  ///< Of what is retrying.
  std::int64_t place = 0;
  std::string error_class = {};
  std::string error = {};
  Transaction* locked_by = nullptr;  ///< Where nothing is ordered.
  [[nodiscard]] bool is_of(const std::string& event, const std::string& whose) const {
    return event_id == event && listener == whose;
  }
};

/// A row of `event_attempt`; 0: a remark.
struct AttemptRow {
  std::string event_id;
  std::string listener;
  int attempt = 0;
  std::string error_class;
  std::string error;
};

/// A row of `event_listener`.
struct ListenerRow {
  relay::listeners::Declaration declaration;
  std::string state = "active";
  std::string paused_by = {};
  std::string reason = {};
  std::int64_t since_us = 0;
};

/// A row of `event_suspect`.
struct SuspectRow {
  std::string event_id;
  std::string listener;
  int crashes = 0;
  int kills = 0;
  bool suspected = false;
};

/// A row of `event_floor`.
struct FloorsRow {
  std::string listener;
  std::string server;
  std::int64_t last = 0;
  std::vector<std::int64_t> floors;
};

/// A row of `projection_freshness`, as far as who serves whom goes.
struct SeenRow {
  std::string listener;
  std::string instance;
  std::int64_t at_us = 0;
};

/// All that is committed, and only that.
struct Rows {
  std::vector<EventRow> events;
  std::vector<DeliveryRow> deliveries;
  std::vector<AttemptRow> attempts;
  std::vector<ListenerRow> listeners;
  std::vector<SuspectRow> suspects;
  std::vector<FloorsRow> floors;
  std::vector<SeenRow> seen;
  std::map<std::string, std::string> settings;
  std::int64_t listeners_version = 1;

  [[nodiscard]] EventRow* event(const std::string& id);
  [[nodiscard]] const EventRow* event(const std::string& id) const;
  [[nodiscard]] const DeliveryRow* delivery(const std::string& event_id,
                                            const std::string& listener) const;
  [[nodiscard]] const ListenerRow* listener(const std::string& name) const;
};

}  // namespace tests::memory
