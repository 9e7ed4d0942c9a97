// Who tests the tester of fleets: a small history without a fault, and every kind of violation
// planted in it.
#include <gmock/gmock.h>

#include <utility>

#include "tests/chaos/fleet/bounds.hpp"
#include "tests/chaos/fleet/excuses.hpp"
#include "tests/chaos/fleet/judge.hpp"
#include "tests/chaos/fleet/sighting.hpp"
#include "tests/support/test_database.hpp"

namespace {

using chaos::Fate;
using chaos::fleet::Bounds;
using chaos::fleet::check_budget;
using chaos::fleet::check_key_order;
using chaos::fleet::check_left;
using chaos::fleet::check_one_effect_each;
using chaos::fleet::check_starved;
using chaos::fleet::check_told;
using chaos::fleet::Life;
using chaos::fleet::Seen;
using chaos::fleet::Stay;
using chaos::fleet::Trouble;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Trouble::Kind;

constexpr long at = 1'000'000;  // a moment, and no relay has ended for a long time before it
constexpr long late = Bounds::wait + 1;

/// Events 1 to 3 of a key, each done after 10 ms.
Seen well(const std::string& name, bool final = true) {
  Seen seen{.database = name, .server = 1, .final = final, .at_ms = at + 1'000'000};
  for (int n = 1; n <= 3; ++n) {
    const long committed = at + n * 100;
    seen.events.push_back({.id = name + std::to_string(n),
                           .key = "k",
                           .kpos = n,
                           .committed_ms = committed,
                           .place = n,
                           .effect_ms = committed + 10});
  }
  return seen;
}

Seen waiting(const std::string& name, long ms) {
  Seen seen = well(name);
  seen.events[2].effect_ms = *seen.events[2].committed_ms + ms;
  return seen;
}

Trouble trouble(Kind kind, const std::string& database, long from, long until) {
  return {.kind = kind, .database = database, .server = 1, .from_ms = from, .until_ms = until};
}

Trouble end_of(int relay, long from, long until) {
  return {.kind = Kind::relay_down, .relay = relay, .from_ms = from, .until_ms = until};
}

std::vector<std::string> starved(const Seen& seen, const std::vector<Trouble>& troubles,
                                 int relays = 1) {
  long longest = 0;
  return check_starved({seen}, troubles, relays, longest).violations;
}

TEST(CheckerOfFleets, FindsNothingWhereNothingIsWrong) {
  EXPECT_THAT(check_one_effect_each({well("a"), well("b")}).violations, IsEmpty());
  EXPECT_THAT(check_key_order({well("a"), well("b")}).violations, IsEmpty());
  EXPECT_THAT(starved(well("a"), {}), IsEmpty());
  EXPECT_THAT(
      check_told({well("a")}, {{"a1", {"a", Fate::ok}}, {"x", {"a", Fate::fail}}}).violations,
      IsEmpty());
}

TEST(CheckerOfFleets, FindsWhatIsNotAsWritersWereTold) {
  const std::vector<Seen> seen{well("a"), well("gone", false)};
  EXPECT_THAT(check_told(seen, {{"x", {"a", Fate::ok}}}).violations,
              ElementsAre("a: acknowledged and not there: x"));
  EXPECT_THAT(check_told(seen, {{"a1", {"a", Fate::fail}}}).violations,
              ElementsAre("a: failed and there: a1"));
  EXPECT_THAT(check_told(seen, {{"x", {"a", Fate::unknown}}, {"y", {"gone", Fate::ok}}}).violations,
              IsEmpty());
}

TEST(CheckerOfFleets, FindsAnEffectThatIsMissingDoubledOrNobodys) {
  Seen lost = well("a");
  lost.events[2].place.reset();
  EXPECT_THAT(check_one_effect_each({lost}).violations,
              ElementsAre("no effect: a: event a3, key k, number 3"));
  lost.final = false;
  EXPECT_THAT(check_one_effect_each({lost}).violations, IsEmpty()) << "it was dropped before";
  Seen twice = well("a");
  twice.events.push_back(twice.events[0]);
  EXPECT_THAT(check_one_effect_each({twice}).violations, ElementsAre(HasSubstr("second effect")));
  Seen nobodys = well("a");
  nobodys.events[1].committed_ms.reset();
  EXPECT_THAT(check_one_effect_each({nobodys}).violations,
              ElementsAre(HasSubstr("an effect without event")));
}

TEST(CheckerOfFleets, FindsAKeyOutOfOrderAndAHoleInIt) {
  Seen swapped = well("a");
  std::swap(swapped.events[0].place, swapped.events[1].place);
  EXPECT_THAT(check_key_order({swapped}).violations,
              ElementsAre(HasSubstr("one before it is missing"), HasSubstr("behind number 2")));
  Seen hole = well("a");
  hole.events[1].place.reset();
  EXPECT_THAT(check_key_order({hole}).violations,
              ElementsAre("one before it is missing: a: event a3, key k, number 3"));
}

TEST(CheckerOfFleets, FindsADatabaseThatStarvesAndTakesNoExcuseOfAnotherOne) {
  EXPECT_THAT(starved(waiting("a", late - 1), {}), IsEmpty());
  EXPECT_THAT(starved(waiting("a", late), {}), ElementsAre(HasSubstr("nothing excuses 1")));
  const long end = at + 60'000;
  const std::vector<Trouble> others{
      trouble(Kind::away, "b", at, end),
      trouble(Kind::unserved, "b", at, end),
      trouble(Kind::row_changed, "b", at, end),
      trouble(Kind::catalogue_away, "", at, end),
      {.kind = Kind::away, .server = 0, .from_ms = at, .until_ms = end}};
  EXPECT_EQ(starved(waiting("a", late), others).size(), 1U);
  Seen open = well("a");
  open.events[2].effect_ms.reset();
  open.events[2].place.reset();
  EXPECT_THAT(starved(open, {}), ElementsAre(HasSubstr("and waits")));
}

TEST(CheckerOfFleets, ExcusesADatabaseForItsOwnTroubleAndAWhileAfterIt) {
  const long committed = at + 300;
  for (const Kind kind : {Kind::away, Kind::unserved, Kind::row_changed}) {
    const Trouble own = trouble(kind, "a", committed, committed + 2'000);
    EXPECT_THAT(starved(waiting("a", late + 2'000), {own}), IsEmpty());
    EXPECT_EQ(starved(waiting("a", late + 60'000), {own}).size(), 1U);
  }
  const Trouble server = trouble(Kind::away, "", committed, committed + 2'000);
  EXPECT_THAT(starved(waiting("a", late + 2'000), {server}), IsEmpty());
  EXPECT_EQ(
      starved(waiting("a", late), {trouble(Kind::away, "a", at - 90'000, at - 60'000)}).size(), 1U);
}

TEST(CheckerOfFleets, ExcusesARowThatNobodyCouldReadUntilSomebodyCan) {
  const Trouble row = trouble(Kind::row_changed, "a", at, at + 100);
  const Trouble away = trouble(Kind::catalogue_away, "", at, at + 30'000);
  EXPECT_EQ(starved(waiting("a", 30'000 + late), {row}).size(), 1U);
  EXPECT_THAT(starved(waiting("a", 30'000 + late), {row, away}), IsEmpty());
}

TEST(CheckerOfFleets, ExcusesEverybodyWhileNoRelayRunsAndNobodyWhileOneDoes) {
  const Seen seen = waiting("a", late + 4'000);
  const Trouble first = end_of(0, at, at + 5'000);
  EXPECT_THAT(starved(seen, {first}), IsEmpty());
  EXPECT_EQ(starved(seen, {first}, 2).size(), 1U);
  EXPECT_THAT(starved(seen, {first, end_of(1, at, at + 5'000)}, 2), IsEmpty());
}

std::vector<std::string> over(const std::vector<Stay>& stays, const std::vector<Life>& lives) {
  long most = 0;
  return check_budget("budget", stays, lives, Bounds::grace, most).violations;
}

Stay stay(int relay, long from, long until, const std::string& dbname = "db") {
  return {.relay = relay, .server = 1, .dbname = dbname, .from_ms = from, .until_ms = until};
}

TEST(CheckerOfFleets, FindsASessionBeyondTheBudget) {
  const std::vector<Life> lives{{0, at, 2}, {0, at + 10'000, 3}, {1, at, 2}};
  const std::vector<Stay> two{stay(0, at, at + 5'000), stay(0, at, at + 9'000),
                              stay(1, at, at + 9'000)};
  EXPECT_THAT(over(two, lives), IsEmpty()) << "each relay has its own";
  std::vector<Stay> three = two;
  three.push_back(stay(0, at + 4'000, at + 9'000));
  EXPECT_THAT(over(three, lives), ElementsAre(HasSubstr("had 3 at 1004000 and may have 2")));
  three.back().from_ms = at + 5'000 - Bounds::grace;
  EXPECT_THAT(over(three, lives), IsEmpty()) << "the one before it may have been closed by then";
  std::vector<Stay> next;
  for (int n = 0; n < 3; ++n) next.push_back(stay(0, at + 10'001, at + 20'000));
  EXPECT_THAT(over(next, lives), IsEmpty()) << "its next life has another budget";
  next.push_back(stay(0, at + 10'001, at + 20'000));
  EXPECT_EQ(over(next, lives).size(), 1U);
  next.back().from_ms = at + 9'999;
  EXPECT_THAT(over(next, lives), IsEmpty()) << "that was the life before";
}

TEST(CheckerOfFleets, FindsASessionThatIsLeftInADatabaseThatIsNotServed) {
  Trouble gone = trouble(Kind::unserved, "a", at, chaos::fleet::for_ever);
  gone.dbname = "db";
  const long by = at + Bounds::leave + Bounds::grace;
  const auto left = [&](const Stay& one, const std::vector<Trouble>& troubles) {
    return check_left({one}, troubles).violations;
  };
  EXPECT_THAT(left(stay(0, at - 100, by), {gone}), IsEmpty());
  EXPECT_THAT(left(stay(0, at - 100, by + 1), {gone}), ElementsAre(HasSubstr("has a session")));
  EXPECT_EQ(left(stay(0, by + 1'000, by + 2'000), {gone}).size(), 1U) << "one that is new";
  EXPECT_THAT(left(stay(0, at - 100, by + 1, "other"), {gone}), IsEmpty());
  EXPECT_THAT(
      left(stay(0, at - 100, by + 1), {gone, trouble(Kind::catalogue_away, "", at, at + 1)}),
      IsEmpty());
  gone.until_ms = at + 1'000;
  EXPECT_THAT(left(stay(0, at - 100, by + 9'000), {gone}), IsEmpty()) << "it was back at once";
}

TEST(CheckerOfFleets, CountsEventsThatHaveNoEffectYet) {
  const tests::TestDatabase db;
  db.run("CREATE TABLE fleet_written (event_id uuid, key text, kpos int)");
  db.run("CREATE TABLE fleet_effect (place bigserial, event_id uuid, key text, kpos int)");
  db.run("INSERT INTO fleet_written SELECT gen_random_uuid(), 'k', n FROM generate_series(1, 3) n");
  db.run("INSERT INTO fleet_effect (event_id) SELECT event_id FROM fleet_written WHERE kpos = 2");
  chaos::Session session{db.url(), "test"};
  EXPECT_EQ(chaos::fleet::open_events(session), 2);
}

}  // namespace
