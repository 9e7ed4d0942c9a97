#pragma once

#include <string>

#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"

namespace bench {

/// The broker of this run. @throws std::runtime_error when the bench has none.
[[nodiscard]] std::string brokers();
/// A topic that nobody has used yet, created.
[[nodiscard]] std::string new_topic();
/// A [[forward]] of every event to a topic.
[[nodiscard]] std::string forward_to(const std::string& topic);

/// A backlog drained to a topic, alone or beside a projection that upserts.
struct ForwardDrain {
  std::string binary;
  std::string completion = "update";
  bool beside_projection = false;
  Backlog backlog;
};

/// From just before the relay's start to the last completion: its commit where the row stays, else
/// the first of a hundred looks a second that finds no row. @throws std::runtime_error when an
/// event is not complete, or the topic does not hold each once.
[[nodiscard]] Measures run_forward_drain(Stage& stage, const ForwardDrain& drain);

/// Lag at an open-loop rate: to the commit of the completion, and to the topic.
[[nodiscard]] Measures run_forward_live(Stage& stage, const std::string& binary, double rate,
                                        double seconds);

/// Percentiles of what records took from when they were due to their arrival at the topic.
[[nodiscard]] Measures lag_to_topic(const std::string& topic, double from);

}  // namespace bench
