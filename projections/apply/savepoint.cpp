#include "projections/apply/savepoint.hpp"

#include <random>
#include <string>
#include <string_view>

#include "schema/statements.hpp"

namespace projections {
namespace {

// A handler cannot make a savepoint of this name by accident. One name per process: statistics of
// statements keep an entry for each text.
const std::string& savepoint_name() {
  static const std::string name = [] {
    std::random_device random;
    return "freshet_" + std::to_string(random()) + "_" + std::to_string(random());
  }();
  return name;
}

std::string named(std::string_view statement) {
  constexpr std::string_view mark = ":name";
  std::string text{statement};
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), savepoint_name());
  }
  return text;
}

}  // namespace

Savepoint::Savepoint(Tx& tx) : tx_(tx) {
  static const std::string text = named(schema::statements::savepoint_open);
  tx_.exec_unchecked(text);
}

void Savepoint::release() {
  static const std::string text = named(schema::statements::savepoint_release);
  tx_.exec_unchecked(text);
}

void Savepoint::roll_back() {
  static const std::string text = named(schema::statements::savepoint_roll_back);
  tx_.exec_unchecked(text);
}

}  // namespace projections
