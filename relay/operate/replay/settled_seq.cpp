#include "relay/operate/replay/settled_seq.hpp"

#include <set>
#include <stdexcept>

#include "projections/array_literal.hpp"
#include "relay/base/pause.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/text/printable.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Writers = std::set<std::string>;

constexpr auto look_every = 50ms;
constexpr auto said_after = 1s;

Writers open_writers(pg::Connection& connection) {
  Writers writers;
  for (const auto& row : read_bounded(connection, sql::open_writers, {})) {
    writers.insert(row[0].c_str());
  }
  return writers;
}

std::string names_of(pg::Connection& connection, const Writers& writers) {
  std::string names;
  for (const auto& row :
       read_bounded(connection, sql::replay_name_writers, {projections::array_literal(writers)})) {
    names += (names.empty() ? "" : ", ") + printable(row[0].c_str());
  }
  return names.empty() ? "one that has just ended" : names;
}

}  // namespace

std::int64_t settled_seq(pg::Connection& connection, std::chrono::milliseconds patience,
                         const std::function<void(const std::string&)>& say) {
  const auto began = Clock::now();
  bool said = false;
  const auto seq = read_bounded(connection, sql::replay_last_seq, {})[0][0].as<std::int64_t>();
  Writers waited_for = open_writers(connection);  // later ones draw later numbers
  while (!waited_for.empty()) {
    const auto waited = Clock::now() - began;
    if (waited > patience) {
      throw std::runtime_error{
          "transactions that may have written events did not end in time: " +
          names_of(connection, waited_for) +
          "; an event of theirs could still appear in the history that is to be replayed. Let "
          "them end, or end them, and try again"};
    }
    if (!said && waited > said_after) {
      say("Waiting for open transactions that may have written events: " +
          names_of(connection, waited_for));
      said = true;
    }
    pause_for(look_every, {});
    const Writers now = open_writers(connection);
    std::erase_if(waited_for, [&](const auto& writer) { return !now.contains(writer); });
  }
  return seq;
}

}  // namespace relay::operate
