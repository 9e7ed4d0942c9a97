#include <algorithm>
#include <limits>

#include "tests/memory_store/ledger.hpp"

namespace tests::memory {
namespace {

using relay::deliveries::LaneKey;

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// freshet_promote (V013): what waits before the first retry, and before the first dead letter if
// those block.
void add_free(const Rows& rows, const Transaction& transaction, const std::string& listener,
              const LaneKey& key, std::size_t most, std::vector<DeliveryRow>& free) {
  const ListenerRow* row = transaction.listener(rows, listener);
  const bool blocks = row == nullptr || !row->declaration.skip_dead;
  std::int64_t held_from = never;
  std::vector<const DeliveryRow*> front;
  transaction.each_delivery(rows, [&](const DeliveryRow& open) {
    if (open.lane != key.lane || open.listener != listener || open.key != key.key) return;
    if (open.state != DeliveryState::dead) {
      front.push_back(&open);
    } else if (blocks) {
      held_from = std::min(held_from, open.seq);
    }
  });
  std::ranges::sort(front, {}, &DeliveryRow::seq);
  if (front.size() > most) front.resize(most);
  for (const DeliveryRow* open : front) {
    if (open->state == DeliveryState::retrying) held_from = std::min(held_from, open->seq);
  }
  for (const DeliveryRow* open : front) {
    if (open->state == DeliveryState::waiting && open->seq <= held_from) free.push_back(*open);
  }
}

}  // namespace

void promote(Session& session, const std::string& listener, const std::set<LaneKey>& keys,
             std::size_t most) {
  if (keys.empty()) return;
  session.pause(Pause::part);
  Database& database = session.database();
  Transaction& transaction = session.open_transaction();
  std::vector<DeliveryRow> free;
  for (const LaneKey& key : keys) {
    add_free(database.rows(), transaction, listener, key, most, free);
  }
  std::ranges::sort(free, {}, &DeliveryRow::seq);
  for (DeliveryRow& row : free) {
    row.state = DeliveryState::ready;
    row.place = database.draw_place();
    transaction.write(std::move(row));
  }
}

}  // namespace tests::memory
