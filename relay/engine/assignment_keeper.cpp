#include "relay/engine/assignment_keeper.hpp"

#include <algorithm>

#include "relay/base/log.hpp"

namespace relay::engine {
namespace {

constexpr std::chrono::seconds look_after_every{5};

listeners::Declaration declaration_of(const listeners::Listener& listener) {
  const projections::ProjectionOptions& options = listener.options();
  return {.name = options.name,
          .kind = listener.kind(),
          .patterns = options.events,
          .skip_dead = options.on_dead == projections::OnDead::skip,
          .detached = options.detached};
}

bool all_agreed(const std::map<std::string, std::string>& own,
                const listeners::Registered& registered) {
  return std::ranges::all_of(
      own, [&](const auto& setting) { return registered.settings.contains(setting.first); });
}

}  // namespace

AssignmentKeeper::AssignmentKeeper(const EngineOptions& options, const EngineParts& parts)
    : options_(options), parts_(parts) {
  for (const Queue& queue : parts.queues) {
    listeners::Declaration own = declaration_of(*queue.listener);
    if (std::ranges::find(own_, own.name, &listeners::Declaration::name) == own_.end()) {
      own_.push_back(std::move(own));
    }
  }
}

std::shared_ptr<const listeners::Assignment> AssignmentKeeper::judge(
    store::ScoutSession& session, std::vector<std::string>& faults) {
  auto registered = session.registered();
  faults = listeners::disagreements(options_.agreed_settings, registered);
  if (!faults.empty()) return nullptr;
  const auto wanted = listeners::to_register(own_, registered, at_start_);
  if (!wanted.empty() || !all_agreed(options_.agreed_settings, registered)) {
    session.register_listeners(wanted, options_.agreed_settings);
    registered = session.registered();
    faults = listeners::disagreements(options_.agreed_settings, registered);
    if (!faults.empty()) return nullptr;  // another relay was the first to say it meanwhile
  }
  at_start_ = false;
  look_after_paused(session, registered);
  auto assignment =
      std::make_shared<const listeners::Assignment>(listeners::assignment_of(own_, registered));
  tell_changes(*assignment, registered);
  return assignment;
}

void AssignmentKeeper::look_after_paused(store::ScoutSession& session,
                                         const listeners::Registered& registered) {
  const auto now = parts_.now();
  if (now - looked_after_at_ < look_after_every) return;
  looked_after_at_ = now;
  for (const listeners::Declaration& own : own_) {
    const auto found = registered.listeners.find(own.name);
    if (found == registered.listeners.end() || found->second.state != "paused") continue;
    if (found->second.paused_by != "relay" || !is_mended(session, own.name)) continue;
    session.resume_listener(own.name);
    log::info("a projection that was paused works again and goes on", {{"projection", own.name}});
  }
}

// By its empty batch, in a transaction that is rolled back. One that cannot be asked so waits for
// an operator.
bool AssignmentKeeper::is_mended(store::ScoutSession& session, const std::string& name) const {
  const auto queue = std::ranges::find_if(
      parts_.queues, [&](const Queue& q) { return q.listener->name() == name; });
  if (queue == parts_.queues.end() || !queue->listener->can_probe()) return false;
  return session.rehearse([&](projections::Tx& tx) {
    try {
      return !queue->listener->probe(tx);
    } catch (const projections::TransactionOver&) {
      return false;  // locked, timed out, gone: asked again in a while
    }
  });
}

void AssignmentKeeper::tell_changes(const listeners::Assignment& assignment,
                                    const listeners::Registered& registered) {
  for (const listeners::Declaration& own : own_) {
    const auto found = registered.listeners.find(own.name);
    const std::string state = found == registered.listeners.end() ? "gone" : found->second.state;
    if (assignment.serves(own.name)) {
      left_to_others_.erase(own.name);
    } else if (left_to_others_.insert(own.name).second) {
      log::warn(state == "active" ? "another relay has declared this listener otherwise (events, "
                                    "on_dead or detached) and runs it; this one leaves it alone"
                                  : "this listener is not run now",
                {{"listener", own.name}, {"state", state}});
    }
  }
  parts_.recorder->serving(assignment.attached, assignment.detached);
}

}  // namespace relay::engine
