#pragma once

#include <string>
#include <vector>

#include "tests/unit/histories/world.hpp"

namespace tests::histories {

/// Applications that publish: they lock the table, draw seqs, and commit late or not at all.
/// Writers of one key take turns, as the order per key asks of them.
class Writers {
 public:
  explicit Writers(World& world) : world_(world) {}

  /// One of them begins, inserts, commits or rolls back.
  void step();
  /// All that are open commit or roll back.
  void finish();

 private:
  struct Writer {
    std::string name;  ///< Its virtual transaction.
    std::vector<int> events;
  };
  void insert(Writer& writer);
  [[nodiscard]] bool others_have(const Writer& writer, const std::string& key) const;
  void end(std::size_t at);

  World& world_;
  std::vector<Writer> open_;
  int next_ = 1;
};

}  // namespace tests::histories
