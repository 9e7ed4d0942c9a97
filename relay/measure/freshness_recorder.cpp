#include "relay/measure/freshness_recorder.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "schema/statements.hpp"

namespace relay::measure {
namespace {

using namespace std::chrono_literals;

constexpr auto write_every = 1s;
constexpr auto sign_of_life_every = 10s;
constexpr auto look_every = 200ms;  // whether there is any news
constexpr std::int64_t queue_bytes_max = 16 << 20;

/// A histogram as it is stored.
struct Arrays {
  std::vector<int> buckets;
  std::vector<std::int64_t> counts;
};

Arrays arrays_of(const LagCounts& histogram) {
  Arrays arrays;
  for (const auto& [bucket, count] : histogram) {
    arrays.buckets.push_back(bucket);
    arrays.counts.push_back(count);
  }
  return arrays;
}

}  // namespace

FreshnessRecorder::FreshnessRecorder(Options options)
    : options_(std::move(options)), queue_(queue_bytes_max) {
  for (const std::string& listener : options_.listeners) states_[listener];
}

void FreshnessRecorder::applied(Sample sample) noexcept {
  try {
    const auto bytes = static_cast<std::int64_t>(sizeof(Sample) + 8 * sample.published_us.size());
    if (!queue_.offer(std::move(sample), bytes) && queue_.refused() == 1) {
      log::warn("freshness samples are dropped: they come faster than they can be counted");
    }
  } catch (...) {
    // Out of memory: a number is lost, no event is.
  }
}

void FreshnessRecorder::trouble(const std::string& listener, const std::string& sentence) noexcept {
  try {
    const std::lock_guard lock{mutex_};
    if (sentence.empty()) {
      troubles_.erase(listener);
    } else {
      troubles_[listener] = sentence;
    }
  } catch (...) {
    // As above; the log has said it already.
  }
}

void FreshnessRecorder::serving(const std::set<std::string>& attached,
                                const std::set<std::string>& detached) {
  const std::lock_guard lock{mutex_};
  serving_ = attached;
  serving_.insert(detached.begin(), detached.end());
  serving_told_ = true;
}

bool FreshnessRecorder::serves(const std::string& listener) const {
  const std::lock_guard lock{mutex_};
  return !serving_told_ || serving_.contains(listener);
}

// Work comes first, where sessions are few.
FreshnessRecorder::Pause FreshnessRecorder::idle() noexcept {
  if (!std::exchange(begun_, true)) return look_every;
  const bool applied = !queue_.empty() || std::ranges::any_of(states_, [](const auto& entry) {
    return entry.second.unsaved > 0;
  });
  const std::lock_guard lock{mutex_};
  const bool news = applied || troubles_ != saved_troubles_ || asleep_ != saved_asleep_;
  if (asleep_ && !news) return until_called;
  const auto due = written_ + (news ? write_every : sign_of_life_every);
  const auto now = Clock::now();
  if (due <= now) return at_once;
  return std::min(std::chrono::ceil<Pause>(due - now), Pause{look_every});
}

std::optional<FreshnessRecorder::Pause> FreshnessRecorder::turn(
    const std::stop_token& stop) noexcept {
  const bool last = stop.stop_requested();
  const bool asleep = asleep_ && !last;
  const Pause pause = idle();
  if (!last && pause > at_once) return pause;
  Troubles troubles = saved_troubles_;
  if (!last) {
    const std::lock_guard lock{mutex_};
    troubles = troubles_;
  }
  drain();
  const bool kept = has_session();  // from before: it may be of no use any more
  bool saved = save(troubles, asleep);
  if (last && kept && !saved) saved = save(troubles, asleep);
  if (saved) saved_asleep_ = asleep;
  if (last && !saved && !refusal_) {
    log::warn("the end could not be written down: this relay counts as present for a while",
              {{"instance", options_.instance}});
  }
  written_ = Clock::now();
  // While the database is in trouble sessions may be what it lacks.
  if (asleep || troubles.contains("")) connection_.drop();
  if (last && !refusal_) return std::nullopt;
  return look_every;
}

void FreshnessRecorder::drain() {
  const auto now = Clock::now();
  for (Sample sample; queue_.poll(sample);) {
    State& state = states_[sample.listener];
    for (const std::int64_t published_us : sample.published_us) {
      state.lag.add(sample.committed_us - published_us, now);
    }
    state.last_seq = sample.last_seq;
    state.last_published_us = sample.last_published_us;
    state.last_applied_us = std::max(state.last_applied_us, sample.committed_us);
    state.unsaved += static_cast<std::int64_t>(sample.published_us.size());
  }
}

bool FreshnessRecorder::save(const Troubles& troubles, bool asleep) noexcept {
  namespace sql = schema::statements;
  const auto trouble_of = [&](const std::string& listener) {
    auto found = troubles.find("");
    if (found == troubles.end()) found = troubles.find(listener);
    return found == troubles.end() ? std::string{} : found->second;
  };
  try {
    if (!connection_) {
      auto fresh = std::make_unique<pg::Connection>(
          options_.conninfo, pg::ConnectOptions{.application_name = "freshet freshness",
                                                .connect_timeout = options_.connect_timeout,
                                                .watchdog = options_.watchdog,
                                                .slow = options_.slow});
      connection_.put(std::move(fresh));
    }
    connection_->had_waited(waited_);
    pg::Script{*connection_}.begin(pg::beside_batches).run();
    write_relay(asleep);
    for (const auto& [listener, state] : states_) {
      // What another relay serves is its to tell: a row of ours would say that we do.
      if (serves(listener) || state.unsaved > 0) write(listener, state, trouble_of(listener));
    }
    connection_->exec("COMMIT");
    for (auto& entry : states_) entry.second.unsaved = 0;
    saved_troubles_ = troubles;
    return true;
  } catch (const pg::ConnectError& error) {
    refusal_ = flow::refusal_of(error.failure);
    log::debug("freshness could not be written", {{"why", error.what()}});
    return false;
  } catch (...) {
    connection_.drop();  // the server rolls back; the numbers are written with the next ones
    log::debug("freshness could not be written", {{"why", projections::current_failure().message}});
    return false;
  }
}

void FreshnessRecorder::write_relay(bool asleep) {
  const auto now = Clock::now();
  SessionUse use = use_();
  if (asleep) {  // what it still has is about to be closed, that of this turn too
    use.process = std::max(0, use.process - use.sessions);
    use.sessions = 0;
    use.waiting = 0;
  }
  acquiring_.add(use.acquiring, now);
  running_.add(use.running, now);
  const auto next = asleep ? options_.asleep_sign : sign_of_life_every;
  const Arrays acquiring = arrays_of(acquiring_.counts());
  const Arrays running = arrays_of(running_.counts());
  connection_->exec(schema::statements::save_relay, options_.instance, asleep, next.count(),
                    use.sessions, use.most, use.process, use.process_most, use.waiting,
                    pg::number_array(acquiring.buckets), pg::number_array(acquiring.counts),
                    pg::number_array(running.buckets), pg::number_array(running.counts));
}

void FreshnessRecorder::write(const std::string& listener, const State& state,
                              const std::string& trouble) {
  const auto [buckets, counts] = arrays_of(state.lag.counts());
  namespace sql = schema::statements;
  const auto or_null = [](std::int64_t value) {
    return value == 0 ? std::optional<std::string>{} : std::optional{std::to_string(value)};
  };
  const auto array_or_null = [](const auto& numbers) {
    return numbers.empty() ? std::optional<std::string>{}
                           : std::optional{pg::number_array(numbers)};
  };
  connection_->exec(sql::save_freshness, listener, options_.instance, or_null(state.last_seq),
                    or_null(state.last_published_us), or_null(state.last_applied_us), state.unsaved,
                    array_or_null(buckets), array_or_null(counts), trouble);
}

}  // namespace relay::measure
