#include "relay/engine/worker.hpp"

#include <algorithm>

#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using projections::Failure;
using projections::FailureKind;
using Clock = std::chrono::steady_clock;

constexpr auto bell_wait = 500ms;  // the bell may be missed; this bounds what that costs
constexpr int conflicts_before_care = 3;
constexpr auto broken_projection_rest = 1'000ms;

}  // namespace

Worker::Worker(int number, const EngineOptions& options, const Parts& parts, Shared& shared,
               Trouble& trouble)
    : name_("worker " + std::to_string(number) + " of " + options.database),
      options_(options),
      parts_(parts),
      shared_(shared),
      trouble_(trouble) {}

void Worker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t bell = shared_.bell();
    const std::string version = shared_.version();
    const Tickets tickets =
        version.empty() ? Tickets{} : shared_.board.take(options_.lanes_per_claim, Clock::now());
    if (tickets.empty()) {
      shared_.wait_for_bell(bell, bell_wait, stop);
    } else {
      work(tickets, version, stop);
    }
  }
}

void Worker::work(const Tickets& tickets, const std::string& version, const std::stop_token& stop) {
  PassResult result;
  try {
    pass(parts_, connected(), tickets, version, *shared_.condemned(), stop, result);
    settle(tickets, result);
    return;
  } catch (const ListenerFailed& error) {
    if (error.failure.kind == FailureKind::timeout || error.failure.kind == FailureKind::event) {
      isolate(tickets, result, {{error.event_id, error.listener}}, error.failure);
    } else {
      failed(tickets, result, error.failure, stop);
    }
  } catch (const CommitRefused& refused) {
    if (refused.failure.kind == FailureKind::conflict) {
      failed(tickets, result, refused.failure, stop);
    } else {
      isolate(tickets, result, refused.applied, refused.failure);
    }
  } catch (const projections::RetryRequested& wish) {
    log::info("a projection asked for a pause", {{"reason", wish.what()}});
    rest(tickets, wish.delay);
  } catch (const projections::HaltRequested& halt) {
    shared_.forbid();
    trouble_.begin("halt", std::string{"a projection asked to halt: "} + halt.what() +
                               "; start the relay again to go on");
  } catch (const projections::ProjectionBroken& broken) {
    trouble_.begin("projection", std::string{broken.what()} +
                                     "; nothing is lost: its events wait until this is mended");
    rest(tickets, broken_projection_rest);
  } catch (...) {
    failed(tickets, result, projections::current_failure(), stop);
  }
  if (connection_) connection_->rollback();
  give_back(tickets);
}

pg::Connection& Worker::connected() {
  if (!connection_) {
    auto fresh = std::make_unique<pg::Connection>(
        options_.conninfo, pg::ConnectOptions{.application_name = "freshet " + name_});
    const std::lock_guard lock{connection_mutex_};
    connection_ = std::move(fresh);
  }
  return *connection_;
}

void Worker::cancel() noexcept {
  const std::lock_guard lock{connection_mutex_};
  if (connection_) connection_->cancel();
}

void Worker::settle(const Tickets& tickets, const PassResult& result) {
  conflicts_ = 0;
  losses_ = 0;
  if (result.stale) {
    shared_.forbid();
    shared_.wake_scout(true);
    return give_back(tickets);
  }
  for (const claim::LaneRead& read : result.lanes) {
    if (!read.held) {
      shared_.board.busy(read.lane);
      continue;
    }
    if (result.left_over) {
      shared_.board.be_careful(read.lane, read.last_seq);
    } else {
      shared_.board.passed(read.lane, read.last_seq);
    }
    shared_.board.done(read.lane, read.more || result.left_over);
  }
  shared_.forget(result.buried);
  shared_.events_done += static_cast<std::int64_t>(result.events);
  trouble_.end("connection");
  if (result.events > 0) trouble_.end("projection");
}

void Worker::give_back(const Tickets& tickets) {
  for (const claim::LaneTicket& ticket : tickets) shared_.board.done(ticket.lane, true);
}

void Worker::failed(const Tickets& tickets, const PassResult& result, const Failure& why,
                    const std::stop_token& stop) {
  if (stop.stop_requested()) return;  // cancelled to end in time; nothing of it counts
  switch (why.kind) {
    case FailureKind::conflict: return again(tickets, result, why, stop);
    case FailureKind::connection: return lost(why, stop);
    case FailureKind::timeout:
    case FailureKind::event:
    case FailureKind::configuration:
      // One of our own statements: nobody's event is at fault, somebody must look.
      trouble_.begin("connection", "the relay cannot work: " + why.message);
      return rest(tickets, broken_projection_rest);
  }
}

void Worker::again(const Tickets& tickets, const PassResult& result, const Failure& why,
                   const std::stop_token& stop) {
  ++conflicts_;
  log::debug("a batch runs again", {{"why", why.message}, {"times", std::to_string(conflicts_)}});
  if (conflicts_ >= conflicts_before_care) isolate(tickets, result, {}, why);
  pause_for(backoff(conflicts_, 2ms, 500ms), stop);
}

// A batch whose transaction died as a whole comes again one event at a time; an event that was
// alone already is the culprit.
void Worker::isolate(const Tickets& tickets, const PassResult& result,
                     const std::vector<std::pair<std::string, std::string>>& suspects,
                     const Failure& why) {
  const bool alone = std::ranges::any_of(tickets, &claim::LaneTicket::careful);
  if (alone && suspects.empty()) {
    trouble_.begin("connection", "the relay cannot complete an event: " + why.message);
    return rest(tickets, broken_projection_rest);
  }
  if (alone) {
    for (const auto& who : suspects) shared_.condemn(who, why);
    return;
  }
  for (const claim::LaneRead& read : result.lanes) {
    if (read.held && read.events > 0) shared_.board.be_careful(read.lane, read.last_seq);
  }
}

void Worker::lost(const Failure& why, const std::stop_token& stop) {
  {
    const std::lock_guard lock{connection_mutex_};
    connection_.reset();
  }
  trouble_.begin("connection", "the connection was lost: " + why.message);
  pause_for(backoff(++losses_, 100ms, 5s), stop);
}

void Worker::rest(const Tickets& tickets, std::chrono::milliseconds time) {
  for (const claim::LaneTicket& ticket : tickets) {
    shared_.board.rest(ticket.lane, Clock::now() + time);
  }
}

}  // namespace relay::engine
