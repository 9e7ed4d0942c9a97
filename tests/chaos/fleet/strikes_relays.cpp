#include <csignal>

#include <chrono>
#include <stdexcept>

#include "tests/chaos/fleet/storm.hpp"

namespace chaos::fleet {
namespace {

std::size_t some_relay(Crew& crew, Random& random) {
  return random() % crew.size();
}

Trouble about_relay(const std::string& what, std::size_t relay) {
  return {.kind = Trouble::Kind::relay_down, .what = what, .relay = static_cast<int>(relay)};
}

void wait_for_start(Crew& crew, std::size_t relay, int starts) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (crew.starts(relay) == starts) {
    if (std::chrono::steady_clock::now() > until) {
      throw std::runtime_error{"a relay was not started again"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void kill_relay(Ground& ground, Random& random) {
  Crew& crew = ground.site.crew();
  const std::size_t relay = some_relay(crew, random);
  const Troubles::Lasting down{ground.site.troubles(), about_relay("relay-kill", relay)};
  const int starts = crew.starts(relay);
  crew.signal(relay, SIGKILL);
  wait_for_start(crew, relay, starts);
}

void end_relay(Ground& ground, Random& random) {
  Crew& crew = ground.site.crew();
  const std::size_t relay = some_relay(crew, random);
  const Troubles::Lasting down{ground.site.troubles(), about_relay("relay-term", relay)};
  const int starts = crew.starts(relay);
  crew.terminate(relay, false);
  wait_for_start(crew, relay, starts);
}

// The relay takes over at once what is about databases, and the number of sessions at its next
// start.
void change_file(Ground& ground, Random& random) {
  Site& site = ground.site;
  const std::size_t relay = some_relay(site.crew(), random);
  const int connections = 6 + static_cast<int>(random() % 5);
  const int own = 2 + static_cast<int>(random() % 3);
  const Troubles::Lasting first{
      site.troubles(),
      {.kind = Trouble::Kind::row_changed, .what = "file-changed", .database = "first"}};
  const Troubles::Lasting second{
      site.troubles(),
      {.kind = Trouble::Kind::row_changed, .what = "file-changed", .database = "second"}};
  site.write_file(relay, connections, own);
  site.crew().signal(relay, SIGHUP);
}

}  // namespace

std::vector<Strike> relay_strikes() {
  using Track = Strike::Track;
  return {{"relay-kill", Track::relays, 1, kill_relay},
          {"relay-term", Track::relays, 1, end_relay},
          {"file-changed", Track::relays, 3, change_file}};
}

}  // namespace chaos::fleet
