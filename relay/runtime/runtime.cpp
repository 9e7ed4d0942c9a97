#include "relay/runtime/runtime.hpp"

#include <algorithm>

#include "relay/base/log.hpp"

namespace relay::runtime {
namespace {

constexpr std::chrono::seconds after_cancel{2};
constexpr std::chrono::minutes warn_every{1};
constexpr std::size_t named_at_most = 5;

using Numbers = std::map<const Account*, int>;

/// "orders (12), billing (9)": the most first; "" where none has a name.
std::string in_words(const Numbers& numbers) {
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [account, number] : numbers) {
    if (!account->share.database.empty()) sorted.emplace_back(number, account->share.database);
  }
  std::ranges::sort(sorted, std::greater{});
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), named_at_most); ++i) {
    text += (i == 0 ? "" : ", ") + sorted[i].second + " (" + std::to_string(sorted[i].first) + ")";
  }
  return sorted.size() > named_at_most ? text + ", …" : text;
}

std::string refused(const Schedule::Refused& how, const Account& account, int sessions) {
  const Share& share = account.share;
  const bool here = how.why.whose == flow::Refusal::Whose::database;
  return "the server gives no more sessions, so that work takes turns with those that there are: " +
         how.why.why + "; " +
         flow::remedy_of(how.why, share.role, share.on_server,
                         here ? std::min(share.most, sessions) : sessions);
}

std::string scarce(const Pool::Pressure& now, const Account& account, int sessions) {
  const Lack lack = now.waiting.at(&account).lack;
  if (lack == Lack::its_sessions) {
    return "its work waits for a session: all " + std::to_string(account.share.most) +
           " that it may have are at work; raise its connections";
  }
  const std::string who = in_words(now.by_account);
  const bool threads = lack == Lack::threads;
  return std::string{"its work waits for a "} + (threads ? "thread: " : "session: ") +
         std::to_string(now.at_work) + " of " + std::to_string(sessions) + " sessions are at work" +
         (who.empty() ? "" : ", of " + who) +
         (threads ? "; raise [relay] workers" : "; raise [relay] connections");
}

}  // namespace

Runtime::Runtime(const Schedule::Options& options, const SleepOptions& sleep,
                 std::function<void()> task_ended)
    : pool_(options, std::move(task_ended)), sleepers_(pool_, sleep) {}

engine::Engine& Runtime::serve(Service service) {
  served_.push_back(std::make_unique<Served>(std::move(service), pool_, sleepers_));
  count_databases();
  return served_.back()->engine();
}

void Runtime::count_databases() {
  sleepers_.want(served_.size() > static_cast<std::size_t>(pool_.sessions()));
}

void Runtime::leave(const std::string& database, Clock::duration patience) {
  const auto found = std::ranges::find_if(
      served_, [&](const auto& served) { return served->engine().database() == database; });
  if (found == served_.end()) return;
  (*found)->request_stop();
  leaving_.push_back({std::move(*found), Clock::now() + patience});
  served_.erase(found);
  count_databases();
}

void Runtime::see_off() {
  const auto now = Clock::now();
  for (Leaving& one : leaving_) {
    if (now < one.patience_ends || one.cancelled) continue;
    one.served->cancel();
    one.cancelled = true;
  }
  std::erase_if(leaving_, [&](const Leaving& one) {
    if (!one.served->ended_by(now)) return false;
    done_before_ += one.served->engine().events_done();
    return true;
  });
}

bool Runtime::see_off(const std::string& database) {
  see_off();
  return std::ranges::none_of(
      leaving_, [&](const Leaving& one) { return one.served->engine().database() == database; });
}

std::vector<const engine::Engine*> Runtime::engines() const {
  std::vector<const engine::Engine*> engines;
  for (const auto& served : served_) engines.push_back(&served->engine());
  return engines;
}

bool Runtime::all_are(engine::Engine::State state) const {
  return !served_.empty() && std::ranges::all_of(served_, [&](const auto& served) {
    return served->engine().state() == state;
  });
}

bool Runtime::any_is(engine::Engine::State state) const {
  return std::ranges::any_of(served_,
                             [&](const auto& served) { return served->engine().state() == state; });
}

std::int64_t Runtime::events_done() const {
  std::int64_t sum = done_before_;
  for (const auto& served : served_) sum += served->engine().events_done();
  return sum;
}

std::optional<Runtime::Said> Runtime::look_after_handlers() {
  for (Served* served : all()) {
    std::string why = served->look_after_handlers();
    if (!why.empty()) return Said{served->engine().database(), std::move(why)};
  }
  return std::nullopt;
}

void Runtime::look_after_sessions() {
  const Pool::Pressure now = pool_.pressure();
  for (const auto& served : served_) {
    const Account& account = served->account();
    const auto refusal = now.refused.find(&account);
    const bool is_refused = refusal != now.refused.end();
    served->crowded(is_refused && refusal->second.crowded);
    engine::Conditions& conditions = served->engine().conditions();
    if (is_refused && !served->asleep()) {
      conditions.begin("sessions", refused(refusal->second, account, pool_.sessions()));
    } else if (now.waiting.contains(&account)) {
      // Who has them changes all the time, and is no news.
      if (served->may_tell_of_lack(Clock::now())) {
        conditions.begin("sessions", scarce(now, account, pool_.sessions()));
      }
    } else {
      conditions.end("sessions");
    }
  }
  warn_of_sessions(now);
}

// All of them at work is as it should be while nothing waits for long.
void Runtime::warn_of_sessions(const Pool::Pressure& now) {
  Numbers late;
  for (const auto& [account, its] : now.waiting) {
    if (its.lack == Lack::sessions) late[account] = its.tasks;
  }
  const std::string waiting = in_words(late);
  if (waiting.empty() || now.at_work * 10 < pool_.sessions() * 9) return;
  if (warned_ && Clock::now() - *warned_ < warn_every) return;
  warned_ = Clock::now();
  log::warn("nearly all sessions are at work; more would need a larger [relay] connections",
            {{"at_work", std::to_string(now.at_work)},
             {"connections", std::to_string(pool_.sessions())},
             {"most", in_words(now.by_account)},
             {"waiting", waiting}});
}

void Runtime::request_stop() {
  for (const auto& served : served_) served->request_stop();
}

std::vector<Served*> Runtime::all() const {
  std::vector<Served*> all;
  for (const auto& served : served_) all.push_back(served.get());
  for (const Leaving& one : leaving_) all.push_back(one.served.get());
  return all;
}

bool Runtime::ended_by(Clock::time_point deadline) {
  return std::ranges::all_of(all(), [&](Served* served) { return served->ended_by(deadline); });
}

std::vector<std::string> Runtime::wait(Clock::time_point deadline) {
  if (ended_by(deadline)) return {};
  for (Served* served : all()) {
    if (served->ended_by(Clock::now())) continue;
    log::warn("the drain limit is over: running statements are cancelled, their batches roll back",
              {{"database", served->engine().database()}});
    served->cancel();
  }
  const auto last = Clock::now() + after_cancel;
  std::vector<std::string> stuck;
  for (Served* served : all()) {
    if (!served->ended_by(last)) stuck.push_back(served->engine().database());
  }
  return stuck;
}

}  // namespace relay::runtime
