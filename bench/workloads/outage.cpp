// What a broker that stops costs the projections beside the forward, and how fast what piled up
// goes out once it is back, beside as many events straight from the outbox.
#include <csignal>
#include <stdexcept>

#include "bench/figures/text.hpp"
#include "bench/stage/forwarding.hpp"
#include "bench/stage/wait.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

/// The broker, stopped in the middle of everything; goes on when this ends, whatever happens.
class Frozen {
 public:
  explicit Frozen(pid_t broker) : broker_(broker) { ::kill(broker_, SIGSTOP); }
  ~Frozen() { ::kill(broker_, SIGCONT); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  pid_t broker_;
};

// From the first delivery that leaves: until then the relay waits for its next try.
double seconds_to_drain(Session& session, double piled) {
  const auto open = [&] { return session.number("SELECT count(*) FROM event_delivery"); };
  double began = now(session);
  const bool done = within(std::chrono::seconds{300}, often, [&] {
    const double left = open();
    if (left == piled) began = now(session);
    return left == 0;
  });
  if (!done) throw std::runtime_error{"what piled up did not drain"};
  return now(session) - began;
}

Measures run(Stage& stage, const Subject& subject, double rate, double seconds) {
  const pid_t broker = std::stoi(needed_variable("FRESHET_TEST_KAFKA_PID"));
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  const RelaySettings settings{.listeners = forward_to(new_topic()) + effect_projection(),
                               .kafka = brokers()};
  Relay relay{stage, subject.binary, settings, database->url()};
  await_start(session, relay);
  const Load load{
      .url = database->url(), .sql = outbox_insert(), .rate = rate, .seconds = seconds + 1};
  const Written with = write_load(load);
  double piled = 0;
  double drained = 0;
  Written without;
  {
    const Frozen frozen{broker};
    without = write_load(load);
    await_effects(session, with.events + without.events, std::chrono::seconds{60});
    piled = session.number("SELECT count(*) FROM event_delivery");
  }
  drained = seconds_to_drain(session, piled);
  demand(session.number("SELECT count(*) FROM event_attempt"), 0, "attempts counted");
  relay.stop();
  verify_effects(session, with.events + without.events);
  verify_complete(session);
  const Measures direct = run_forward_drain(
      stage, {.binary = subject.binary,
              .backlog = {.events = static_cast<long>(piled) / 1'000 * 1'000, .keys = 1'000}});
  return {lag_p95(session, "p95 without the broker", without.began + 1, 1e11),
          lag_p95(session, "p95 with the broker", with.began + 1, without.began),
          {"what piled up drained", "events/s", piled / drained},
          {"as many straight from the outbox", direct.at(0).unit, direct.at(0).value},
          {"relay peak memory", "MiB", relay.peak()}};
}

}  // namespace

void outage(Stage& stage, Report& report) {
  const double seconds = stage.sized(4.0, 20.0, 60.0);
  constexpr double rate = 1'000;
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, text_of(seconds) + " s without the broker"),
                     {{"rate", text_of(rate)}, {"seconds", text_of(seconds)}},
                     [&stage, &subject, seconds] { return run(stage, subject, rate, seconds); }});
  }
  interleave(stage, report, "outage", cases);
}

}  // namespace bench
