#include "projections/tx.hpp"

#include <stdexcept>

#include "projections/sql/transaction_command.hpp"

namespace projections {

void Tx::refuse_transaction_command(std::string_view sql) {
  if (const auto command = sql::transaction_command_in(sql)) {
    throw std::invalid_argument{"a handler cannot run " + *command +
                                ": its transaction also keeps the guard and the completion"};
  }
}

}  // namespace projections
