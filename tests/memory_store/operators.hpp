#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/memory_store/session.hpp"

namespace tests::memory {

/// What operators' commands do (relay/operate), under the locks that they take. @throws of kind
/// conflict where those are held for too long; nothing is changed then, and it may be tried again.
/// Threads: one.
class Operators {
 public:
  /// @param database borrowed.
  explicit Operators(Database& database) : session_(database, "operator") {}

  /// Dead letters of a listener, all of them where no ids are given, go back into the queue.
  /// @return how many.
  int retry_dead(const std::string& listener, const std::vector<std::string>& ids = {});
  /// … are given up.
  int discard_dead(const std::string& listener, const std::vector<std::string>& ids = {});
  void pause(const std::string& listener, const std::string& reason = {});
  void resume(const std::string& listener);
  /// Nothing waits for it any more: what is open is discarded.
  void retire(const std::string& listener);
  /// As `settings --adopt`.
  void change_setting(const std::string& name, const std::string& value);

 private:
  template <class Change>
  void under_lane(int lane, const std::string& listener, Change change);
  template <class Change>
  void change_row(const std::string& listener, Change change);
  template <class Change>
  int each_lane(const std::string& listener, const std::vector<std::string>& ids, bool dead_only,
                Change change);

  Session session_;
};

}  // namespace tests::memory
