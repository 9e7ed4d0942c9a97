#include "relay/pg/connect.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "relay/pg/host_lookup.hpp"
#include "relay/pg/hosts.hpp"

namespace relay::pg {
namespace {

using projections::Failure;
using projections::FailureKind;
using Clock = HostLookup::Clock;

// As long as the order of the hosts counts for more than the time.
constexpr std::chrono::seconds order_counts{1};

// libpq says a line for each host, and a detail in a line that begins with a tab.
std::string one_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      const bool detail = i + 1 < text.size() && text[i + 1] == '\t';
      line += detail ? "," : ";";
    }
    line += static_cast<unsigned char>(text[i]) < 0x20 ? ' ' : text[i];
    if (line.ends_with("  ")) line.pop_back();
  }
  return line;
}

// libpq 17 fails without a word where a process has no descriptor left for a socket.
std::string reason_of(const std::exception& error) {
  std::string said = one_line(error.what());
  if (!said.empty()) return said;
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return "no socket can be made: " + std::generic_category().message(errno);
  ::close(probe);
  return "libpq gives no reason";
}

// libpq gives no SQLSTATE for a connection that was refused, only words.
bool needs_somebody(const std::string& message) {
  for (const char* sign :
       {"authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry",
        "permission denied", "certificate", "could not translate host name",
        "not permitted to log in", "unsupported startup parameter"}) {
    if (message.find(sign) != std::string::npos) return true;
  }
  return false;
}

// By the server, or by PgBouncer. Where the server speaks another language it looks like an outage.
bool has_no_room(const std::string& message) {
  for (const char* sign : {"too many connections for role", "too many connections for database",
                           "too many clients already", "remaining connection slots are reserved",
                           "no more connections allowed"}) {
    if (message.find(sign) != std::string::npos) return true;
  }
  return false;
}

// "session is read-only" is true and does not help.
std::string explain(const std::string& message) {
  if (message.find("unsupported startup parameter") != std::string::npos) {
    return message +
           ": the pooler does not pass options on; let it ignore them (PgBouncer: "
           "ignore_startup_parameters = options), and where a \"schema\" is set, say it in the "
           "server: ALTER ROLE … IN DATABASE … SET search_path = …, public";
  }
  const bool one_host = message.find("; ") == std::string::npos;
  if (message.find("session is read-only") == std::string::npos &&
      message.find("server is in hot standby mode") == std::string::npos) {
    return message;
  }
  return (one_host ? "" : message + "; ") +
         "the server is a standby or read-only, and a relay must write: name the primary in the "
         "url, or all the hosts that may become one";
}

/// Whether the first host that takes us is the one, in the order in which they stand.
bool first_comes_first(const ConninfoOptions& options) {
  const auto says = [&](const char* name, std::string_view value) {
    const auto found = options.find(name);
    return found != options.end() && found->second == value;
  };
  return !says("load_balance_hosts", "random") && !says("target_session_attrs", "prefer-standby");
}

/// The hosts that were not tried yet, and why those that were are none.
class Candidates {
 public:
  Candidates(std::vector<Host> hosts, std::chrono::seconds limit, bool in_turn)
      : hosts_(std::move(hosts)), limit_(limit), in_turn_(in_turn) {}

  [[nodiscard]] bool left() const { return !hosts_.empty(); }
  [[nodiscard]] const std::string& reasons() const { return reasons_; }
  void failed(const std::string& why) { reasons_ += (reasons_.empty() ? "" : "; ") + why; }

  /// Takes those that can be tried now; waits for a name if there are none. When the time is over
  /// all are taken.
  std::vector<Host> next() {
    std::vector<std::string> names;
    for (const Host& host : hosts_) {
      if (host.to_be_looked_up()) names.push_back(host.name);
    }
    const Clock::time_point deadline = began_ + limit_;
    const bool first_is_known = in_turn_ && !hosts_.front().to_be_looked_up();
    const Clock::time_point in_order =
        std::min(began_ + (first_is_known ? std::chrono::seconds{0} : order_counts), deadline);
    const bool one_is_known = names.size() < hosts_.size();
    const auto answers =
        HostLookup::shared().ask(names, in_order, one_is_known ? in_order : deadline);
    const bool over = Clock::now() >= deadline;
    std::vector<Host> ready;
    std::vector<Host> pending;
    for (Host& host : hosts_) {
      const auto answer = answers.find(host.name);
      if (!host.to_be_looked_up()) {
        ready.push_back(std::move(host));
      } else if (answer == answers.end()) {
        if (over) failed(late(host.name));
        if (!over) pending.push_back(std::move(host));
      } else if (answer->second.addresses.empty()) {
        failed("could not translate host name \"" + host.name +
               "\" to address: " + answer->second.why_not);
      } else {
        host.addresses = answer->second.addresses;
        ready.push_back(std::move(host));
      }
    }
    hosts_ = std::move(pending);
    return ready;
  }

 private:
  [[nodiscard]] std::string late(const std::string& name) const {
    return "the name of host \"" + name + "\" could not be looked up within " +
           std::to_string(limit_.count()) +
           " s, as the resolver gives no answer: see to resolv.conf and its name servers, or name "
           "the address by hostaddr";
  }

  std::vector<Host> hosts_;
  std::chrono::seconds limit_;
  bool in_turn_;
  Clock::time_point began_ = Clock::now();
  std::string reasons_;
};

// What a look-up took is the host's own time.
std::string what_is_left(std::chrono::seconds limit, Clock::duration waited) {
  const auto left = limit - std::chrono::floor<std::chrono::seconds>(waited);
  return std::to_string(std::max<std::chrono::seconds>(left, std::chrono::seconds{1}).count());
}

std::unique_ptr<pqxx::connection> open_as_it_is(const ConninfoOptions& options) {
  const std::string keywords = keywords_of(options);
  return std::make_unique<pqxx::connection>(keywords);
}

std::unique_ptr<pqxx::connection> open(const ConninfoOptions& options) {
  const std::vector<Host> hosts = hosts_of(options);
  if (std::ranges::none_of(hosts, &Host::to_be_looked_up)) {
    return open_as_it_is(options);
  }
  const std::chrono::seconds limit{std::atoi(options.at("connect_timeout").c_str())};
  Candidates candidates{hosts, limit, first_comes_first(options)};
  while (candidates.left()) {
    const Clock::time_point began = Clock::now();
    const std::vector<Host> ready = candidates.next();
    if (ready.empty()) continue;
    ConninfoOptions known = with_hosts(options, ready);
    known["connect_timeout"] = what_is_left(limit, Clock::now() - began);
    try {
      return open_as_it_is(known);
    } catch (const std::exception& error) {
      candidates.failed(reason_of(error));
    }
  }
  throw pqxx::broken_connection{candidates.reasons()};
}

}  // namespace

ConnectError connect_error(const Conninfo& info, const std::exception& error) {
  const std::string message = explain(reason_of(error));
  const bool full = has_no_room(message);
  const bool by_hand = !full && needs_somebody(message);
  return {"cannot connect to " + info.description + ": " + message,
          Failure{by_hand ? FailureKind::configuration : FailureKind::connection,
                  full ? "53300" : "", message}};
}

std::unique_ptr<pqxx::connection> connect(const Conninfo& info) {
  try {
    return open(info.options);
  } catch (const std::exception& error) {
    throw connect_error(info, error);
  }
}

}  // namespace relay::pg
