#include "relay/runtime/pool.hpp"

#include <algorithm>
#include <utility>

#include "relay/runtime/entry.hpp"

namespace relay::runtime {
namespace {

constexpr std::chrono::seconds idle_thread{10};

}  // namespace

Pool::Pool(const Schedule::Options& options, std::function<void()> task_ended)
    : task_ended_(std::move(task_ended)), schedule_(options) {
  const std::lock_guard lock{mutex_};
  start_thread();
}

Pool::~Pool() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    for (Waiter* waiter : waiters_) waiter->called.notify_one();
  }
  while (true) {
    std::list<std::thread> all;
    {
      const std::lock_guard lock{mutex_};
      all.splice(all.end(), over_);
      all.splice(all.end(), threads_);
    }
    if (all.empty()) return;
    for (std::thread& thread : all) thread.join();
  }
}

Account& Pool::open(const Share& share) {
  const std::lock_guard lock{mutex_};
  return schedule_.open(share);
}

void Pool::add(Account& account, Schedule::Kind kind, flow::Task& task, const flow::Bell* bell,
               const std::vector<std::string>& groups) {
  const std::lock_guard lock{mutex_};
  schedule_.add(account, kind, task, bell, groups, Clock::now());
  tell();
}

void Pool::ring(const flow::Bell& bell, flow::Bell::Who who) {
  const std::lock_guard lock{mutex_};
  if (schedule_.ring(bell, who, Clock::now())) tell();
}

void Pool::stop(Account& account) {
  const std::lock_guard lock{mutex_};
  schedule_.stop(account, Clock::now());
  tell();
}

void Pool::cancel(Account& account) {
  const std::lock_guard lock{mutex_};
  schedule_.cancel(account);
  changed_.notify_all();
}

void Pool::shed(Account& account) {
  const std::lock_guard lock{mutex_};
  schedule_.shed(account, Clock::now());
  tell();
}

bool Pool::ended_by(const Account& account, Clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  return changed_.wait_until(lock, deadline, [&] { return account.alive == 0; });
}

void Pool::close(Account& account) {
  const std::lock_guard lock{mutex_};
  schedule_.close(account);
}

std::unique_ptr<Pool::Loan> Pool::lend(Clock::time_point deadline, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  Schedule::Entry* victim = nullptr;
  schedule_.borrowers(1);
  const bool given =
      changed_.wait_until(lock, stop, deadline, [&] { return schedule_.lend(victim); });
  schedule_.borrowers(-1);
  tell();
  if (!given) return nullptr;
  auto loan = std::make_unique<Loan>(*this);
  if (victim != nullptr) {
    close_session(*victim, lock);
    tell();
  }
  return loan;
}

Pool::Loan::~Loan() {
  const std::lock_guard lock{pool_.mutex_};
  pool_.schedule_.give_back();
  pool_.changed_.notify_all();
  pool_.tell();
}

// If no thread waits, all are at work, and look when they have done.
void Pool::tell() {
  if (!waiters_.empty()) waiters_.back()->called.notify_one();
}

void Pool::run() {
  std::unique_lock lock{mutex_};
  while (!closing_) {
    if (const auto pick = schedule_.next(Clock::now())) {
      take_turn(*pick, lock);
    } else if (!wait(lock)) {
      break;
    }
  }
  const auto self = std::ranges::find(threads_, std::this_thread::get_id(), &std::thread::get_id);
  if (self != threads_.end()) over_.splice(over_.end(), threads_, self);
}

void Pool::take_turn(const Schedule::Pick& pick, std::unique_lock<std::mutex>& lock) {
  call_another();
  if (pick.victim != nullptr) {
    close_session(*pick.victim, lock);
    if (pick.entry != nullptr) call_another();  // the victim may have work meanwhile
  }
  if (pick.entry == nullptr) return;
  flow::Task& task = pick.entry->task;
  const auto waited = pick.entry->began - pick.entry->wanted_at;
  lock.unlock();
  task.waited(std::chrono::floor<std::chrono::milliseconds>(waited));
  const auto pause = task.turn(pick.entry->account.stop.get_token());
  if (!pause) task.leave_session();
  const bool has_session = task.has_session();
  const auto refusal = task.take_refusal();
  lock.lock();
  const bool over = schedule_.ended(*pick.entry, pause, has_session, Clock::now(), refusal);
  if (over || schedule_.anybody_borrows()) changed_.notify_all();
  if (!over) return;
  lock.unlock();
  task_ended_();
  lock.lock();
}

// Whose it was waits for no more than that: not for the turn that gets its place.
void Pool::close_session(Schedule::Entry& victim, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  victim.task.leave_session();
  lock.lock();
  if (schedule_.left(victim)) changed_.notify_all();
}

// Another thread has to see to what comes meanwhile.
void Pool::call_another() {
  const auto now = Clock::now();
  if (waiters_.empty()) {
    try {
      start_thread();
    } catch (const std::exception&) {
      // No thread or no memory is to be had: what comes waits for the end of a turn.
    }
  } else if (schedule_.any_left(now) || schedule_.wake_at(now) < waiters_.back()->until) {
    tell();
  }
}

void Pool::start_thread() {
  for (std::thread& thread : over_) thread.join();
  over_.clear();
  threads_.emplace_back([this] { run(); });
}

// @return false: this thread is not needed any more.
bool Pool::wait(std::unique_lock<std::mutex>& lock) {
  Waiter self;
  const auto now = Clock::now();
  self.until = std::min(schedule_.wake_at(now), now + idle_thread);
  waiters_.push_back(&self);
  bool needed = self.called.wait_until(lock, self.until) == std::cv_status::no_timeout;
  // Others have come after it, who see to the next moment.
  while (!closing_ && !needed && waiters_.back() != &self && Clock::now() < now + idle_thread) {
    self.until = now + idle_thread;
    needed = self.called.wait_until(lock, self.until) == std::cv_status::no_timeout;
  }
  needed = needed || waiters_.back() == &self;
  std::erase(waiters_, &self);
  return needed || closing_;
}

int Pool::held() const {
  const std::lock_guard lock{mutex_};
  return schedule_.held();
}

Pool::Pressure Pool::pressure() const {
  const std::lock_guard lock{mutex_};
  const auto moment = Clock::now();
  Pressure now{.by_account = schedule_.at_work(),
               .waiting = schedule_.waiting(moment),
               .refused = schedule_.refused(moment)};
  for (const auto& turns : now.by_account) now.at_work += turns.second;
  return now;
}

Pool::Use Pool::take_use(Account& account) {
  const std::lock_guard lock{mutex_};
  const auto waiting = schedule_.waiting(Clock::now());
  const auto own = waiting.find(&account);
  return {.held = account.held,
          .most = std::min(account.share.most, schedule_.sessions()),
          .of_all = schedule_.held(),
          .waiting = own == waiting.end() ? 0 : own->second.tasks,
          .acquiring = std::exchange(account.acquiring, {}),
          .running = std::exchange(account.running, {})};
}

}  // namespace relay::runtime
