#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/runtime/schedule.hpp"

namespace relay::runtime {

using Pause = flow::Task::Pause;

/// A task that says what the test wants.
class Scripted final : public flow::Task {
 public:
  Pause idle() noexcept override { return idle_for; }
  std::optional<Pause> turn(const std::stop_token&) noexcept override { return at_once; }
  bool has_session() const noexcept override { return false; }
  void leave_session() noexcept override {}
  void cancel() noexcept override { cancelled = true; }

  Pause idle_for = at_once;
  bool cancelled = false;
};

/// A schedule whose tasks do what the test says, and its clock.
class ASchedule : public testing::Test {
 protected:
  using Kind = Schedule::Kind;
  /// A database with one task that works.
  struct Db {
    explicit Db(Account& its) : account(its) {}
    Account& account;
    Scripted task = {};
    flow::Bell bell = {};
  };

  Db& database(const std::string& name, Share share = {}) {
    share.database = name;
    if (share.server.empty()) share.server = "one";
    all_.push_back(std::make_unique<Db>(schedule_->open(share)));
    return *all_.back();
  }
  Db& working(const std::string& name, Share share = {}) {
    Db& db = database(name, std::move(share));
    schedule_->add(db.account, Kind::work, db.task, &db.bell, {}, now_);
    return db;
  }
  void limits(Schedule::Options options) { schedule_ = std::make_unique<Schedule>(options); }

  /// @return the database whose task is next, or "".
  std::string next() {
    pick_ = schedule_->next(now_);
    if (!pick_ || pick_->entry == nullptr) return "";
    running_.push_back(pick_->entry);
    return pick_->entry->account.share.database;
  }
  std::string victim() const {
    return pick_ && pick_->victim != nullptr ? pick_->victim->account.share.database : "";
  }
  /// The turn that began first is over, and has kept its session.
  void ended(std::optional<Pause> pause, bool session = true) {
    Schedule::Entry* entry = running_.front();
    running_.erase(running_.begin());
    schedule_->ended(*entry, pause, session, now_);
  }
  /// The next turn takes so long.
  std::string turn(std::chrono::milliseconds time, Pause pause = flow::Task::at_once) {
    std::string who = next();
    now_ += time;
    if (!who.empty()) ended(pause);
    return who;
  }

  Schedule::Moment now_{std::chrono::hours{1}};
  std::unique_ptr<Schedule> schedule_ = std::make_unique<Schedule>(Schedule::Options{});
  std::vector<std::unique_ptr<Db>> all_;
  std::optional<Schedule::Pick> pick_;
  std::vector<Schedule::Entry*> running_;
};

}  // namespace relay::runtime
