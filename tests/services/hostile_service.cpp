// A relay with one projection in C++ that does to its process what each event asks for.
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "projections/projections.hpp"
#include "relay/run.hpp"

namespace {

using namespace projections;

[[noreturn]] void never_answer() {
  while (true) std::this_thread::sleep_for(std::chrono::seconds{1});
}

void wait_for_the_stop(const std::stop_token& stop) {
  while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

void wait_for_effects(const std::string& key, int how_many, Context& context) {
  while (!context.stop().stop_requested()) {
    const auto seen = context.tx().exec("SELECT count(*) FROM effects WHERE key = $1", key);
    if (seen[0][0].as<int>() >= how_many) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void apply(const Event& event, Context& context) {
  const std::string wish = event.json().value("do", "");
  if (wish == "abort") std::abort();
  if (wish == "crash") std::raise(SIGSEGV);
  if (wish == "never answer") never_answer();
  if (wish == "wait for the stop") wait_for_the_stop(context.stop());
  if (wish == "wait for three neighbours") wait_for_effects("neighbour", 3, context);
  if (wish == "drop the connection") {
    context.tx().exec("SELECT pg_terminate_backend(pg_backend_pid())");
  }
  context.tx().exec("INSERT INTO effects (event_id, key, seq) VALUES ($1::uuid, $2, $3::bigint)",
                    std::string{event.id}, std::string{event.aggregate_id.value_or("")}, event.seq);
}

}  // namespace

int main(int argc, char** argv) {
  return relay::run(argc, argv, [](Registry& registry) {
    registry.add({.name = "hostile", .events = {"Thing"}, .retry = {}},
                 per_event().on("Thing", apply));
  });
}
