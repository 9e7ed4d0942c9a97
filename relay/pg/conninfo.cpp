#include "relay/pg/conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "relay/pg/connection.hpp"

namespace relay::pg {
namespace {

using Options = ConninfoOptions;

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

// As SQL writes a name, and as the server splits a session's options: at blanks.
std::string name_in_options(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

// The n-th of a list with commas; a list of one counts for all.
std::string nth_of(const std::string& list, std::size_t n) {
  std::size_t begin = 0;
  for (; n > 0; --n) {
    const std::size_t comma = list.find(',', begin);
    if (comma == std::string::npos) return begin == 0 ? list : "";
    begin = comma + 1;
  }
  return list.substr(begin, list.find(',', begin) - begin);
}

// "a:5432, b:5433": the hosts in the order in which they are tried.
std::string places(const std::string& hosts, const std::string& ports) {
  std::string text;
  const auto count = static_cast<std::size_t>(std::count(hosts.begin(), hosts.end(), ',')) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string host = nth_of(hosts, i);
    text +=
        (i == 0 ? "" : ", ") + (host.empty() ? "the local socket" : host) + ":" + nth_of(ports, i);
  }
  return text;
}

std::string server_in(const Options& options) {
  return places(value_or(options, "host", value_or(options, "hostaddr", "").c_str()),
                value_or(options, "port", "5432"));
}

// Printed by allow-list: a list of what to hide is wrong once and shows a password.
std::string describe(const Options& options) {
  const std::string user = value_or(options, "user", "");
  const std::string database = value_or(options, "dbname", user.c_str());
  std::string text =
      "database " + (database.empty() ? "(default)" : database) + " on " + server_in(options);
  if (!user.empty()) text += " as " + user;
  return text;
}

}  // namespace

Conninfo read_conninfo(const std::string& text, const std::string& application_name, Wanted wanted,
                       std::chrono::milliseconds connect_timeout) {
  Options options = parse(text);
  const std::string description = describe(options);
  if (std::atoi(value_or(options, "connect_timeout", "0").c_str()) <= 0) {
    options.erase("connect_timeout");
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(connect_timeout).count();
  options.try_emplace("connect_timeout", std::to_string(seconds));
  options.try_emplace("keepalives_idle", "10");
  options.try_emplace("keepalives_interval", "3");
  options.try_emplace("keepalives_count", "3");
  options.try_emplace("tcp_user_timeout", "15000");
  options.try_emplace("application_name", application_name);
  options["client_encoding"] = "UTF8";  // whatever the role, the database or PGCLIENTENCODING say
  if (wanted == Wanted::writer) options.try_emplace("target_session_attrs", "read-write");
  return {std::move(options), description};
}

std::string server_of(const std::string& text) {
  return server_in(parse(text));
}

std::string with_search_path(const std::string& text, const std::vector<std::string>& schemas) {
  Options options = parse(text);
  const char* from_outside = std::getenv("PGOPTIONS");
  std::string said = value_or(options, "options", from_outside == nullptr ? "" : from_outside);
  if (!said.empty()) said += ' ';
  said += "-c search_path=";
  for (std::size_t i = 0; i < schemas.size(); ++i) {
    said += (i == 0 ? "" : ",") + name_in_options(schemas[i]);
  }
  options["options"] = said;
  return keywords_of(options);
}

std::string keywords_of(const ConninfoOptions& options) {
  std::string keywords;
  for (const auto& [key, value] : options) keywords += key + "=" + quoted(value) + " ";
  return keywords;
}

std::string without_password(const std::string& conninfo) {
  try {
    return describe(parse(conninfo));
  } catch (const std::invalid_argument&) {
    return "(a url that libpq cannot read)";
  }
}

}  // namespace relay::pg
