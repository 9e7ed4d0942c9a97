#pragma once

#include <functional>
#include <memory>

#include "tests/memory_store/operators.hpp"
#include "tests/support/fiber.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// Somebody at the command line: one command after the other, each of which waits for its locks
/// while the others go on.
class Operators {
 public:
  /// @param fiber idle.
  Operators(World& world, Fiber& fiber) : world_(world), fiber_(fiber) {}
  ~Operators() { lose_session(); }
  Operators(const Operators&) = delete;
  Operators& operator=(const Operators&) = delete;

  /// The next step of a command, or the first of another.
  void step();
  [[nodiscard]] bool busy() const { return fiber_.busy(); }
  /// Goes on with what has been begun. @return whether something has.
  bool go_on();
  /// Begins to resume all listeners and to retry all that is dead.
  void mend();
  /// Their session is gone, and with it what had been begun.
  void lose_session();

 private:
  void start(std::function<void(memory::Operators&)> command);
  void discard(memory::Operators& operators, const std::string& listener,
               const std::vector<std::string>& ids);

  World& world_;
  Fiber& fiber_;
  std::unique_ptr<memory::Operators> operators_;
};

}  // namespace tests::histories
