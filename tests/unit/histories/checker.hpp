#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// Handlers' doings were committed. Says in the world what they break: a second effect, or one that
/// comes after a later one of its key.
void book(World& world, const Doings& doings);
/// … and a crash of the server has taken that back.
void unbook(World& world, const Doings& doings);

/// Looks at the tables after each commit. Threads: one.
class Checker {
 public:
  explicit Checker(World& world) : world_(world) {}

  /// @throws Violation: nothing waits behind nothing, nothing is lost when it leaves the outbox,
  /// failures are counted and tried again by their schedule, …
  void look();
  /// What has been seen so far says nothing about what comes: the server has lost some.
  void forget();
  /// @throws Violation: a floor hides what is pending, or may still be committed.
  void look_at_floors(const relay::lanes::Floors& floors) const;
  /// In the end. @throws Violation
  void check_all_done() const;

 private:
  void look_at_events();
  void look_at_deliveries();
  void look_at_change(const memory::DeliveryRow* before, const memory::DeliveryRow& after) const;
  [[nodiscard]] const memory::DeliveryRow* before(const memory::DeliveryRow& row) const;

  World& world_;
  std::vector<memory::DeliveryRow> before_;
  std::int64_t listeners_version_ = 0;
};

}  // namespace tests::histories
