#include "tests/chaos/fleet/judge.hpp"

#include <algorithm>
#include <set>

#include "tests/chaos/fleet/bounds.hpp"
#include "tests/chaos/fleet/excuses.hpp"

namespace chaos::fleet {
namespace {

constexpr std::size_t told_max = 30;

void found(Verdict& verdict, const std::string& text) {
  if (verdict.violations.size() == told_max) verdict.violations.push_back("and more of them");
  if (verdict.violations.size() < told_max) verdict.violations.push_back(text);
}

std::string in_words(const SeenEvent& event, const Seen& where) {
  return where.database + ": event " + event.id + ", key " + event.key + ", number " +
         std::to_string(event.kpos);
}

/// The stays of one life, as begins and ends in order; what ends at a moment has ended before
/// something begins at it.
std::vector<std::pair<long, int>> steps_of(const std::vector<Stay>& stays, const Life& life,
                                           long next_life, long grace) {
  std::vector<std::pair<long, int>> steps;
  for (const Stay& stay : stays) {
    const long until = stay.until_ms - grace;
    const bool of_it =
        stay.relay == life.relay && stay.from_ms >= life.from_ms && stay.from_ms < next_life;
    if (!of_it || until <= stay.from_ms) continue;
    steps.emplace_back(stay.from_ms, 1);
    steps.emplace_back(until, -1);
  }
  std::ranges::sort(steps);
  return steps;
}

}  // namespace

Verdict check_told(const std::vector<Seen>& seen, const TheTold& told) {
  Verdict verdict{.check = "writes as told"};
  std::set<std::string> databases;
  std::set<std::string> there;
  for (const Seen& one : seen) {
    if (!one.final) continue;
    databases.insert(one.database);
    for (const SeenEvent& event : one.events) {
      if (event.committed_ms) there.insert(event.id);
    }
  }
  for (const auto& [id, one] : told) {
    if (!databases.contains(one.database)) continue;
    ++verdict.looked_at;
    const bool is_there = there.contains(id);
    if (one.fate == Fate::ok && !is_there) {
      found(verdict, one.database + ": acknowledged and not there: " + id);
    }
    if (one.fate == Fate::fail && is_there) {
      found(verdict, one.database + ": failed and there: " + id);
    }
  }
  return verdict;
}

Verdict check_one_effect_each(const std::vector<Seen>& seen) {
  Verdict verdict{.check = "one effect each"};
  for (const Seen& one : seen) {
    std::set<std::string> had;
    for (const SeenEvent& event : one.events) {
      ++verdict.looked_at;
      if (!event.committed_ms) found(verdict, "an effect without event: " + in_words(event, one));
      if (event.place && !had.insert(event.id).second) {
        found(verdict, "a second effect: " + in_words(event, one));
      }
      if (one.final && !event.place) found(verdict, "no effect: " + in_words(event, one));
    }
  }
  return verdict;
}

Verdict check_key_order(const std::vector<Seen>& seen) {
  Verdict verdict{.check = "order per key"};
  for (const Seen& one : seen) {
    std::map<std::string, std::vector<const SeenEvent*>> keys;
    for (const SeenEvent& event : one.events) {
      if (event.place) keys[event.key].push_back(&event);
    }
    for (auto& [key, events] : keys) {
      std::ranges::sort(events, {}, [](const SeenEvent* event) { return *event->place; });
      for (std::size_t i = 0; i < events.size(); ++i, ++verdict.looked_at) {
        if (i > 0 && events[i]->kpos <= events[i - 1]->kpos) {
          found(verdict, "behind number " + std::to_string(events[i - 1]->kpos) + ": " +
                             in_words(*events[i], one));
        } else if (events[i]->kpos != static_cast<int>(i) + 1) {
          found(verdict, "one before it is missing: " + in_words(*events[i], one));
        }
      }
    }
  }
  return verdict;
}

Verdict check_starved(const std::vector<Seen>& seen, const std::vector<Trouble>& troubles,
                      int relays, long& longest) {
  Verdict verdict{.check = "no database starves"};
  for (const Seen& one : seen) {
    const Windows excused = excuses_of(one.database, one.server, troubles, relays);
    for (const SeenEvent& event : one.events) {
      if (!event.committed_ms) continue;
      ++verdict.looked_at;
      const long until = event.effect_ms.value_or(one.at_ms);
      const long waited = outside(excused, *event.committed_ms, until);
      longest = std::max(longest, waited);
      if (waited <= Bounds::wait) continue;
      found(verdict, in_words(event, one) + " waited from " + std::to_string(*event.committed_ms) +
                         " to " + std::to_string(until) + (event.effect_ms ? "" : " and waits") +
                         ", of which nothing excuses " + std::to_string(waited) + " ms");
    }
  }
  return verdict;
}

Verdict check_budget(const std::string& check, const std::vector<Stay>& stays,
                     const std::vector<Life>& lives, long grace, long& most) {
  Verdict verdict{.check = check};
  for (const Life& life : lives) {
    long next = for_ever;
    for (const Life& other : lives) {
      if (other.relay == life.relay && other.from_ms > life.from_ms) {
        next = std::min(next, other.from_ms);
      }
    }
    long held = 0;
    long most_held = 0;
    long when = 0;
    for (const auto& [at, step] : steps_of(stays, life, next, grace)) {
      ++verdict.looked_at;
      held += step;
      if (held > most_held) when = at;
      most_held = std::max(most_held, held);
    }
    most = std::max(most, most_held);
    if (most_held <= life.sessions) continue;
    found(verdict, "relay " + std::to_string(life.relay) + ", started at " +
                       std::to_string(life.from_ms) + ", had " + std::to_string(most_held) +
                       " at " + std::to_string(when) + " and may have " +
                       std::to_string(life.sessions));
  }
  return verdict;
}

Verdict check_left(const std::vector<Stay>& sessions, const std::vector<Trouble>& troubles) {
  Verdict verdict{.check = "nothing is left in a database"};
  for (const Trouble& trouble : troubles) {
    if (trouble.kind != Trouble::Kind::unserved) continue;
    ++verdict.looked_at;
    const long by = left_by(trouble, troubles);
    if (by >= trouble.until_ms) continue;  // it was back before anybody need have known
    for (const Stay& stay : sessions) {
      if (stay.server != trouble.server || stay.dbname != trouble.dbname) continue;
      const long until = stay.until_ms - Bounds::grace;
      if (stay.from_ms >= trouble.until_ms || until <= std::max(by, stay.from_ms)) continue;
      found(verdict, "relay " + std::to_string(stay.relay) + " has a session in " +
                         trouble.database + " (" + stay.dbname + ") from " +
                         std::to_string(stay.from_ms) + " to " + std::to_string(stay.until_ms) +
                         ", which is not served since " + std::to_string(trouble.from_ms));
    }
  }
  return verdict;
}

}  // namespace chaos::fleet
