#include <algorithm>
#include <stdexcept>

#include "tests/contract/world.hpp"
#include "tests/memory_store/operators.hpp"
#include "tests/memory_store/store.hpp"
#include "tests/memory_store/writer.hpp"

namespace tests::contract {
namespace {

constexpr std::int64_t began_us = 1'700'000'000'000'000;

class MemoryWriter final : public OpenWriter {
 public:
  explicit MemoryWriter(memory::Database& database) : writer_(database) {}
  Sent insert(const NewEvent& event) override {
    std::optional<std::string> type;
    if (event.key) type = "thing";
    (void)writer_.insert({.seq = event.seq,
                          .type = event.type,
                          .aggregate_type = type,
                          .aggregate_id = event.key,
                          .payload = event.payload,
                          .headers = event.headers,
                          .listener_id = event.listener_id});
    const memory::Published& what = *writer_.inserted().back().what;
    return {what.id, what.seq, what.lane, what.key};
  }
  void commit() override { writer_.commit(); }

 private:
  memory::Writer writer_;
};

class MemoryWorld final : public World {
 public:
  MemoryWorld() {
    database_.hooks().run_effect = [this](projections::Tx& tx, std::string_view text) {
      if (text != effect_text()) throw std::runtime_error{"division by zero"};
      note_effect(tx);
    };
  }

  std::unique_ptr<relay::store::Store> store(const Limits& limits,
                                             const std::string& instance) override {
    return std::make_unique<memory::Store>(
        database_, memory::StoreOptions{.instance = instance,
                                        .ordered = limits.ordered,
                                        .batch_size = limits.batch_size,
                                        .payload_max_bytes = limits.payload_max_bytes,
                                        .batch_max_bytes = limits.batch_max_bytes});
  }
  std::unique_ptr<relay::store::Store> store_out_of_reach() override {
    database_.be_down(
        projections::Failure{projections::FailureKind::connection, "", "nobody is there"});
    return store({}, "test");
  }

  int lane_of_key(const std::string& key) override { return database_.lane_of("thing\x1f" + key); }
  std::unique_ptr<OpenWriter> open_writer() override {
    return std::make_unique<MemoryWriter>(database_);
  }
  void remove(const std::string& event_id) override {
    std::erase_if(database_.by_hand().events,
                  [&](const memory::EventRow& row) { return row.what->id == event_id; });
  }

  std::string state_of(const std::string& event_id) override {
    const memory::EventRow* row = database_.rows().event(event_id);
    if (row == nullptr) return "gone";
    if (row->complete) return "complete";
    return row->parked ? "parked" : "pending";
  }
  std::vector<Owed> owed_to(const std::string& listener) override {
    std::vector<memory::DeliveryRow> rows = database_.rows().deliveries;
    std::erase_if(rows, [&](const auto& row) { return row.listener != listener; });
    std::ranges::sort(rows, {}, &memory::DeliveryRow::seq);
    std::vector<Owed> all;
    for (const memory::DeliveryRow& row : rows) {
      Owed& owed = all.emplace_back(Owed{.event_id = row.event_id,
                                         .state = to_string(row.state),
                                         .attempts = row.attempts,
                                         .place = row.place,
                                         .error_class = row.error_class,
                                         .error = row.error});
      if (row.state != memory::DeliveryState::retrying) continue;
      owed.due_in = std::chrono::milliseconds{(row.due_us - now_us_) / 1'000};
    }
    return all;
  }
  std::string attempts(const std::string& listener, const std::string& event_id) override {
    std::string text;
    for (const memory::AttemptRow& row : database_.rows().attempts) {
      if (row.event_id != event_id || row.listener != listener) continue;
      if (!text.empty()) text += ", ";
      text += std::to_string(row.attempt) + " " + row.error_class + " " + row.error;
    }
    return text;
  }

  void make_effect(projections::Tx& tx) override { note_effect(tx); }
  std::string effect_text() override { return "effect"; }
  std::string failing_text() override { return "fail"; }
  int effects() override { return effects_; }

  void pass_time(std::chrono::milliseconds time) override {
    now_us_ += std::chrono::microseconds{time}.count();
  }
  void refuse_commits() override {
    database_.hooks().refuse_commit = [](projections::Tx&) {
      return projections::Failure{projections::FailureKind::event, "23514", "refused"};
    };
  }
  void break_ends() override {
    database_.break_ends(
        projections::Failure{projections::FailureKind::configuration, "42P01", "no such table"});
  }
  void mend_ends() override { database_.break_ends({}); }
  std::shared_ptr<void> slow_looks() override {
    database_.hooks().between = [this](memory::Pause) { pass_time(std::chrono::hours{1}); };
    return {this, [](MemoryWorld* world) { world->database_.hooks().between = nullptr; }};
  }
  void sleep_in(relay::store::WorkerSession& session, std::chrono::milliseconds time) override {
    pass_time(time);
    (void)session.server_run();
  }
  void cut_off(const std::string& who) override { database_.kill(who); }
  void while_it_waits(const std::function<void()>& call,
                      const std::function<void()>& other) override {
    bool done = false;
    database_.hooks().between = [&](memory::Pause pause) {
      if (pause != memory::Pause::lock || std::exchange(done, true)) return;
      other();
    };
    run_with_hook(call);
    if (!done) throw std::logic_error{"it did not wait"};
  }
  void while_it_waits_too_long(const std::function<void()>& call) override {
    database_.hooks().between = [](memory::Pause) {};
    run_with_hook(call);
  }
  void crash() override { database_.crash(); }
  void change_server() override { database_.fail_over(); }
  void set_last_seq(std::int64_t seq) override {
    database_.set_sequences(seq, database_.last_place());
  }

  void pause_by_hand(const std::string& listener) override { operators().pause(listener); }
  void resume_by_hand(const std::string& listener) override { operators().resume(listener); }
  void retire(const std::string& listener) override { operators().retire(listener); }
  void retry_dead(const std::string& listener) override { (void)operators().retry_dead(listener); }
  void discard_dead(const std::string& listener) override {
    (void)operators().discard_dead(listener);
  }
  void saw(const std::string& listener, const std::string& instance) override {
    database_.saw(listener, instance);
  }

 private:
  void note_effect(projections::Tx& tx) {
    database_.when_it_ends(tx, [this](memory::Ending how) {
      if (how == memory::Ending::committed) ++effects_;
      if (how == memory::Ending::lost) --effects_;
    });
  }
  void run_with_hook(const std::function<void()>& call) {
    try {
      call();
    } catch (...) {
      database_.hooks().between = nullptr;
      throw;
    }
    database_.hooks().between = nullptr;
  }
  memory::Operators operators() { return memory::Operators{database_}; }

  std::int64_t now_us_ = began_us;
  int effects_ = 0;
  memory::Database database_{{.lanes = lanes, .clock = [this] { return now_us_; }}};
};

}  // namespace

std::unique_ptr<World> in_memory() {
  return std::make_unique<MemoryWorld>();
}

}  // namespace tests::contract
