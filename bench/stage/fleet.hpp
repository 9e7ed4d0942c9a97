#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "bench/stage/relay.hpp"
#include "bench/stage/session.hpp"

namespace bench {

/// Databases of one server that one relay serves: copies of one that was migrated, with read
/// models. Beside those of every run each has `bench_sent`, which gets a row in an event's own
/// transaction, so that the server tells when that was committed. Dropped in the destructor. One
/// thread.
class Fleet {
 public:
  /// @param server url of its database postgres. @param databases at least 1.
  Fleet(const Stage& stage, const std::string& binary, const std::string& server, int databases);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  [[nodiscard]] const std::vector<std::string>& urls() const { return urls_; }
  /// A url of the same server that belongs to no database of the fleet, to watch it by.
  [[nodiscard]] const std::string& beside() const { return template_url_; }
  /// Transactions of the fleet's databases and of postgres so far, as the server counts them.
  /// @param observer a session of `beside`.
  [[nodiscard]] double transactions(Session& observer) const;

  /// Empties the read models and bench_sent.
  void clear() const;

 private:
  void drop(const std::string& name);

  Session admin_;
  std::string prefix_;  ///< Of its databases' names.
  std::string template_;
  std::string template_url_;
  std::vector<std::string> urls_;
};

/// Settings by which a relay serves all of these databases.
[[nodiscard]] RelaySettings serving(RelaySettings settings, const std::vector<std::string>& urls);

/// The INSERT of an event and its row of bench_sent; $1 when it was due, $2 key, $3 payload.
[[nodiscard]] std::string sent_insert();

/// Waits until no event of these databases is incomplete. @throws std::runtime_error when that
/// takes longer than 90 s for one.
void await_complete(const std::vector<std::string>& urls, Relay& relay);

/// Sends each database an event and waits until it is complete, so that the relay serves them all.
/// @throws std::runtime_error as above.
void await_served(const std::vector<std::string>& urls, Relay& relay);

/// Waits until each event of bench_sent has its effect, once, and is complete.
/// @throws std::runtime_error when it has not within the time.
void await_carried(const std::vector<std::string>& urls, Relay& relay, std::chrono::seconds time);

/// One event of a database, by the server's commit timestamps.
struct EventLag {
  double sent = 0;  ///< When the writer's transaction committed, seconds since 1970.
  double ms = 0;    ///< From there to the commit of its effect.
  double since_previous =
      0;  ///< Seconds since the one before it was sent; very many for the first.
};
/// In the order in which they were sent.
[[nodiscard]] std::vector<EventLag> event_lags(const std::string& url);

}  // namespace bench
