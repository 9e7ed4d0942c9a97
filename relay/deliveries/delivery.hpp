#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace relay::deliveries {

/// An (event, listener) pair that did not complete at the first pass: a row of `event_delivery`.
struct Delivery {
  enum class State { ready, retrying, waiting, dead };
  std::string event_id;
  std::string listener;
  int lane = 0;
  std::int64_t seq = 0;
  std::string key;
  State state = State::ready;
  int attempts = 0;                                     ///< Counted failures so far.
  std::optional<std::chrono::milliseconds> delay = {};  ///< retrying: due so long after the write.
  bool failed_now = false;                              ///< A failure was counted: history is kept.
  std::string error_class = {};                         ///< Of the last failure, or empty.
  std::string error = {};                               ///< One line.
};

/// Something worth keeping in an event's history that made no delivery, such as a skip.
struct Remark {
  std::string event_id;
  std::string listener;
  std::string error_class;
  std::string error;
};

/// What did not pass in one batch of the first pass.
struct Entries {
  std::vector<Delivery> deliveries;
  std::vector<Remark> remarks;
};

/// What became of some deliveries of one listener.
struct Settlement {
  std::string listener;
  std::vector<std::string> done;  ///< Event ids.
  std::vector<Delivery> changed;  ///< retrying, dead or waiting from here on.
  std::vector<Remark> remarks;
};

/// A key of one lane.
struct LaneKey {
  int lane = 0;
  std::string key;
  // clang-tidy 14 takes what the compiler writes here for ours
  friend auto operator<=>(const LaneKey&,
                          const LaneKey&) = default;  // NOLINT(modernize-use-nullptr)
};

[[nodiscard]] inline const char* to_string(Delivery::State state) {
  switch (state) {
    case Delivery::State::ready: return "ready";
    case Delivery::State::retrying: return "retrying";
    case Delivery::State::waiting: return "waiting";
    case Delivery::State::dead: return "dead";
  }
  return "dead";
}

}  // namespace relay::deliveries
