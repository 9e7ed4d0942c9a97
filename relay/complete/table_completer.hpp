#pragma once

#include <string_view>

#include "relay/complete/completer.hpp"

namespace relay::complete {

/// Completes by the statement of the database's completion mode: complete_update sets
/// `completion_date`, complete_delete deletes the row, complete_archive moves it.
class TableCompleter final : public Completer {
 public:
  /// @param complete_sql one of schema::statements::complete_*; it takes a uuid[].
  explicit TableCompleter(std::string_view complete_sql) : complete_sql_(complete_sql) {}
  void complete(pg::Script& script, const std::vector<std::string>& ids) const override;
  void park(pg::Script& script, const std::vector<std::string>& ids) const override;
  void rehearse(pg::Script& script) const override;

 private:
  std::string_view complete_sql_;
};

}  // namespace relay::complete
