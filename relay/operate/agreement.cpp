#include "relay/operate/agreement.hpp"

#include "projections/failure.hpp"
#include "relay/operate/change_listeners.hpp"
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

std::string compare(const Agreement& database, const Agreement& own) {
  std::string text;
  for (const auto& [name, value] : database) {
    text += name + " = \"" + value + "\"";
    const auto mine = own.find(name);
    if (mine != own.end() && mine->second != value) {
      text += "   but this file says \"" + mine->second + "\"";
    }
    text += '\n';
  }
  for (const auto& [name, value] : own) {
    if (!database.contains(name)) {
      text += name + " is not set yet; this file says \"" + value + "\"\n";
    }
  }
  return text;
}

std::string adopt(pg::Connection& connection, const Agreement& own) {
  std::string done;
  change_listeners(connection, {.everybody = true}, [&] {
    for (const char* name : {"completion", "ordering"}) {
      const std::string& value = own.at(name);
      const auto result =
          connection.exec(schema::statements::change_setting, std::string{name}, value);
      if (result.affected_rows() > 0) done += std::string{name} + " is now \"" + value + "\".\n";
    }
    if (!done.empty()) {
      write_log(connection, {.command = "settings adopt", .detail = projections::one_line(done)});
    }
  });
  if (done.empty()) return "The database has this file's settings already.\n";
  return done +
         "Relays with other settings stop claiming and say so; restart them with this file.\n";
}

}  // namespace relay::operate
