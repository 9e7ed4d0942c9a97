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

// Two statements that need no value, for one round trip.
std::string both(std::string_view one, std::string_view two) {
  constexpr std::string_view mark = ":name";
  std::string text = std::string{one} + ";\n" + std::string{two};
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), savepoint_name());
  }
  return text;
}

}  // namespace

const std::string& Savepoint::opening() {
  static const std::string text =
      both(schema::statements::savepoint, schema::statements::defer_constraints);
  return text;
}

Savepoint::Savepoint(Tx& tx) : tx_(tx) {
  tx_.exec_unchecked(opening());
}

const std::string& Savepoint::releasing() {
  static const std::string text =
      both(schema::statements::check_constraints, schema::statements::release_savepoint);
  return text;
}

void Savepoint::release() {
  tx_.exec_unchecked(releasing());
}

void Savepoint::roll_back() {
  static const std::string text =
      both(schema::statements::roll_back_to_savepoint, schema::statements::release_savepoint);
  tx_.exec_unchecked(text);
}

}  // namespace projections
