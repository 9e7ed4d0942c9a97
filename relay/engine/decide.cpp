#include "relay/engine/decide.hpp"

#include "relay/flow/refusal.hpp"

namespace relay::engine {
namespace {

using projections::FailureKind;
using Where = PassFailure::Where;

constexpr int conflicts_before_care = 3;
constexpr int losses_before_care = 2;
constexpr int losses_before_blame = 5;  // two among others, three alone

// Whether a server has no room (53100), no connection (53300) or takes no writes (25006). It
// answers a probe all the same, so that the same event failing again says nothing about the event.
bool is_shortage(const projections::Failure& why) {
  return why.sqlstate == "53100" || why.sqlstate == "53300" || why.sqlstate == "25006";
}

Decision decide_statement(const projections::Failure& failure) {
  if (failure.kind == FailureKind::connection) return {Action::reconnect, Database::down};
  if (failure.kind == FailureKind::conflict) return {Action::again, Database::answers};
  return {Action::examine, Database::answers};
}

Decision decide_handler(const PassFailure& why, bool single) {
  switch (why.failure.kind) {
    case FailureKind::timeout:
    case FailureKind::event: return {narrow(why, single), Database::answers};
    case FailureKind::connection:
      if (is_shortage(why.failure)) return {Action::reconnect, Database::down};
      return {Action::reconnect_count, Database::down};
    default: return decide_statement(why.failure);
  }
}

}  // namespace

Decision decide(const PassFailure& why, const Situation& now) {
  switch (why.where) {
    case Where::connecting:
      if (flow::refusal_of(why.failure)) return {Action::leave_to_others, Database::unknown};
      return {Action::reconnect, Database::down};
    case Where::listener_down: return {Action::nothing, Database::answers};
    case Where::listener_stopped: return {Action::pause_listener, Database::answers};
    case Where::commit:
      if (why.failure.kind == FailureKind::conflict) return {Action::again, Database::answers};
      return {narrow(why, now.single), Database::answers};
    case Where::handler:
      if (now.stopping) return {};
      return decide_handler(why, now.single);
    case Where::handler_or_end:
      if (why.failure.kind == FailureKind::timeout) {
        return {now.stopping ? Action::nothing : Action::send_apart, Database::answers};
      }
      [[fallthrough]];
    case Where::statement:
      if (now.stopping) return {};
      return decide_statement(why.failure);
  }
  return {};
}

Action narrow(const PassFailure& why, bool single) {
  if (!single) return Action::one_by_one;
  if (!why.blamed.empty()) return Action::quarantine;
  return projections::may_be_an_events(why.failure.kind) ? Action::examine : Action::rest;
}

Action after_statement(bool read, bool work, bool lone) {
  if (!read || !work) return Action::rest;
  return lone ? Action::blame_event : Action::one_by_one;
}

Action after_loss(int times, bool single) {
  if (single) return times >= losses_before_blame ? Action::quarantine : Action::nothing;
  return times >= losses_before_care ? Action::one_by_one : Action::nothing;
}

bool conflicts_want_care(int in_a_row) {
  return in_a_row >= conflicts_before_care;
}

}  // namespace relay::engine
