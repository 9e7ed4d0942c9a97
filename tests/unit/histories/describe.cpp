#include "tests/unit/histories/describe.hpp"

namespace tests::histories {

std::string describe(const Tables& tables) {
  std::string text;
  for (const EventRow& row : tables.events) {
    text += row.id + " seq " + std::to_string(row.seq) + " lane " + std::to_string(row.lane) +
            " key " + row.aggregate.value_or("-") + " type " + row.type +
            (row.listener_id ? " to " + *row.listener_id : "") +
            (row.unreadable ? " unreadable" : "") +
            (row.gone        ? " rolled back"
             : row.complete  ? " complete"
             : row.parked    ? " parked"
             : row.committed ? " pending"
                             : " uncommitted") +
            (row.locked_by != 0 ? " locked by " + std::to_string(row.locked_by) : "") + " effects ";
    for (int at = 0; at < listener_count; ++at) {
      if (row.cells[static_cast<std::size_t>(at)].effect) text += Tables::name_of(at);
    }
    text += '\n';
  }
  for (const DeliveryRow& row : tables.open) {
    text += "  " + tables.event(row.event).id + " for " + Tables::name_of(row.listener) + " " +
            to_string(row.state) + " attempts " + std::to_string(row.attempts) + " place " +
            std::to_string(row.place) + " due in " + std::to_string(row.due_ms - tables.now_ms) +
            '\n';
  }
  for (const ListenerRow& row : tables.listeners) {
    if (!row.there) continue;
    text += "  " + row.declaration.name + " " + row.state + " " + row.declaration.patterns[0] +
            (row.declaration.skip_dead ? " skip" : " block") +
            (row.declaration.detached ? " detached" : "") + '\n';
  }
  return text;
}

}  // namespace tests::histories
