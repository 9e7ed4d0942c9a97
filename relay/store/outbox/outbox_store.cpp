#include "relay/store/outbox/outbox_store.hpp"

#include "relay/pg/hint_listener.hpp"
#include "relay/store/outbox/claim_events.hpp"
#include "relay/store/outbox/outbox_scout_session.hpp"
#include "relay/store/outbox/outbox_worker_session.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

class Notified final : public Hints {
 public:
  Notified(const std::string& conninfo, std::function<void()> wake)
      : listener_(conninfo, std::move(wake)) {}

 private:
  pg::HintListener listener_;
};

class OutboxPulse final : public Pulse {
 public:
  OutboxPulse(const OutboxOptions& options, const pg::ConnectOptions& connect)
      : connection_(options.conninfo, connect) {}

  [[nodiscard]] std::map<std::string, std::int64_t> read() override {
    std::map<std::string, std::int64_t> pulse;
    for (const auto& row : connection_.exec(schema::statements::pulse)) {
      pulse.emplace(row[0].c_str(), row[1].as<std::int64_t>());
    }
    return pulse;
  }
  void cancel() noexcept override { connection_.cancel(); }

 private:
  pg::Connection connection_;
};

template <class Session>
std::unique_ptr<Session> open(const OutboxOptions& options, const pg::ConnectOptions& connect) {
  try {
    return std::make_unique<Session>(options, connect);
  } catch (const pg::ConnectError& error) {
    throw Unreachable{error.what(), error.failure};
  }
}

}  // namespace

pg::ConnectOptions OutboxStore::connect_options(const std::string& who) {
  return {.application_name = "freshet " + who,
          .wanted = pg::Wanted::writer,
          .call_limit = options_.call_limit,
          .connect_timeout = options_.connect_timeout,
          .watchdog = options_.watchdog,
          .slow = options_.slow};
}

std::unique_ptr<WorkerSession> OutboxStore::open_worker_session(const std::string& who) {
  return open<OutboxWorkerSession>(options_, connect_options(who));
}

std::unique_ptr<ScoutSession> OutboxStore::open_scout_session(const std::string& who) {
  return open<OutboxScoutSession>(options_, connect_options(who));
}

std::unique_ptr<Pulse> OutboxStore::open_pulse(const std::string& who) {
  pg::ConnectOptions options = connect_options(who);
  options.wanted = pg::Wanted::any;
  return open<OutboxPulse>(options_, options);
}

std::unique_ptr<Hints> OutboxStore::listen(std::function<void()> wake) {
  if (options_.hint_conninfo.empty()) return nullptr;
  return std::make_unique<Notified>(options_.hint_conninfo, std::move(wake));
}

std::string OutboxStore::description() const {
  const std::string where = options_.schema.empty() ? "" : "schema " + options_.schema + " of ";
  return where + pg::without_password(options_.conninfo);
}

int OutboxStore::lanes_per_claim() const {
  return outbox::lanes_per_claim(options_.claim);
}

}  // namespace relay::store::outbox
