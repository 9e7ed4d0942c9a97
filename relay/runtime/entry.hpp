#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <vector>

#include "relay/flow/bell.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/account.hpp"
#include "relay/runtime/budget.hpp"

namespace relay::runtime {

/// Each has turns of its own at once: looks for work, first passes, what listeners of their own
/// work off, and what is done beside. A chore's last turn comes after those of all others.
enum class TaskKind { look, work, drain, chore };
inline constexpr std::size_t task_kinds = 4;

/// A task, as schedule and budget see it.
struct Entry {
  enum class State { parked, queued, running, ended };
  using Moment = Budget::Moment;

  Account& account;
  const TaskKind kind;
  flow::Task& task;
  const flow::Bell* const bell;
  const std::vector<Group*> groups;  ///< Without its server.

  State state = State::parked;
  bool has_session = false;      ///< Or a place for one, in its turn.
  bool tries = false;            ///< It is one more than its server gave so far.
  bool yielding = false;         ///< Its session is being closed for another.
  std::uint64_t rings_seen = 0;  ///< Before its last look.
  Moment wanted_at{};            ///< Since when it is queued.
  Moment began{};                ///< Its turn.
  Moment rests_since{};  ///< Its last turn's end; looks of `idle` that find nothing do not count.
  bool has_timer = false;
  std::multimap<Moment, Entry*>::iterator timer{};
  std::list<Entry*>::iterator resting{};
};

}  // namespace relay::runtime
