#include "tests/chaos/writers.hpp"

#include <set>

#include "tests/chaos/dice.hpp"
#include "tests/chaos/event_maker.hpp"

namespace chaos {
namespace {

// A key that met a poison event stays blocked: without new ones a long run would come to a stand.
constexpr std::chrono::seconds generation{45};

// Keys in one order, so that writers do not lock each other out; some keys are much hotter.
std::vector<std::string> draw_keys(std::mt19937_64& random, int keys) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::string prefix = "k" + std::to_string(now / generation) + "-";
  const double size = draw(random);
  const int events = size < 0.8 ? 1 + static_cast<int>(random() % 3) : size < 0.97 ? 10 : 100;
  std::multiset<std::string> chosen;
  for (int i = 0; i < events; ++i) {
    if (draw(random) < 0.08) {
      chosen.insert("");
      continue;
    }
    const double place = draw(random);
    chosen.insert(prefix + std::to_string(static_cast<int>(place * place * keys)));
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace

Writers::Writers(Load load, History& history) : load_{std::move(load)}, history_{history} {
  for (std::size_t i = 0; i < load_.urls.size(); ++i) {
    threads_.emplace_back(
        [this, i](const std::stop_token& stop) { run(stop, static_cast<int>(i)); });
  }
}

Writers::~Writers() {
  stop();
}

void Writers::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Writers::run(const std::stop_token& stop, int writer) {
  std::mt19937_64 random{load_.seed * 1000 + static_cast<std::uint64_t>(writer)};
  std::unique_ptr<Session> session;
  while (!stop.stop_requested()) {
    try {
      if (!session) {
        session =
            std::make_unique<Session>(load_.urls[static_cast<std::size_t>(writer)], "chaos-writer");
        session->exec("SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '10s'");
      }
      transact(*session, writer, random, stop);
    } catch (const DatabaseError& error) {
      if (error.lost) session.reset();
      pause(stop, 50);
    }
    pause(stop, 2 * draw(random) * 1000 / load_.transactions_per_s);
  }
}

void Writers::transact(Session& session, int writer, std::mt19937_64& random,
                       const std::stop_token& stop) {
  // A crashing event takes four restarts of the one relay that has its projection, five seconds in
  // all: they are so rare that those of a whole storm are over within the calm after it.
  const bool crash = load_.crashes && writer == 0 && draw(random) < 0.002;
  std::vector<MadeEvent> events;
  for (const std::string& key : draw_keys(random, load_.keys)) {
    events.push_back(make_event(random, load_.cast, key,
                                {.failures = load_.failures ? 0.012 : 0, .slow = load_.slow}));
  }
  // Nothing before it: the server has not numbered the transaction yet. It outlasts those that
  // commit late, or a floor that waits for them alone would never pass it.
  if (draw(random) < 0.01) {
    events = {make_event(random, load_.cast, "", {})};
    events[0].slow_insert_s = 0.2 + 3 * draw(random);
  }
  if (crash) {
    events.push_back(
        make_event(random, load_.cast, "crash" + std::to_string(random() % 1000), {.crash = true}));
  }
  const double how = draw(random);
  std::vector<std::string> ids;
  for (const MadeEvent& event : events) ids.push_back(event.id);
  const long transaction = history_.intend(writer, ids);
  try {
    session.exec("BEGIN");
    for (const MadeEvent& event : events) write_event(session, transaction, event);
    if (how < 0.06) pause(stop, 2000 * draw(random));
    if (how > 0.95) {
      session.exec("ROLLBACK");
      history_.decide(transaction, Fate::fail);
      return;
    }
  } catch (const DatabaseError& error) {
    history_.decide(transaction, Fate::fail);
    if (!error.lost) session.exec("ROLLBACK");
    throw;
  }
  commit(session, history_, transaction);
}

}  // namespace chaos
