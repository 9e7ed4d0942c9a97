#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projections/event.hpp"
#include "projections/event_template.hpp"
#include "projections/tx.hpp"

namespace projections::guard {

/// As a projection's guard: no rows. An event's completion commits with its effects and a lane has
/// one holder, so that alone makes an effect happen once, unless a completed event is made pending
/// again by hand.
inline constexpr std::string_view by_completion = "completion";

/// What makes an effect happen once: a row of `processed_events` per (listener, key), written in
/// the transaction, and in the savepoint, of the effect. Immutable: any thread.
class Guard {
 public:
  /// @param key_template see EventTemplate; empty: the event's id.
  /// @throws std::invalid_argument if `faults` finds any. Not for `by_completion`.
  Guard(std::string_view listener, std::string_view key_template);

  /// Every fault of a template, one sentence each; empty: it can be used.
  [[nodiscard]] static std::vector<std::string> faults(std::string_view key_template);

  /// Whether a key is made of the payload.
  [[nodiscard]] bool reads_payload() const { return template_.reads_payload(); }
  /// Whether a key is made of the headers.
  [[nodiscard]] bool reads_headers() const { return template_.reads_headers(); }

  /// `<listener>:<key>`, as stored. @throws std::invalid_argument with the reason when the event
  /// has no such key or it is longer than the 255 characters of its column; that is this event's
  /// failure. @throws nlohmann's parse_error for a payload that is not JSON.
  [[nodiscard]] std::string stored_key(const Event& event) const;

 private:
  std::string prefix_;
  EventTemplate template_;
};

/// An event's stored guard key, and where it stands.
struct Entry {
  std::string_view key;
  std::int64_t seq = 0;
  std::size_t place = 0;  ///< In the batch.
};

/// SQL that inserts guard rows of which none is there yet, and whose answer is not needed: it fails
/// with `unique_violation` where one is there, or two are alike.
[[nodiscard]] std::string inserting_new_rows(std::vector<Entry> entries, Tx& tx);

inline constexpr std::string_view unique_violation = "23505";

/// Inserts the guard rows in one statement. @param ahead SQL that needs no answer, sent ahead in
/// the same round trip; empty: none. @return the places that are fresh, rising: of several events
/// with one key that of the lowest `seq`. @throws pqxx::failure and kin.
[[nodiscard]] std::vector<std::size_t> insert_rows(std::vector<Entry> entries, Tx& tx,
                                                   const std::string& ahead = "");

}  // namespace projections::guard
