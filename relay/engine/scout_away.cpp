#include <utility>

#include "relay/engine/scout.hpp"

// How a scout leaves its session to others, and comes back.

namespace relay::engine {

void Scout::see_whether_quiet() {
  const bool quiet = looked_ && assignment_ && !found_work_ && walked_once_ && nobody_at_work() &&
                     !boards_.retries_to_come && boards_.obstacles.stuck()->empty();
  if (!quiet) return quiet_since_.reset();
  if (!quiet_since_) quiet_since_ = parts_.now();
}

// A crash takes the run's mark away, so the same run has lost nothing since: floors hold. Whatever
// has come meanwhile is looked for as at first.
bool Scout::is_back_where_it_was(store::ScoutSession& session) {
  if (!std::exchange(left_, false) || boards_.server_run().empty()) return false;
  session.mark_run();
  const store::Standing standing = session.start_without_floors();
  if (standing.server_run != boards_.server_run() || standing.last_seq < last_seq_) return false;
  judge_now_ = true;
  look_anew();
  return true;
}

void Scout::look_anew() {
  watermark_.forget();
  walk_ = {};
  walk_in_part_ = false;
  walked_once_ = false;
  deliveries_.forget();
}

void Scout::leave_session() noexcept {
  left_ = has_session();
  session_.drop();
}

void Scout::sign_of_life() noexcept {
  try {
    if (session_) session_->sign_of_life();
  } catch (...) {
    session_.drop();  // the next look tells what is wrong
  }
}

}  // namespace relay::engine
