#include "relay/pg/hint_listener.hpp"

#include <algorithm>

#include <pqxx/pqxx>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/base/pause.hpp"
#include "relay/pg/connect.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/pg/watchdog.hpp"

namespace relay::pg {

HintListener::HintListener(std::string conninfo, std::function<void()> on_hint)
    : conninfo_(std::move(conninfo)), on_hint_(std::move(on_hint)) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

HintListener::~HintListener() {
  thread_.request_stop();
  thread_.join();
}

void HintListener::run(const std::stop_token& stop) const {
  for (int attempt = 1; !stop.stop_requested(); ++attempt) {
    try {
      listen(stop, attempt);
    } catch (...) {
      if (attempt <= 1) {
        log::warn("hints by NOTIFY are off, polling goes on",
                  {{"why", projections::current_failure().message}});
      }
    }
    using namespace std::chrono_literals;
    pause_for(backoff(std::max(attempt, 1), 500ms, 30s), stop);
  }
}

// libpqxx hands out notifications only while no transaction object is about.
void HintListener::listen(const std::stop_token& stop, int& attempt) const {
  const auto fresh = connect(read_conninfo(conninfo_, "freshet hints", Wanted::writer));
  pqxx::connection& connection = *fresh;
  {
    Watchdog watchdog;
    Watchdog::Line line{watchdog, connection.sock()};
    const Watchdog::Limit limit{line, std::chrono::seconds{5}};
    pqxx::nontransaction tx{connection};
    tx.exec("LISTEN freshet");
  }
  attempt = 0;  // the next loss is the first again
  on_hint_();
  while (!stop.stop_requested()) {
    if (connection.await_notification(0, 250'000) > 0) on_hint_();
  }
}

}  // namespace relay::pg
