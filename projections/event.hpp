#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace projections {

/// Microseconds since the epoch by the database's clock, which is what lag is measured in.
using DatabaseTime = std::chrono::sys_time<std::chrono::microseconds>;

/// One committed fact: a row of `event_publication`.
///
/// Lifetime: the views stay valid until `Handler::apply` returns; copy what must outlive it.
/// Threads: one thread at a time; two copies may be used by two threads.
struct Event {
  std::int64_t seq = 0;                            ///< Order within a key; gaps are normal.
  std::string_view id;                             ///< UUID; equal ids are the same fact.
  std::string_view type;                           ///< What happened, e.g. "IncidentCreated".
  std::optional<std::string_view> aggregate_type;  ///< Together with `aggregate_id` the key.
  std::optional<std::string_view> aggregate_id;    ///< Absent: the event has no key but its id.
  std::string_view payload;                        ///< JSON, byte for byte as it was written.
  std::optional<std::string_view> headers;         ///< A JSON object, or absent.
  DatabaseTime published_at{};                     ///< `publication_date`.

  /// What order is kept by: type and id joined with chr(31), or the event's own id.
  /// The same text as `event_delivery.key`.
  [[nodiscard]] std::string key() const;

  /// The payload, parsed at the first call and kept.
  /// @throws nlohmann::json::parse_error if the payload is not JSON.
  [[nodiscard]] const nlohmann::json& json() const;

 private:
  mutable std::shared_ptr<const nlohmann::json> parsed_;
};

/// Events in `seq` order per key. Never empty when a handler sees it. A view: it owns nothing.
class Batch {
 public:
  explicit Batch(std::span<const Event> events) : events_(events) {}

  [[nodiscard]] auto begin() const { return events_.begin(); }
  [[nodiscard]] auto end() const { return events_.end(); }
  [[nodiscard]] std::size_t size() const { return events_.size(); }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] const Event& operator[](std::size_t i) const { return events_[i]; }
  [[nodiscard]] std::span<const Event> events() const { return events_; }

 private:
  std::span<const Event> events_;
};

}  // namespace projections
