#include "relay/operate/listeners/agreement.hpp"

#include "projections/failure.hpp"
#include "relay/operate/listeners/change_listeners.hpp"
#include "relay/operate/operator_log.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

Agreement read_agreement(pg::Connection& connection) {
  Agreement agreement;
  for (const auto& row : connection.exec(schema::statements::read_settings)) {
    agreement[row[0].c_str()] = row[1].c_str();
  }
  return agreement;
}

Agreement adopt(pg::Connection& connection, const Agreement& own) {
  Agreement changed;
  change_listeners(connection, {.everybody = true}, [&] {
    changed.clear();
    for (const std::string name : {"completion", "ordering"}) {
      const std::string& value = own.at(name);
      const auto result = connection.exec(schema::statements::change_setting, name, value);
      if (result.affected_rows() > 0) changed[name] = value;
    }
    if (changed.empty()) return;
    write_log(connection,
              {.command = "settings adopt", .detail = projections::one_line(in_words(changed))});
  });
  return changed;
}

std::string in_words(const Agreement& changed) {
  std::string text;
  for (const auto& [name, value] : changed) text += name + " is now \"" + value + "\".\n";
  return text;
}

}  // namespace relay::operate
