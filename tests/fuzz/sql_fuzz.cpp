// Any bytes as a projection's SQL: tokens that lie in it in order, and a statement that is ready or
// has faults in words.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "projections/sql/statement.hpp"
#include "projections/sql/tokens.hpp"
#include "projections/sql/transaction_command.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql{reinterpret_cast<const char*>(data), size};
  try {
    std::size_t end = 0;
    for (const projections::sql::Token& token : projections::sql::tokens_of(sql)) {
      if (token.text.empty() || token.begin < end || token.end() > sql.size()) std::abort();
      if (sql.substr(token.begin, token.text.size()) != token.text) std::abort();
      end = token.end();
    }
  } catch (const projections::sql::UnterminatedError&) {
    if (projections::sql::transaction_command_in(sql)) std::abort();
  }
  (void)projections::sql::transaction_command_in(sql);
  const projections::sql::Statement statement = projections::sql::compile(sql);
  for (const std::string& fault : statement.faults) {
    if (fault.empty()) std::abort();
  }
  if (statement.faults.empty() && statement.text.empty()) std::abort();
  return 0;
}
