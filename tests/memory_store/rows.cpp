#include "tests/memory_store/rows.hpp"

#include <algorithm>

namespace tests::memory {
namespace {

template <class All, class Is>
auto* first_of(All& all, Is is) {
  const auto found = std::ranges::find_if(all, is);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

EventRow* Rows::event(const std::string& id) {
  return first_of(events, [&](const EventRow& row) { return row.what->id == id; });
}

const EventRow* Rows::event(const std::string& id) const {
  return first_of(events, [&](const EventRow& row) { return row.what->id == id; });
}

const DeliveryRow* Rows::delivery(const std::string& event_id, const std::string& listener) const {
  return first_of(deliveries,
                  [&](const DeliveryRow& row) { return row.is_of(event_id, listener); });
}

const ListenerRow* Rows::listener(const std::string& name) const {
  return first_of(listeners, [&](const ListenerRow& row) { return row.declaration.name == name; });
}

}  // namespace tests::memory
