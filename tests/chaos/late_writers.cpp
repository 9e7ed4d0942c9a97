#include "tests/chaos/late_writers.hpp"

#include <algorithm>
#include <memory>

#include "tests/chaos/dice.hpp"
#include "tests/chaos/event_maker.hpp"

namespace chaos {
namespace {

constexpr std::size_t sessions_max = 3;
// What the lower numbers wait for: the event of the highest one fails, more often than not.
constexpr double last_fails = 0.6;
constexpr double others_fail = 0.15;

// A key of its own, and what is known of it.
struct Key {
  std::string name;
  std::string type;
  int rounds = 0;
};

// A transaction of a round that has not ended.
struct Open {
  Session* session = nullptr;
  long number = 0;
};

class LateWriter {
 public:
  LateWriter(const Load& load, History& history, int writer)
      : load_{load},
        history_{history},
        writer_{writer},
        random_{load.seed * 1000 + 500 + static_cast<std::uint64_t>(writer)} {}

  // A few rounds of one key. @throws DatabaseError, when all its transactions have ended.
  void write(const std::stop_token& stop) {
    connect();
    Key key{.name = "late" + std::to_string(writer_) + "-" + std::to_string(++keys_),
            .type = draw(random_) < 0.35 ? "ThingFragile" : ""};
    // What comes later may set free what waits without a reason: most keys have one round.
    const int rounds = draw(random_) < 0.6 ? 1 : 2 + static_cast<int>(random_() % 2);
    try {
      for (int i = 0; i < rounds && !stop.stop_requested(); ++i) {
        if (i > 0) pause(stop, 1500 * draw(random_));
        write_round(key, stop);
      }
    } catch (const DatabaseError&) {
      // What was not asked to commit does not.
      for (const Open& open : open_) history_.decide(open.number, Fate::fail);
      open_.clear();
      sessions_.clear();
      throw;
    }
  }

  // A transaction that was prepared when its session was lost.
  void settle() {
    Session session{url(), "chaos-late-writer"};
    for (const auto& row :
         session.exec("SELECT gid FROM pg_prepared_xacts WHERE gid LIKE '" + prefix() + "%'")) {
      session.exec("ROLLBACK PREPARED '" + *row[0] + "'");
    }
  }

 private:
  [[nodiscard]] const std::string& url() const {
    return load_.urls[static_cast<std::size_t>(writer_)];
  }
  [[nodiscard]] std::string prefix() const { return "late" + std::to_string(writer_) + "-"; }

  void connect() {
    if (!sessions_.empty()) return;
    settle();
    std::vector<std::unique_ptr<Session>> made;  // all of them or none
    for (std::size_t i = 0; i < sessions_max; ++i) {
      made.push_back(std::make_unique<Session>(url(), "chaos-late-writer"));
      made.back()->exec("SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '10s'");
    }
    sessions_ = std::move(made);
  }

  MadeEvent event_of(const Key& key, double failures) {
    MadeEvent event = make_event(random_, load_.cast, key.name,
                                 {.failures = load_.failures ? failures : 0, .slow = false});
    if (!key.type.empty()) event.type = key.type;
    event.position = key.rounds;
    return event;
  }

  void write_round(Key& key, const std::stop_token& stop) {
    ++key.rounds;
    const std::size_t many = 2 + random_() % (sessions_max - 1);
    for (std::size_t i = 0; i < many; ++i) begin(*sessions_[i], key, i + 1 == many);
    if (draw(random_) < 0.6) {
      std::ranges::reverse(open_);
    } else {
      std::ranges::shuffle(open_, random_);
    }
    while (!open_.empty()) {
      const Open next = open_.front();
      open_.erase(open_.begin());
      end(next, stop);
      if (!open_.empty()) pause(stop, between_ends());
    }
  }

  // Too soon for what has been committed to be taken; while it fails; when it is dead.
  double between_ends() {
    const double kind = draw(random_);
    if (kind < 0.2) return 50 * draw(random_);
    return (kind < 0.9 ? 1500 : 4500) * draw(random_);
  }

  void begin(Session& session, const Key& key, bool last) {
    std::vector<MadeEvent> events;
    events.push_back(event_of(key, last ? last_fails : others_fail));
    if (draw(random_) < 0.2) events.push_back(event_of(key, others_fail));
    std::vector<std::string> ids;
    for (const MadeEvent& event : events) ids.push_back(event.id);
    open_.push_back({&session, history_.intend(100 + writer_, ids)});
    session.exec("BEGIN");
    const double how = draw(random_);
    if (how < 0.3) session.exec("SAVEPOINT one");
    for (const MadeEvent& event : events) {
      write_event(session, open_.back().number, event);
      if (how >= 0.15) continue;
      session.exec("ROLLBACK TO SAVEPOINT one");  // and again, with another number
      write_event(session, open_.back().number, event);
      session.exec("SAVEPOINT one");
    }
  }

  void end(const Open& open, const std::stop_token& stop) {
    const double how = draw(random_);
    if (how >= 0.2) return commit(*open.session, history_, open.number);
    const std::string name = "'" + prefix() + std::to_string(open.number) + "'";
    // Whatever comes of these, it does not commit by them.
    history_.decide(open.number, Fate::fail);
    if (how < 0.1) {
      open.session->exec("ROLLBACK");
      return;
    }
    open.session->exec("PREPARE TRANSACTION " + name);
    pause(stop, 300 * draw(random_));
    commit(*open.session, history_, open.number, "COMMIT PREPARED " + name);
  }

  const Load& load_;
  History& history_;
  const int writer_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Open> open_;
  long keys_ = 0;
};

}  // namespace

LateWriters::LateWriters(Load load, History& history) : load_{std::move(load)}, history_{history} {
  for (std::size_t i = 0; i < load_.urls.size(); ++i) {
    threads_.emplace_back(
        [this, i](const std::stop_token& stop) { run(stop, static_cast<int>(i)); });
  }
}

LateWriters::~LateWriters() {
  stop();
}

void LateWriters::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void LateWriters::run(const std::stop_token& stop, int writer) {
  LateWriter late{load_, history_, writer};
  while (!stop.stop_requested()) {
    try {
      late.write(stop);
    } catch (const DatabaseError&) {
      pause(stop, 50);
    }
  }
  try {
    late.settle();
  } catch (const DatabaseError&) {
    return;  // what stays prepared is found by the checker
  }
}

}  // namespace chaos
