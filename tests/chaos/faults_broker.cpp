// What befalls Kafka, what travels between it and the relays, and their producers.
#include <algorithm>
#include <csignal>

#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

void kill_and_restart(Arena& arena, Random& random) {
  arena.broker()->kill();
  hold(random, 0, 3);
  arena.broker()->start();
}

void stop(Arena& arena, Random& random) {
  arena.broker()->freeze();
  hold(random, 1, arena.longest_s());
  arena.broker()->thaw();
}

void cut_broker(Arena& arena, Random& random) {
  Proxy& proxy = arena.broker()->proxy();
  proxy.weather(Weather::refused);
  proxy.cut();
  hold(random, 0.5, 4);
  proxy.weather(Weather::fair);
}

void reset(Arena& arena, Random& random) {
  for (int i = 0; i < 4; ++i) {
    arena.broker()->proxy().reset();
    hold(random, 0.02, 0.5);
  }
}

void black_hole(Arena& arena, Random& random) {
  arena.broker()->proxy().weather(Weather::silent);
  hold(random, 2, 8);
  arena.broker()->proxy().weather(Weather::fair);
}

// Each about as long as a producer's own patience might be and shorter than the relay's, the next
// when what has piled up is on its way in full batches.
void black_holes(Arena& arena, Random& random) {
  for (int i = 0; i < 3; ++i) {
    arena.broker()->proxy().weather(Weather::silent);
    hold(random, 1.8, 2.9);
    arena.broker()->proxy().weather(Weather::fair);
    hold(random, 0.02, 0.2);
  }
}

Fault::Strike under(Weather weather, double least_s, double most_s) {
  return [=](Arena& arena, Random& random) {
    arena.broker()->proxy().weather(weather);
    hold(random, least_s, most_s);
    arena.broker()->proxy().weather(Weather::fair);
  };
}

// A relay that for some seconds, and as often as it starts, has a fault of its own.
Fault::Strike armed(const std::string& failpoints) {
  return [=](Arena& arena, Random& random) {
    const std::size_t relay = random() % arena.crew().size();
    arena.crew().arm(relay, failpoints);
    arena.crew().signal(relay, SIGKILL);
    hold(random, 2, 5);
    arena.crew().arm(relay, "");
    arena.crew().signal(relay, SIGKILL);
  };
}

}  // namespace

std::vector<Fault> broker_faults() {
  return {
      {"broker-kill", Track::broker, 3, kill_and_restart, 4, true},
      {"broker-stop", Track::broker, 3, stop, 4, true},
      {"broker-net-cut", Track::broker, 3, cut_broker, 3, true},
      {"broker-net-reset", Track::broker, 2, reset, 3},
      {"broker-net-black-hole", Track::broker, 4, black_hole, 4, true},
      {"broker-net-black-holes", Track::broker, 3, black_holes, 6},
      {"broker-net-slow", Track::broker, 1, under(Weather::slow, 1, 5), 3},
      {"broker-lost-answer", Track::broker, 6, under(Weather::lost_answer, 0.3, 2), 3},
      {"relay-kill-acknowledged", Track::relays, 3, armed("forward_after_send=kill:0.05")},
      {"relay-producer-fatal", Track::relays, 3,
       armed("forward_before_send=throw:0.03,forward_after_send=throw:0.03"), 5},
  };
}

}  // namespace chaos
