#include "bench/stage/writer.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/figures/sample.hpp"
#include "bench/stage/event_text.hpp"
#include "bench/stage/session.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

/// What all connections of a writer share.
struct Shared {
  const Load& load;
  long events = 0;
  Clock::time_point begin;
  double began = 0;  ///< The same moment by the database's clock.
  /// Seconds from then until event n is due.
  [[nodiscard]] double after(long n) const { return static_cast<double>(n) / load.rate; }
  std::atomic<long> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::vector<double> late_ms;
  std::exception_ptr error;
};

void check(Session& session, PGresult* result, const std::string& sql) {
  const Result held{result, PQclear};
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  throw std::runtime_error{PQerrorMessage(session.native()) + ("in: " + sql)};
}

// A statement that does not use all three parameters leaves the type of one open; those are text.
void prepare(Session& session, const std::string& sql) {
  const Result open{PQprepare(session.native(), "write", sql.c_str(), 3, nullptr), PQclear};
  if (PQresultStatus(open.get()) == PGRES_COMMAND_OK) return;
  constexpr Oid text = 25;
  const std::array<Oid, 3> types{text, text, text};
  check(session, PQprepare(session.native(), "write", sql.c_str(), 3, types.data()), sql);
}

void send(Session& session, const Shared& shared, long n, const std::string& note) {
  const std::string when = time_text(shared.began + shared.after(n));
  const std::string key = key_text(n % shared.load.keys);
  const std::string text = payload_text(key, when, n, note);
  const std::array<const char*, 3> values{when.c_str(), key.c_str(), text.c_str()};
  if (PQsendQueryPrepared(session.native(), "write", 3, values.data(), nullptr, nullptr, 0) != 1) {
    throw std::runtime_error{PQerrorMessage(session.native())};
  }
}

// libpq's pipeline: what is sent until a sync is one transaction.
void finish(Session& session, const Shared& shared, long events) {
  PGconn* connection = session.native();
  if (PQpipelineSync(connection) != 1) throw std::runtime_error{PQerrorMessage(connection)};
  for (long i = 0; i < events; ++i) {
    check(session, PQgetResult(connection), shared.load.sql);
    PQclear(PQgetResult(connection));  // the null after each result
  }
  PQclear(PQgetResult(connection));  // the sync's own
}

void write_next(Shared& shared, Session& session, const std::string& note,
                std::vector<double>& late) {
  const long group = shared.load.events_per_transaction;
  if (PQenterPipelineMode(session.native()) != 1) throw std::runtime_error{"libpq cannot pipeline"};
  for (long n = shared.next.fetch_add(group); n < shared.events && !shared.failed;
       n = shared.next.fetch_add(group)) {
    const long end = std::min(n + group, shared.events);
    const auto due = shared.begin + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(shared.after(end - 1)));
    std::this_thread::sleep_until(due);
    late.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    for (long event = n; event < end; ++event) send(session, shared, event, note);
    finish(session, shared, end - n);
  }
}

void write_on_one(Shared& shared, Session& session) {
  std::vector<double> late;
  std::exception_ptr error;
  try {
    write_next(shared, session, std::string(static_cast<std::size_t>(shared.load.note_bytes), 'x'),
               late);
  } catch (...) {
    error = std::current_exception();
    shared.failed = true;
  }
  const std::scoped_lock lock{shared.mutex};
  shared.late_ms.insert(shared.late_ms.end(), late.begin(), late.end());
  if (error) shared.error = error;
}

}  // namespace

std::string outbox_insert() {
  return "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, "
         "serialized_event) VALUES ('IncidentStateChanged', 'incident', $2, $3)";
}

int connections_for(double transactions) {
  return std::clamp(static_cast<int>(transactions / 500), 4, 16);
}

Written write_load(const Load& load) {
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < load.connections; ++i) {
    sessions.push_back(std::make_unique<Session>(load.url));
    prepare(*sessions.back(), load.sql);
  }
  Shared shared{load};
  shared.events = std::max(1L, static_cast<long>(load.rate * load.seconds));
  const auto before = Clock::now();
  const double clock = sessions[0]->number("SELECT extract(epoch FROM clock_timestamp())");
  shared.begin = before + (Clock::now() - before) / 2 + std::chrono::milliseconds{100};
  shared.began = clock + 0.1;
  {
    std::vector<std::jthread> threads;
    for (const auto& session : sessions) {
      threads.emplace_back([&shared, &session] { write_on_one(shared, *session); });
    }
  }
  if (shared.error) std::rethrow_exception(shared.error);
  return {shared.events, shared.began, percentile(std::move(shared.late_ms), 0.95)};
}

}  // namespace bench
