#include "projections/tx.hpp"

#include <array>
#include <cctype>
#include <stdexcept>

namespace projections {
namespace {

std::string first_word(std::string_view sql) {
  std::size_t at = 0;
  while (at < sql.size() && std::isspace(static_cast<unsigned char>(sql[at]))) ++at;
  std::string word;
  while (at < sql.size() && std::isalpha(static_cast<unsigned char>(sql[at]))) {
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[at++])));
  }
  return word;
}

}  // namespace

void Tx::refuse_transaction_command(std::string_view sql) {
  static constexpr std::array<std::string_view, 6> refused = {"BEGIN",    "COMMIT", "ROLLBACK",
                                                              "ABORT",    "END",    "START"};
  const std::string word = first_word(sql);
  for (const std::string_view command : refused) {
    if (word == command) {
      throw std::invalid_argument{"a handler's statement begins with " + word +
                                  ": the transaction belongs to the relay, which commits it "
                                  "together with the guard and the completion"};
    }
  }
}

}  // namespace projections
