#include "tests/memory_store/listener_change.hpp"

#include <algorithm>

namespace tests::memory {
namespace {

/// No batch is let in behind it.
class Waiting {
 public:
  explicit Waiting(Announcement& announcement) : announcement_(announcement) {
    ++announcement_.waiting;
  }
  ~Waiting() { --announcement_.waiting; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Announcement& announcement_;
};

void announce(Session& session, Announcement& to) {
  Transaction& transaction = session.open_transaction();
  {
    const Waiting waiting{to};
    session.wait_until([&] { return to.free_for(transaction); });
  }
  transaction.lock(to);
}

void lock_lanes(Session& session, Drainer& drainer) {
  Transaction& transaction = session.open_transaction();
  for (LaneLock& lane : drainer.lanes) {
    session.wait_until([&] { return lane.free_for(transaction); });
    transaction.lock(lane);
  }
}

std::vector<Drainer*> drainers_of(Locks& locks, const Concerned& whom) {
  std::vector<Drainer*> drainers;
  for (Drainer& drainer : locks.drainers()) {
    if (drainer.name.empty()) continue;
    const bool named = std::ranges::find(whom.listeners, drainer.name) != whom.listeners.end();
    if (whom.everybody || named) drainers.push_back(&drainer);
  }
  return drainers;
}

// Only one lock can be waited for: for several drainers it is that of all.
void hold(Session& session, const Concerned& whom) {
  Locks& locks = session.database().locks();
  session.pause();
  const std::vector<Drainer*> announced = drainers_of(locks, whom);
  if (announced.size() == 1) announce(session, announced.front()->announcement);
  if (announced.size() > 1) announce(session, locks.to_all());
  session.pause();
  for (Drainer* drainer : drainers_of(locks, whom)) lock_lanes(session, *drainer);
}

// Beside projections a forward has a drainer of its own.
void place_forwards(Session& session) {
  session.pause();
  auto& listeners = session.open_transaction().listeners(session.database().rows());
  const bool detached = std::ranges::any_of(listeners, [](const ListenerRow& row) {
    return row.declaration.kind != relay::listeners::forward && row.state != "retired";
  });
  Concerned moved;
  for (ListenerRow& row : listeners) {
    if (row.declaration.kind != relay::listeners::forward) continue;
    if (row.declaration.detached == detached) continue;
    row.declaration.detached = detached;
    moved.listeners.push_back(row.declaration.name);
  }
  if (!moved.listeners.empty()) hold(session, moved);
}

}  // namespace

void under_lanes_of(Session& session, const Concerned& whom,
                    const std::function<void(Transaction&)>& change) {
  try {
    session.run([&] {
      Transaction& transaction = session.begin();
      hold(session, whom);
      Drainer& first_pass = session.database().locks().first_pass();
      session.pause();
      announce(session, first_pass.announcement);
      session.pause();
      lock_lanes(session, first_pass);
      hold(session, whom);  // a registration that was waited for may have added one
      session.pause();
      change(transaction);
      place_forwards(session);
      session.pause();
      transaction.changes.listeners_changed = true;
      session.commit();
    });
  } catch (...) {
    session.rollback();
    throw;
  }
}

}  // namespace tests::memory
