#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "relay/forward/resend.hpp"
#include "relay/operate/replay/replay_queue.hpp"
#include "relay/wiring/process/rate_limit.hpp"

namespace relay::wiring {

/// What a replay needs of the world around it.
struct ReplayWorld {
  /// Waits so long, or less. @return false: a stop was asked for, once and for all.
  std::function<bool(std::chrono::milliseconds)> wait;
  std::function<void(std::int64_t done, std::int64_t total)> progress;
  std::function<void(const std::string& sentence)> say;
};

/// How a replay came to its end.
struct ReplayEnding {
  enum class Kind { finished, stopped, halted };
  Kind kind = Kind::halted;  ///< Until it is known to be finished.
  std::string why;           ///< Halted: one line.
  std::vector<std::string>
      refused;  ///< The first that could not be sent in this run, with reasons.
};

/// Sends what a replay has before it, batch by batch: read, send, await, note. While the brokers
/// are down it waits for them. @param queue borrowed; given back at the end. @param
/// payload_max_bytes as the queue was told.
/// @throws as ReplayQueue; what was not noted is sent again by the run that goes on.
ReplayEnding run_replay(operate::ReplayQueue& queue, std::int64_t payload_max_bytes,
                        const forward::Resend& resend, RateLimit limit, const ReplayWorld& world);

/// What became of it, in words.
[[nodiscard]] std::string in_words(const ReplayEnding& ending, const operate::Replay& replay);

}  // namespace relay::wiring
