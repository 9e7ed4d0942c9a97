#include "relay/runtime/sleep.hpp"

#include "relay/base/chance.hpp"

namespace relay::runtime {

Sleep::Pause Sleep::after_look(Pause pause, bool made_room) {
  const bool wanted = sleepers_.wanted() || crowded_;
  if (!may_ || !wanted || !quiet_enough(made_room)) {
    wake();
    return pause;
  }
  if (asleep_) {
    stay_asleep();
  } else {
    fall_asleep();
  }
  engine_.scout().leave_session();
  // Varied, or those that began together would be looked at together for ever.
  const auto look = std::chrono::duration_cast<std::chrono::microseconds>(sleepers_.options().look);
  return look * 3 / 4 + Pause{static_cast<Pause::rep>(random_chance() * look.count() / 2)};
}

bool Sleep::quiet_enough(bool made_room) const {
  const auto quiet = engine_.scout().quiet_since();
  if (!quiet) return false;
  if (made_room) return true;
  const bool nothing_since = engine_.events_done() == done_when_it_slept_;
  return nothing_since || std::chrono::steady_clock::now() - *quiet >= sleepers_.options().after;
}

void Sleep::fall_asleep() {
  asleep_ = true;
  done_when_it_slept_ = engine_.events_done();
  sleepers_.sleep(server_, role_, engine_.scout().pulse_name(), engine_.store(),
                  engine_.scout_bell());
  changed_(true);
}

void Sleep::stay_asleep() {
  engine_.scout().sign_of_life();
}

void Sleep::wake() {
  if (!asleep_) return;
  asleep_ = false;
  sleepers_.wake(server_, engine_.scout_bell());
  changed_(false);
}

}  // namespace relay::runtime
