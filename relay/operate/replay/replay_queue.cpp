#include "relay/operate/replay/replay_queue.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/host_name.hpp"
#include "relay/operate/read_bounded.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

std::string this_process() {
  return "process " + std::to_string(::getpid()) + " of " + os_user() + " on " + host_name();
}

/// @return no row: another process has it.
pqxx::result claim(pg::Connection& connection, std::int64_t id, std::chrono::milliseconds time) {
  try {
    return read_bounded(connection, sql::replay_claim,
                        {std::to_string(id), this_process(), std::to_string(time.count())});
  } catch (...) {
    if (projections::current_failure().kind != projections::FailureKind::conflict) throw;
    return {};
  }
}

}  // namespace

ReplayQueue::ReplayQueue(pg::Connection& connection, Replay replay, LogEntry entry,
                         const Options& options)
    : connection_(connection), replay_(std::move(replay)), options_(options) {
  const auto rows = claim(connection_, replay_.id, options_.claim);
  if (rows.empty()) {
    const std::string who = who_replays(connection_, replay_.id);
    throw std::runtime_error{who.empty() ? "this replay has ended meanwhile"
                                         : "this replay is at work already: " + who};
  }
  claim_ = rows[0][0].c_str();
  replay_.done = rows[0][1].as<std::int64_t>();
  replay_.sent = rows[0][2].as<std::int64_t>();
  replay_.refused = rows[0][3].as<std::int64_t>();
  replay_.vanished = rows[0][4].as<std::int64_t>();
  log_id_ = write_log(connection_, entry);
}

ReplayBatch ReplayQueue::next(std::int64_t most) {
  const std::int64_t last = std::min(replay_.done + most, replay_.total);
  ReplayBatch batch;
  batch.last = last;
  if (last <= replay_.done) return batch;
  batch.rows =
      read_bounded(connection_, sql::replay_read,
                   {std::to_string(replay_.id), std::to_string(replay_.done),
                    std::to_string(last - replay_.done), std::to_string(options_.payload_max_bytes),
                    std::to_string(options_.batch_max_bytes)},
                   true);
  if (!batch.rows.empty()) {
    const auto& end = batch.rows.back();
    const bool cut = std::cmp_greater(end["found"].as<std::int64_t>(), batch.rows.size());
    if (cut) batch.last = end["place"].as<std::int64_t>();
  }
  batch.vanished = batch.last - replay_.done - static_cast<std::int64_t>(batch.rows.size());
  return batch;
}

void ReplayQueue::advance(const ReplayBatch& batch, const ReplayCount& count) {
  note(batch.last, count, batch.vanished);
  replay_.done = batch.last;
  replay_.sent += count.sent;
  replay_.refused += count.refused;
  replay_.vanished += batch.vanished;
}

void ReplayQueue::keep() {
  note(replay_.done, {}, 0);
}

void ReplayQueue::note(std::int64_t place, const ReplayCount& count, std::int64_t vanished) {
  const auto noted = read_bounded(
      connection_, sql::replay_advance,
      {std::to_string(replay_.id), claim_, std::to_string(place), std::to_string(count.sent),
       std::to_string(count.refused), std::to_string(vanished),
       std::to_string(options_.claim.count()), std::to_string(log_id_)});
  if (!noted.empty()) return;
  const std::string who = who_replays(connection_, replay_.id);
  throw ReplayLost{"the replay was taken over" + (who.empty() ? "" : " by " + who) +
                   ", because nothing had been heard of this process for a while; what it sent "
                   "last is sent again there"};
}

void ReplayQueue::release() {
  (void)read_bounded(connection_, sql::replay_release, {std::to_string(replay_.id), claim_});
}

}  // namespace relay::operate
