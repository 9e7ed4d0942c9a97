#pragma once

#include "tests/unit/histories/sim_listener.hpp"

namespace tests::histories {

/// Books the committed effects. @throws Violation: a second one, or one out of its key's order.
void book_effects(World& world, const Doings& doings);

/// Each (listener, event) that an event owed when it left the outbox has its effect or is open.
/// @throws Violation
void check_nothing_lost(World& world, const std::vector<std::string>& left_outbox);

/// Every event in one state; who waits has somebody to wait for; counts within the schedule.
/// @throws Violation
void check_tables(const World& world);

/// One change of a delivery's row. @throws Violation: a wrong count, state or time.
/// @param before none: it is new.
void check_change(const World& world, const DeliveryRow* before,
                  const relay::deliveries::Delivery& after);

/// A floor of the outbox hides nothing that is, or may still become, visible.
/// @throws Violation
void check_floors(const World& world, const std::vector<std::int64_t>& floors);

/// Everything that was owed was done, discarded, or passed over. @throws Violation
void check_all_done(World& world);

}  // namespace tests::histories
