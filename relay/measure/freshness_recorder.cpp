#include "relay/measure/freshness_recorder.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "schema/statements.hpp"

namespace relay::measure {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds write_every{1};
constexpr std::chrono::seconds sign_of_life_every{10};
constexpr std::int64_t queue_bytes_max = 16 << 20;

}  // namespace

FreshnessRecorder::FreshnessRecorder(std::string conninfo, std::string instance,
                                     const std::vector<std::string>& listeners,
                                     pg::SlowStatements slow)
    : conninfo_(std::move(conninfo)),
      instance_(std::move(instance)),
      slow_(std::move(slow)),
      queue_(queue_bytes_max) {
  for (const std::string& listener : listeners) states_[listener];
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

FreshnessRecorder::~FreshnessRecorder() {
  thread_.request_stop();
  thread_.join();
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

void FreshnessRecorder::run(const std::stop_token& stop) {
  Clock::time_point written{};
  while (!stop.stop_requested()) {
    Troubles troubles;
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, stop, std::chrono::milliseconds{200}, [] { return false; });
      troubles = troubles_;
    }
    drain();
    const bool news =
        troubles != saved_troubles_ ||
        std::ranges::any_of(states_, [](const auto& entry) { return entry.second.unsaved > 0; });
    if (Clock::now() - written < (news ? write_every : sign_of_life_every)) continue;
    save(troubles);
    written = Clock::now();
  }
  drain();
  save(saved_troubles_);
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

void FreshnessRecorder::save(const Troubles& troubles) noexcept {
  namespace sql = schema::statements;
  const auto trouble_of = [&](const std::string& listener) {
    auto found = troubles.find("");
    if (found == troubles.end()) found = troubles.find(listener);
    return found == troubles.end() ? std::string{} : found->second;
  };
  try {
    if (!connection_) {
      connection_ = std::make_unique<pg::Connection>(
          conninfo_, pg::ConnectOptions{.application_name = "freshet freshness", .slow = slow_});
    }
    pg::Script{*connection_}.begin(pg::beside_batches).run();
    for (const auto& [listener, state] : states_) {
      // What another relay serves is its to tell: a row of ours would say that we do.
      if (serves(listener) || state.unsaved > 0) write(listener, state, trouble_of(listener));
    }
    connection_->exec("COMMIT");
    for (auto& entry : states_) entry.second.unsaved = 0;
    saved_troubles_ = troubles;
  } catch (...) {
    connection_.reset();  // the server rolls back; the numbers are written with the next ones
    log::debug("freshness could not be written", {{"why", projections::current_failure().message}});
  }
}

void FreshnessRecorder::write(const std::string& listener, const State& state,
                              const std::string& trouble) {
  std::vector<int> buckets;
  std::vector<std::int64_t> counts;
  for (const auto& [bucket, count] : state.lag.counts()) {
    buckets.push_back(bucket);
    counts.push_back(count);
  }
  namespace sql = schema::statements;
  const auto or_null = [](std::int64_t value) {
    return value == 0 ? std::optional<std::string>{} : std::optional{std::to_string(value)};
  };
  const auto array_or_null = [](const auto& numbers) {
    return numbers.empty() ? std::optional<std::string>{}
                           : std::optional{pg::number_array(numbers)};
  };
  connection_->exec(sql::save_freshness, listener, instance_, or_null(state.last_seq),
                    or_null(state.last_published_us), or_null(state.last_applied_us), state.unsaved,
                    array_or_null(buckets), array_or_null(counts), trouble);
}

}  // namespace relay::measure
