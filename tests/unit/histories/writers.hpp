#pragma once

#include <memory>
#include <vector>

#include "tests/memory_store/writer.hpp"
#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// Applications that publish: up to three transactions at once, each with a few events. Those of
/// one key wait for each other, but for one key's.
class Writers {
 public:
  explicit Writers(World& world) : world_(world) {}

  /// One begins, inserts, commits or rolls back.
  void step();
  /// All end.
  void finish();
  /// The server has gone: nobody has committed.
  void lose_all();

 private:
  struct Open {
    explicit Open(memory::Database& database) : writer(database) {}
    memory::Writer writer;
    std::vector<int> events;
  };
  void insert(Open& writer);
  void end(std::size_t at, bool commits);
  [[nodiscard]] bool others_have(const Open& writer, const std::string& key) const;

  World& world_;
  std::vector<std::unique_ptr<Open>> open_;
};

}  // namespace tests::histories
