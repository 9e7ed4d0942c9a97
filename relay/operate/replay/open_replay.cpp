#include "relay/operate/replay/open_replay.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

#include "projections/array_literal.hpp"
#include "projections/failure.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/like_pattern.hpp"
#include "relay/operate/locks/try_to_lock.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/replay/settled_seq.hpp"
#include "relay/operate/text/printable.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;

constexpr const char* swept_at_once = "20000";

[[noreturn]] void busy(const std::string& who) {
  throw std::runtime_error{"this replay is at work already: " +
                           (who.empty() ? "another process is just choosing its events" : who)};
}

void sweep_ended(pg::Connection& connection) {
  while (read_bounded(connection, sql::replay_sweep, {swept_at_once}).affected_rows() > 0) {
  }
}

struct Found {
  Replay replay;
  std::string filter;
  bool chosen = false;
};

std::optional<Found> find(pg::Connection& connection, const ReplayPlan& plan) {
  const auto rows = read_bounded(connection, sql::replay_find_open, {plan.forward, plan.topic});
  if (rows.empty()) return std::nullopt;
  const auto number = [&](int column) { return rows[0][column].as<std::int64_t>(0); };
  return Found{{number(0), rows[0][2].c_str(), number(3), number(4), number(5), number(6),
                number(7), number(8), number(9), false},
               rows[0][1].c_str(),
               !rows[0][4].is_null()};
}

/// Only what was begun with the same words goes on.
void require_same_words(const Found& found, const ReplayPlan& plan) {
  const std::string words = in_words(plan.filter);
  if (found.filter == words) return;
  throw UsageError{"an unfinished replay of " + in_quotes(plan.forward) + " to " +
                   in_quotes(plan.topic) + ", begun at " + found.replay.began + ", was of " +
                   (found.filter.empty() ? "everything" : printable(found.filter)) +
                   " and not of " + (words.empty() ? "everything" : printable(words)) +
                   "; say the same again to go on with it, or --restart to give it up"};
}

/// Chooses the events, unless another process has meanwhile.
void choose(pg::Connection& connection, const ReplayPlan& plan, const ReplayLimits& limits,
            std::int64_t id, const std::function<void(const std::string&)>& say) {
  const std::int64_t bound = settled_seq(connection, limits.writers, say);
  std::vector<std::string> patterns;
  for (const std::string& pattern : plan.patterns) patterns.push_back(like_pattern(pattern));
  std::vector<std::string> values = {std::to_string(id), std::to_string(bound), plan.forward,
                                     projections::array_literal(patterns)};
  for (std::string& value : values_of(plan.filter)) values.push_back(std::move(value));

  const auto held = try_to_lock(connection, sql::replay_hold, {std::to_string(id)});
  if (!held || held->empty()) {
    if (held) connection.rollback();
    busy("");
  }
  try {
    if ((*held)[0][0].as<bool>()) {
      pg::Script{connection}.limit({2s, limits.choosing, limits.choosing}).run();
      pg::Script{connection}.add(sql::replay_choose, values).run();
    }
    connection.exec("COMMIT");
  } catch (...) {
    const bool too_long = projections::current_failure().kind == projections::FailureKind::timeout;
    connection.rollback();
    if (!too_long) throw;
    throw std::runtime_error{"reading the history took longer than " +
                             std::to_string(limits.choosing.count() / 1'000) +
                             " s and was given up; nothing was sent"};
  }
}

}  // namespace

Replay open_replay(pg::Connection& connection, const ReplayPlan& plan, const ReplayLimits& limits,
                   const std::function<void(const std::string&)>& say) {
  check(connection, plan.filter);
  std::optional<Found> found = find(connection, plan);
  if (found && plan.restart) {
    give_up_replay(connection, found->replay.id);
    found.reset();
  }
  sweep_ended(connection);
  if (!found) {
    (void)read_bounded(connection, sql::replay_begin,
                       {plan.forward, plan.topic, in_words(plan.filter)});
    found = find(connection, plan);
    if (!found) busy("");
  }
  require_same_words(*found, plan);
  if (found->chosen) {
    found->replay.resumed = true;
    return found->replay;
  }
  say("Looking through the whole history, once; given up after " +
      std::to_string(limits.choosing.count() / 1'000) + " s.");
  choose(connection, plan, limits, found->replay.id, say);
  found = find(connection, plan);
  if (!found) busy("");
  return found->replay;
}

void give_up_replay(pg::Connection& connection, std::int64_t id) {
  try {
    if (!read_bounded(connection, sql::replay_give_up, {std::to_string(id)}).empty()) {
      sweep_ended(connection);
      return;
    }
  } catch (...) {
    if (projections::current_failure().kind != projections::FailureKind::conflict) throw;
  }
  busy(who_replays(connection, id));
}

std::string who_replays(pg::Connection& connection, std::int64_t id) {
  const auto rows = read_bounded(connection, sql::replay_claimed_by, {std::to_string(id)});
  if (rows.empty()) return "";
  return printable(rows[0][0].c_str()) + "; if that process is gone, it can be taken over in " +
         rows[0][1].c_str() + " s";
}

std::string in_words(const Replay& replay, const ReplayPlan& plan) {
  const std::string filter = in_words(plan.filter);
  std::string text = std::to_string(replay.total) +
                     (replay.total == 1 ? " completed event" : " completed events") +
                     " of forward " + in_quotes(plan.forward) + " up to seq " +
                     std::to_string(replay.bound) +
                     (filter.empty() ? "" : " (" + printable(filter) + ")") + ", to topic " +
                     in_quotes(plan.topic) + ".\n";
  if (replay.resumed) {
    text = "Going on with the replay that was begun at " + replay.began + ", of which " +
           std::to_string(replay.done) + " are done: " + text;
  } else {
    text = "To replay: " + text;
  }
  if (replay.left_out > 0) {
    text += std::to_string(replay.left_out) +
            (replay.left_out == 1 ? " event that fits is" : " events that fit are") +
            " left out: not completed yet, and so no history.\n";
  }
  return text;
}

}  // namespace relay::operate
