#pragma once

#include <string>

namespace bench {

/// An open-loop writer: event n is due n / rate seconds after the start, whatever the server takes
/// for the ones before; a late server makes late events, not fewer.
struct Load {
  std::string url;
  /// One statement; $1 is the time when the event was due, $2 its key, $3 a payload of about 330
  /// bytes as JSON text with the same time as "due".
  std::string sql;
  /// So many events, due one after the other, are sent together when the last of them is due, in
  /// one round trip.
  int events_per_transaction = 1;
  double rate = 500;  ///< Events per second.
  double seconds = 10;
  int connections = 4;
  long keys = 1'000;
  long note_bytes = 120;
};

struct Written {
  long events = 0;
  double began = 0;    ///< By the database's clock, seconds since 1970.
  double late_ms = 0;  ///< p95 of how late an INSERT was sent; large: the writer is what is slow.
};

/// The statement for Freshet's outbox.
[[nodiscard]] std::string outbox_insert();

/// Connections for so many transactions a second: enough that none waits for another's COMMIT.
[[nodiscard]] int connections_for(double transactions);

/// Writes, and returns when the last event is in. @throws std::runtime_error when one is refused.
[[nodiscard]] Written write_load(const Load& load);

}  // namespace bench
