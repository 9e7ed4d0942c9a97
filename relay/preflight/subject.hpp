#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "projections/tx.hpp"

namespace relay::preflight {

/// A projection whose statements can be checked. The functions are injected, so that these checks
/// do not know how a projection is made.
struct CheckedProjection {
  std::string name;
  /// Plans its statements and runs nothing; one sentence per fault.
  std::function<std::vector<std::string>(projections::Tx&)> explain;
  std::vector<std::string> warnings = {};  ///< What its text alone tells.
};

/// Sessions that the process may want at once. 0: the limit of that is not looked at, as where the
/// check of another database does so.
struct SessionBudget {
  int here = 0;       ///< In this database, be it in several schemas.
  int as_role = 0;    ///< As its role, in all databases of the server.
  int on_server = 0;  ///< As anybody.
};

/// One database with all that is to be checked about it.
struct Subject {
  std::string conninfo;
  std::map<std::string, std::string> agreed;  ///< completion, ordering, lanes, as the settings say.
  std::vector<CheckedProjection> projections;
  /// What all checks together may take, once connected; 0: each has its own limit alone.
  std::chrono::milliseconds time{0};
  std::string schema = {};  ///< Where the outbox must be; empty: anywhere the session looks.
  SessionBudget sessions = {};
  std::string direct_conninfo = {};  ///< Past a pooler, to the same outbox; empty: there is none.
};

}  // namespace relay::preflight
