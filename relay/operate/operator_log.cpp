#include "relay/operate/operator_log.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "schema/statements.hpp"

namespace relay::operate {

namespace sql = schema::statements;

std::int64_t write_log(pg::Connection& connection, const LogEntry& entry, std::int64_t events) {
  return connection
      .exec(sql::write_operator_log, os_user(), entry.command, entry.listener, events, entry.reason,
            entry.detail)[0][0]
      .as<std::int64_t>();
}

void count_log(pg::Connection& connection, std::int64_t id, std::int64_t events) {
  connection.exec(sql::count_operator_log, id, events);
}

std::string os_user() {
  const uid_t uid = ::getuid();
  std::array<char, 16'384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return "uid " + std::to_string(uid);
}

}  // namespace relay::operate
