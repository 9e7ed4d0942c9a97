#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "relay/claim/source.hpp"
#include "relay/complete/completer.hpp"
#include "relay/decode/decoder.hpp"
#include "relay/deliveries/ledger.hpp"
#include "relay/listeners/listener.hpp"
#include "relay/measure/recorder.hpp"

namespace relay::engine {

/// What a batch passes through, one part per room, shared by all workers of a database.
/// Every part may be used by several threads at once.
struct Parts {
  projections::Order order = projections::Order::by_key;
  std::unique_ptr<claim::Source> source;
  std::unique_ptr<decode::Decoder> decoder;
  std::vector<std::unique_ptr<listeners::Listener>> listeners;
  std::unique_ptr<deliveries::Ledger> ledger;
  std::unique_ptr<complete::Completer> completer;
  std::unique_ptr<measure::Recorder> recorder;
};

/// How an engine works one database.
struct EngineOptions {
  std::string database;  ///< For messages.
  std::string conninfo;
  std::string hint_conninfo;  ///< LISTEN there; empty: no hints.
  int workers = 2;
  int lanes_per_claim = 4;
  std::chrono::milliseconds poll_max{100};
  bool drain = false;                                  ///< End when nothing is pending any more.
  std::map<std::string, std::string> agreed_settings;  ///< What all relays must have alike.
};

}  // namespace relay::engine
