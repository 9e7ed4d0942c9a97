#include "relay/wiring/process/replay_run.hpp"

#include "relay/base/pause.hpp"
#include "relay/store/outbox/event_rows.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = ReplayEnding::Kind;

constexpr std::size_t refusals_told = 5;
constexpr auto first_pause = 500ms;
constexpr auto longest_pause = 2'000ms;  // the claim must be kept meanwhile

/// The events of a batch, apart from those that can never be sent.
struct Sendable {
  std::vector<projections::Event> events;
  std::vector<std::string> refused;
};

std::string refusal(const projections::Event& event, const std::string& why) {
  return "event " + std::string{event.id} + " (seq " + std::to_string(event.seq) + "): " + why;
}

Sendable sendable(const decode::DecodedBatch& batch, bool takes_empty) {
  Sendable all;
  for (const decode::DecodedEvent& decoded : batch.events) {
    if (decoded.is_fit(takes_empty)) {
      all.events.push_back(decoded.event);
    } else {
      all.refused.push_back(refusal(decoded.event, decoded.fault));
    }
  }
  return all;
}

class Run {
 public:
  Run(operate::ReplayQueue& queue, const forward::Resend& resend, const ReplayWorld& world)
      : queue_(queue), resend_(resend), world_(world) {}

  /// Sends until it is known what became of all. @return false: it was stopped before.
  bool send(const std::vector<projections::Event>& events, forward::Resent& resent) {
    for (int tries = 1;; ++tries) {
      try {
        resent = resend_.send(events);
        if (tries > 1) world_.say("Kafka is back.");
        return true;
      } catch (const forward::SinkDown& down) {
        if (tries == 1) {
          world_.say(std::string{down.what()} +
                     "; waiting for it. Ctrl-C ends this, and nothing is lost by it.");
        }
      }
      if (!wait_for_sink(tries)) return false;
    }
  }

 private:
  bool wait_for_sink(int tries) {
    do {
      if (!world_.wait(backoff(tries, first_pause, longest_pause))) return false;
      queue_.keep();
    } while (!resend_.available());
    return true;
  }

  operate::ReplayQueue& queue_;
  const forward::Resend& resend_;
  const ReplayWorld& world_;
};

}  // namespace

ReplayEnding run_replay(operate::ReplayQueue& queue, std::int64_t payload_max_bytes,
                        const forward::Resend& resend, RateLimit limit, const ReplayWorld& world) {
  Run run{queue, resend, world};
  ReplayEnding ending;
  const auto tell = [&](const std::string& refused) {
    if (ending.refused.size() < refusals_told) ending.refused.push_back(refused);
  };
  const auto end = [&](Kind kind, const std::string& why = {}) {
    ending.kind = kind;
    ending.why = why;
    queue.release();
    return ending;
  };
  while (true) {
    if (!world.wait(limit.pause(Clock::now()))) return end(Kind::stopped);
    const operate::ReplayBatch batch = queue.next(limit.at_a_time());
    if (batch.empty()) return end(Kind::finished);
    const decode::DecodedBatch decoded =
        decode::decode(store::outbox::event_rows(batch.rows), payload_max_bytes);
    const Sendable all = sendable(decoded, resend.takes_empty());
    limit.take(static_cast<std::int64_t>(decoded.events.size()), Clock::now());

    forward::Resent resent;
    if (!all.events.empty() && !run.send(all.events, resent)) return end(Kind::stopped);
    if (!resent.halt.empty()) return end(Kind::halted, resent.halt);

    auto refused = static_cast<std::int64_t>(all.refused.size());
    for (const std::string& one : all.refused) tell(one);
    for (std::size_t i = 0; i < resent.faults.size(); ++i) {
      if (resent.faults[i].empty()) continue;
      tell(refusal(all.events[i], resent.faults[i]));
      ++refused;
    }
    const auto events = static_cast<std::int64_t>(decoded.events.size());
    queue.advance(batch, {.sent = events - refused, .refused = refused});
    world.progress(queue.replay().done, queue.replay().total);
  }
}

std::string in_words(const ReplayEnding& ending, const operate::Replay& replay) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  std::string text;
  if (ending.kind == Kind::finished) {
    text = number(replay.sent) + (replay.sent == 1 ? " event was sent" : " events were sent");
  } else {
    text = std::string{ending.kind == Kind::stopped ? "Stopped" : "Ended"} + " after " +
           number(replay.done) + " of " + number(replay.total) + ", " + number(replay.sent) +
           " sent";
  }
  if (replay.refused > 0) text += "; " + number(replay.refused) + " could not be sent";
  if (replay.vanished > 0) {
    text += "; " + number(replay.vanished) + " had been deleted from the history meanwhile";
  }
  text += ".\n";
  for (const std::string& one : ending.refused) text += "  " + one + "\n";
  const auto told = static_cast<std::int64_t>(ending.refused.size());
  if (told > 0 && told < replay.refused) text += "  …\n";
  if (!ending.why.empty()) text += ending.why + "\n";
  if (ending.kind != Kind::finished) text += "The same command again goes on from here.\n";
  return text;
}

}  // namespace relay::wiring
