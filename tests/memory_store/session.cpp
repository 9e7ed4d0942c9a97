#include "tests/memory_store/session.hpp"

#include <algorithm>
#include <stdexcept>

namespace tests::memory {

Session::Session(Database& database, std::string who, const void* store)
    : database_(database), who_(std::move(who)), store_(store) {
  database_.add(*this);
}

Session::~Session() {
  database_.roll_back(transaction_);
  database_.remove(*this);
}

void Session::cut_off(const std::string& why) noexcept {
  if (cut_off_) return;
  cut_off_ = true;
  why_ = why;
  database_.roll_back(transaction_);
}

void Session::look_at_the_clock() noexcept {
  if (cut_off_ || deadline_ == 0 || database_.now_us() < deadline_) return;
  expired_ = deadline_;
  cut_off("no answer in time: the connection was given up");
}

void Session::refuse_if_cut_off() {
  look_at_the_clock();
  if (cut_off_) fail_as_cut_off(why_);
}

Transaction& Session::begin() {
  refuse_if_cut_off();
  if (transaction_.open) throw std::logic_error{"a transaction is open in this session"};
  transaction_.open = true;
  return transaction_;
}

Transaction& Session::open_transaction() {
  if (!transaction_.open) throw std::logic_error{"no transaction is open in this session"};
  return transaction_;
}

bool Session::is_writing(const std::string& event_id, const std::string& listener,
                         const Transaction& but) const {
  if (&transaction_ == &but) return false;
  return std::ranges::any_of(transaction_.changes.deliveries,
                             [&](const DeliveryRow& row) { return row.is_of(event_id, listener); });
}

void Session::pause(Pause pause) {
  refuse_if_cut_off();
  if (transaction_.failed) fail_as_aborted();
  database_.pause(pause);
  refuse_if_cut_off();
}

void Session::commit(bool wait_for_disk) {
  database_.commit(open_transaction(), wait_for_disk);
  pause(Pause::answer);
}

bool Session::rollback() noexcept {
  look_at_the_clock();
  database_.roll_back(transaction_);
  return !cut_off_;
}

void Session::note_failure() noexcept {
  const projections::Failure failure = projections::current_failure();
  if (failure.kind == projections::FailureKind::connection) {
    cut_off(failure.message);
  } else if (transaction_.open) {
    transaction_.failed = true;
  }
}

Session::Limit::Limit(Session& session, std::chrono::milliseconds time)
    : session_(session), before_(session.deadline_) {
  if (time.count() <= 0) return;
  const std::int64_t until = session.database_.now_us() + std::chrono::microseconds{time}.count();
  if (before_ != 0 && before_ <= until) return;
  own_ = session.deadline_ = until;
}

Session::Limit::~Limit() {
  session_.look_at_the_clock();
  session_.deadline_ = before_;
}

bool Session::Limit::expired() const {
  session_.look_at_the_clock();
  return own_ != 0 && session_.expired_ == own_;
}

}  // namespace tests::memory
