#include "tests/unit/histories/describe.hpp"

namespace tests::histories {
namespace {

std::string state_of(const World& world, const EventNote& note) {
  const memory::EventRow* row = world.database.rows().event(note.id);
  if (row == nullptr) return note.gone ? " rolled back" : " uncommitted";
  return row->complete ? " complete" : row->parked ? " parked" : " pending";
}

}  // namespace

std::string describe(const World& world) {
  std::string text;
  for (const EventNote& note : world.events) {
    text += note.id + " seq " + std::to_string(note.seq) + " lane " +
            std::to_string(world.database.lane_of(note.key)) + " key " + note.key + " type " +
            note.type + (note.listener_id ? " to " + *note.listener_id : "") +
            (note.unreadable ? " unreadable" : "") +
            (note.deadly_for >= 0 ? " deadly for " + World::name_of(note.deadly_for) : "") +
            state_of(world, note) + " effects ";
    for (int at = 0; at < listener_count; ++at) {
      if (note.cells[static_cast<std::size_t>(at)].effect) text += World::name_of(at);
    }
    text += '\n';
  }
  const memory::Rows& rows = world.database.rows();
  for (const memory::DeliveryRow& row : rows.deliveries) {
    text += "  " + row.event_id + " for " + row.listener + " " + to_string(row.state) +
            " attempts " + std::to_string(row.attempts) + " place " + std::to_string(row.place) +
            " due in " + std::to_string((row.due_us - world.now_us) / 1'000) + " ms " +
            row.error_class + " " + row.error + '\n';
  }
  for (const memory::ListenerRow& row : rows.listeners) {
    text += "  " + row.declaration.name + " " + row.state + " " + row.declaration.patterns[0] +
            (row.declaration.skip_dead ? " skip" : " block") +
            (row.declaration.detached ? " detached " : " ") + row.reason + '\n';
  }
  for (const memory::SuspectRow& row : rows.suspects) {
    text += "  suspect " + row.event_id + " for " + row.listener + " crashes " +
            std::to_string(row.crashes) + " kills " + std::to_string(row.kills) + '\n';
  }
  return text;
}

}  // namespace tests::histories
