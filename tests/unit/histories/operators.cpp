#include "tests/unit/histories/operators.hpp"

#include <algorithm>

namespace tests::histories {

using State = memory::DeliveryState;

// A command that does not get its locks in time, or loses its connection, may be tried again.
void Operators::start(std::function<void(memory::Operators&)> command) {
  if (!operators_) operators_ = std::make_unique<memory::Operators>(world_.database);
  fiber_.start([this, command = std::move(command)] {
    try {
      command(*operators_);
    } catch (...) {
    }
  });
  world_.dirty = true;
}

bool Operators::go_on() {
  if (!fiber_.busy()) return false;
  fiber_.resume();
  world_.dirty = true;
  return true;
}

void Operators::lose_session() {
  world_.database.kill("operator");
  while (fiber_.busy()) fiber_.resume();
  operators_.reset();
}

void Operators::step() {
  if (go_on()) return;
  Dice& dice = world_.dice;
  std::string listener = World::name_of(dice.below(listener_count));
  const int what = dice.below(10);
  const memory::Rows& rows = world_.database.rows();
  for (const memory::DeliveryRow& row : rows.deliveries) {
    if (row.state == State::dead && dice.percent(50)) listener = row.listener;
  }
  std::vector<std::string> some;
  for (const memory::DeliveryRow& row : rows.deliveries) {
    if (row.listener == listener && row.state == State::dead && dice.percent(60)) {
      some.push_back(row.event_id);
    }
  }
  const memory::ListenerRow* own = rows.listener(listener);
  if (own == nullptr || (what < 7 && some.empty())) return;
  if (what < 4) return start([=](auto& operators) { operators.retry_dead(listener, some); });
  if (what < 7) return start([=, this](auto& operators) { discard(operators, listener, some); });
  if (what == 9) return start([=](auto& operators) { operators.retire(listener); });
  if (own->state == "paused") return start([=](auto& operators) { operators.resume(listener); });
  start([=](auto& operators) { operators.pause(listener, "by chance"); });
}

void Operators::discard(memory::Operators& operators, const std::string& listener,
                        const std::vector<std::string>& ids) {
  if (world_.broken != Broken::discard_wakes) {
    operators.discard_dead(listener, ids);
    return;
  }
  memory::Rows& rows = world_.database.by_hand();
  std::erase_if(rows.deliveries, [&](const memory::DeliveryRow& row) {
    return row.listener == listener && row.state == State::dead &&
           std::ranges::find(ids, row.event_id) != ids.end();
  });
  for (memory::EventRow& event : rows.events) {
    const bool owes = std::ranges::any_of(rows.deliveries, [&](const memory::DeliveryRow& row) {
      return row.event_id == event.what->id;
    });
    if (!event.parked || owes) continue;
    event.parked = false;
    event.complete = true;
  }
}

void Operators::mend() {
  if (go_on()) return;
  start([this](memory::Operators& operators) {
    const auto listeners = world_.database.rows().listeners;
    for (const memory::ListenerRow& row : listeners) {
      if (row.state == "paused") operators.resume(row.declaration.name);
      operators.retry_dead(row.declaration.name);
    }
  });
}

}  // namespace tests::histories
