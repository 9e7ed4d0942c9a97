#pragma once

#include <chrono>
#include <limits>
#include <map>
#include <stop_token>
#include <string>

#include "relay/base/lag_histogram.hpp"
#include "relay/runtime/room.hpp"

namespace relay::runtime {

/// What one database may have of the process.
struct Share {
  std::string database;                              ///< For messages.
  std::string server;                                ///< Which databases stand and fall together.
  std::string role = {};                             ///< As which it connects there,
  std::string on_server = {};                        ///< and what the database is called there.
  int most = std::numeric_limits<int>::max();        ///< Sessions.
  int least = 0;                                     ///< Sessions reserved for this one.
  std::chrono::milliseconds idle_timeout{300'000};   ///< Then a session that rests is closed.
  std::chrono::milliseconds acquire_timeout{5'000};  ///< Waits for a session that are told.
};

/// Turns that stand and fall together: a server's, a listener's, those that wait for the brokers.
struct Group {
  int members = 0;  ///< Tasks.
  int running = 0;
};

/// What one database has of the process: sessions held, time used. Threads: the schedule's.
struct Account {
  explicit Account(Share of) : share(std::move(of)) {}

  Share share;
  Group* server = nullptr;
  Room* of_role = nullptr;            ///< What the server gives to its role,
  Room* of_database = nullptr;        ///< and for its database.
  int held = 0;                       ///< Sessions that are open, or about to be,
  int workers = 0;                    ///< and those of them that workers of new events have.
  int active = 0;                     ///< Tasks that wait for a thread or have one.
  int alive = 0;                      ///< Tasks that have not ended,
  int at_work = 0;                    ///< and those of them that are no chores.
  std::chrono::nanoseconds served{};  ///< Time of threads, as the fair share counts it.
  LagCounts acquiring;                ///< From having work to a thread and a session.
  LagCounts running;                  ///< Of turns with a session.
  std::stop_source stop;
  bool cut_off = false;  ///< Nothing is left to be done at the end.
};

}  // namespace relay::runtime
