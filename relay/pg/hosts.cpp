#include "relay/pg/hosts.hpp"

#include <netdb.h>

#include <algorithm>
#include <cstdlib>

namespace relay::pg {
namespace {

std::string from_settings(const ConninfoOptions& options, const char* key, const char* variable) {
  if (const auto found = options.find(key); found != options.end()) return found->second;
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// An empty list has one entry, which is empty.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> entries;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t comma = list.find(',', begin);
    entries.push_back(list.substr(begin, comma - begin));
    if (comma == std::string::npos) return entries;
    begin = comma + 1;
  }
}

std::string join(const std::vector<std::string>& entries) {
  std::string list;
  for (std::size_t i = 0; i < entries.size(); ++i) list += (i == 0 ? "" : ",") + entries[i];
  return list;
}

bool is_numeric(const std::string& name) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* list = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return false;
  ::freeaddrinfo(list);
  return true;
}

}  // namespace

bool Host::to_be_looked_up() const {
  return addresses.empty() && !name.empty() && name.front() != '/' && name.front() != '@' &&
         !is_numeric(name);
}

std::vector<Host> hosts_of(const ConninfoOptions& options) {
  if (options.contains("service") || std::getenv("PGSERVICE") != nullptr) return {};
  const std::string names = from_settings(options, "host", "PGHOST");
  const std::string addresses = from_settings(options, "hostaddr", "PGHOSTADDR");
  const std::vector<std::string> name = split(names);
  const std::vector<std::string> address = split(addresses);
  const std::vector<std::string> port = split(from_settings(options, "port", "PGPORT"));
  const std::size_t count = addresses.empty() ? name.size() : address.size();
  if (!names.empty() && name.size() != count) return {};
  if (port.size() != 1 && port.size() != count) return {};
  std::vector<Host> hosts(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!names.empty()) hosts[i].name = name[i];
    hosts[i].port = port.size() == 1 ? port[0] : port[i];
    if (!addresses.empty() && !address[i].empty()) hosts[i].addresses = {address[i]};
  }
  return hosts;
}

ConninfoOptions with_hosts(ConninfoOptions options, const std::vector<Host>& hosts) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  std::vector<std::string> ports;
  for (const Host& host : hosts) {
    for (std::size_t i = 0; i < std::max<std::size_t>(host.addresses.size(), 1); ++i) {
      names.push_back(host.name);
      addresses.push_back(host.addresses.empty() ? "" : host.addresses[i]);
      ports.push_back(host.port);
    }
  }
  const auto set = [&options](const char* key, const std::vector<std::string>& list) {
    const bool said = std::ranges::any_of(list, [](const auto& entry) { return !entry.empty(); });
    options[key] = said ? join(list) : "";
  };
  set("host", names);
  set("hostaddr", addresses);
  set("port", ports);
  return options;
}

}  // namespace relay::pg
