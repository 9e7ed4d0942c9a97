#pragma once

#include <chrono>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::upkeep {

/// Who does the upkeep of a database: a row with a name and an end, by the server's clock, that is
/// renewed while its holder lives. No session state; a holder that dies loses it in `lasts`.
/// Whatever is done under it must also be right when two do it at once. Threads: one.
class Lease {
 public:
  static constexpr std::chrono::seconds lasts{60};

  /// @param instance who this is, for people; made unique by a random part.
  explicit Lease(const std::string& instance);

  /// Takes or renews it, at most every third of its time. @return whether it is ours.
  bool keep(pg::Connection& connection);
  /// Gives it back, if it is ours.
  void release(pg::Connection& connection);
  /// The connection was lost: it must be asked for anew.
  void doubt() { ours_ = false; }

 private:
  std::string holder_;
  bool ours_ = false;
  std::chrono::steady_clock::time_point asked_at_{};
};

}  // namespace relay::upkeep
