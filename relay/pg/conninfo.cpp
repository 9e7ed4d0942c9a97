#include "relay/pg/conninfo.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "relay/pg/connection.hpp"

namespace relay::pg {
namespace {

using Options = std::map<std::string, std::string>;

// libpq's own error text may echo the string, password and all, so it is not passed on.
Options parse(const std::string& text) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed{
      PQconninfoParse(text.c_str(), &error), &PQconninfoFree};
  if (error != nullptr) PQfreemem(error);
  if (!parsed) {
    throw std::invalid_argument{
        "the database's url is neither a postgresql:// URI nor keyword=value pairs that libpq can "
        "read (special characters in a URI's password must be percent-encoded)"};
  }
  Options options;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options[option->keyword] = option->val;
  }
  return options;
}

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

std::string value_or(const Options& options, const char* key, const char* otherwise) {
  const auto found = options.find(key);
  return found == options.end() ? otherwise : found->second;
}

// Printed by allow-list: a list of what to hide is wrong once and shows a password.
std::string describe(const Options& options) {
  const std::string host = value_or(options, "host", value_or(options, "hostaddr", "").c_str());
  const std::string user = value_or(options, "user", "");
  const std::string database = value_or(options, "dbname", user.c_str());
  std::string text = "database " + (database.empty() ? "(default)" : database) + " on " +
                     (host.empty() ? "the local socket" : host) + ":" +
                     value_or(options, "port", "5432");
  if (!user.empty()) text += " as " + user;
  return text;
}

}  // namespace

Conninfo read_conninfo(const std::string& text, const std::string& application_name) {
  Options options = parse(text);
  const std::string description = describe(options);
  options.try_emplace("connect_timeout", "5");
  options.try_emplace("keepalives_idle", "10");
  options.try_emplace("keepalives_interval", "3");
  options.try_emplace("keepalives_count", "3");
  options.try_emplace("tcp_user_timeout", "15000");
  options.try_emplace("application_name", application_name);
  std::string keywords;
  for (const auto& [key, value] : options) keywords += key + "=" + quoted(value) + " ";
  return {keywords, description};
}

std::string without_password(const std::string& conninfo) {
  try {
    return describe(parse(conninfo));
  } catch (const std::invalid_argument&) {
    return "(a url that libpq cannot read)";
  }
}

}  // namespace relay::pg
