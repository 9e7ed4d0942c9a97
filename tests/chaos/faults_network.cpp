// What befalls what travels between the relays (and writers) and the server.
#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

Fault under(const std::string& name, int weight, Weather weather, double least_s, double most_s) {
  return {name, Track::servers, weight, [=](Arena& arena, Random& random) {
            arena.proxy().weather(weather);
            hold(random, least_s, most_s);
            arena.proxy().weather(Weather::fair);
          }};
}

void repeatedly(Arena& arena, Random& random, void (Proxy::*what)()) {
  for (int i = 0; i < 4; ++i) {
    (arena.proxy().*what)();
    hold(random, 0.02, 0.5);
  }
}

void cut_servers(Arena& arena, Random& random) {
  arena.proxy().weather(Weather::refused);
  arena.proxy().cut();
  hold(random, 0.5, 4);
  arena.proxy().weather(Weather::fair);
}

}  // namespace

std::vector<Fault> network_faults(Arena& /*arena*/) {
  return {
      {"net-cut", Track::servers, 3, cut_servers},
      {"net-reset", Track::servers, 3,
       [](Arena& a, Random& r) { repeatedly(a, r, &Proxy::reset); }},
      {"net-half-close", Track::servers, 2,
       [](Arena& a, Random& r) { repeatedly(a, r, &Proxy::half_close); }},
      under("net-black-hole", 2, Weather::silent, 1, 8),
      under("net-slow", 2, Weather::slow, 1, 5),
      under("net-lost-commit", 6, Weather::lost_answer, 0.3, 2),
  };
}

}  // namespace chaos
