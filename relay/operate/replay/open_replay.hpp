#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "relay/operate/replay/replay_filter.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What is to be sent again, and where to.
struct ReplayPlan {
  std::string forward;                ///< Its name; events may be addressed to it.
  std::vector<std::string> patterns;  ///< Event types it subscribes to.
  std::string topic;
  ReplayFilter filter;
  bool restart = false;  ///< An unfinished one is given up, whatever it was for.
};

struct ReplayLimits {
  std::chrono::milliseconds writers{30'000};  ///< How long open transactions are waited for.
  /// How long the whole history may be read; the connection must wait longer than that.
  std::chrono::milliseconds choosing{600'000};
};

/// A row of `forward_replay`: what was chosen, and how far it is.
struct Replay {
  std::int64_t id = 0;
  std::string began;          ///< By the database's clock.
  std::int64_t bound = 0;     ///< The highest seq that was looked at.
  std::int64_t total = 0;     ///< Events chosen.
  std::int64_t left_out = 0;  ///< Events that fitted but were not complete then.
  std::int64_t done = 0;      ///< Of those chosen, from the beginning: sent, refused or vanished.
  std::int64_t sent = 0;
  std::int64_t refused = 0;
  std::int64_t vanished = 0;
  bool resumed = false;  ///< It was there already.
};

/// Begins a replay: chooses its events once, in one statement, up to a seq at or below which no
/// event can appear any more. Or finds the one that was cut off. Nothing of it is claimed yet.
/// @param say told what is waited for.
/// @throws UsageError when the filter cannot be meant or is not that of an unfinished one;
///   std::runtime_error in words when another process is at it, or writers do not end.
[[nodiscard]] Replay open_replay(pg::Connection& connection, const ReplayPlan& plan,
                                 const ReplayLimits& limits,
                                 const std::function<void(const std::string&)>& say);

/// Ends a replay before its time and forgets what it chose. @throws std::runtime_error as above.
void give_up_replay(pg::Connection& connection, std::int64_t id);

/// "another process is at it: …", or nothing if none is.
[[nodiscard]] std::string who_replays(pg::Connection& connection, std::int64_t id);

/// What it will do or has done, for the question before it.
[[nodiscard]] std::string in_words(const Replay& replay, const ReplayPlan& plan);

}  // namespace relay::operate
