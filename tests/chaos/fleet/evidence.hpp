#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/fleet/trouble.hpp"
#include "tests/chaos/history.hpp"

namespace chaos::fleet {

/// An event as its database tells of it; with several effects it is there as often. Times are the
/// server's, milliseconds since 1970.
struct SeenEvent {
  std::string id;
  std::string key;
  int kpos = 0;                      ///< Its number within its key.
  std::optional<long> committed_ms;  ///< Nothing: an effect without an event.
  std::optional<long> place;         ///< Of the effect among all effects; nothing: there is none.
  std::optional<long> effect_ms;     ///< When the effect was committed.
};

/// What a database held when it was looked at: at the end, or right before it was dropped.
struct Seen {
  std::string database;
  int server = 0;
  bool final = false;  ///< At the end, when everything was mended and had its time.
  long at_ms = 0;
  std::vector<SeenEvent> events;
};

/// What a writer was told of an event.
struct Told {
  std::string database;
  Fate fate = Fate::intent;
};
using TheTold = std::map<std::string, Told>;  ///< By event id.

/// How long something of a relay's was there: a session, as its server tells, or a socket, as the
/// kernel does.
struct Stay {
  int relay = 0;
  int server = 0;
  std::string dbname;  ///< Of a session.
  long from_ms = 0;    ///< A session's own begin; when a socket was first seen.
  long until_ms = 0;   ///< The first millisecond of which it is not known to have been there.
};

/// What a relay was allowed in one of its lives.
struct Life {
  int relay = 0;
  long from_ms = 0;
  int sessions = 0;
};

}  // namespace chaos::fleet
