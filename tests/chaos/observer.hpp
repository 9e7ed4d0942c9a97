#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/listeners.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// A value that a reader saw fall.
struct Relapse {
  std::string listener;
  std::string what;  ///< A key of state_<listener>, or a column of projection_freshness.
  std::string from;
  std::string to;
};

/// A reader of the read models that looks again and again and remembers what it saw.
class Observer {
 public:
  /// @param url of the primary, whichever it is. @param cast whose read models.
  Observer(std::string url, const Cast& cast);

  [[nodiscard]] std::vector<Relapse> relapses() const;
  [[nodiscard]] long looks() const;
  /// One look through a session of the caller's.
  void look(Session& session);

 private:
  void run(const std::stop_token& stop);
  void saw(const std::string& listener, const std::string& what, double value,
           const std::string& text);

  struct Seen {
    double value = 0;
    std::string text;
  };
  std::string url_;
  const Cast projections_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Seen> last_;
  std::vector<Relapse> relapses_;
  long looks_ = 0;
  std::jthread thread_;
};

}  // namespace chaos
