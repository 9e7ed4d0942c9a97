#include "relay/preflight/preflight.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/one_at_a_time.hpp"
#include "relay/base/pause.hpp"
#include "relay/flow/refusal.hpp"
#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/preflight/checks.hpp"

namespace relay::preflight {
namespace {

using namespace std::chrono_literals;

constexpr auto for_session = 5s;  // that a server has refused
constexpr auto pause_least = 20ms;
constexpr auto pause_most = 500ms;

/// A check that cannot be made is a finding; the ones after it are made all the same.
template <class Check>
void make(Check check, const char* what, Findings& findings, auto say) {
  try {
    check();
  } catch (const std::exception&) {
    say(findings,
        std::string{"cannot check "} + what + ": " + projections::current_failure().message);
  }
}
template <class Check>
void make(Check check, const char* what, Findings& findings) {
  make(check, what, findings, fault);
}

void check_all(pg::Connection& connection, const Subject& subject, Findings& findings,
               std::optional<OutboxIdentity>* outbox) {
  make([&] { check_server(connection, findings); }, "the server", findings);
  make([&] { check_sessions(connection, subject, findings); }, "its sessions", findings, warning);
  bool current = false;
  make([&] { current = check_schema(connection, subject, findings); }, "the schema", findings);
  if (!current) return;
  std::optional<OutboxIdentity> identity;
  make([&] { identity = read_outbox_identity(connection); }, "which outbox it is", findings);
  if (identity) check_direct(*identity, subject, findings);
  if (outbox != nullptr) *outbox = std::move(identity);
  make([&] { check_tables(connection, findings); }, "the tables", findings);
  make([&] { check_privileges(connection, subject, findings); }, "the privileges", findings);
  make([&] { check_agreement(connection, subject, findings); }, "freshet_setting", findings);
  make([&] { check_projections(connection, subject, findings); }, "the projections", findings);
}

using Clock = std::chrono::steady_clock;

std::unique_ptr<pg::Connection> connect_once(const Subject& subject) {
  return std::make_unique<pg::Connection>(
      subject.conninfo,
      pg::ConnectOptions{.application_name = "freshet check", .wanted = pg::Wanted::any});
}

/// Many databases are looked at side by side, so a server that gives few sessions gives the next
/// one soon: those that it refused ask for it again, one at a time.
std::unique_ptr<pg::Connection> connect(const Subject& subject) {
  const auto deadline = Clock::now() + for_session;
  try {
    return connect_once(subject);
  } catch (const pg::ConnectError& error) {
    if (!flow::refusal_of(error.failure)) throw;
  }
  static OneAtATime one_at_a_time;
  const OneAtATime::Turn turn{one_at_a_time, deadline};
  for (int attempt = 1;; ++attempt) {
    pause_for(backoff(attempt, pause_least, pause_most), {});
    try {
      return connect_once(subject);
    } catch (const pg::ConnectError& error) {
      if (!flow::refusal_of(error.failure) || Clock::now() >= deadline) throw;
    }
  }
}

std::string in_words(const pg::ConnectError& error, const Subject& subject) {
  const auto refusal = flow::refusal_of(error.failure);
  if (!refusal) return error.what();
  auto way = pg::read_conninfo(subject.conninfo, "", pg::Wanted::any).options;
  const SessionBudget& budget = subject.sessions;
  const int enough = std::max({budget.as_role, budget.here, sessions_least});
  return std::string{error.what()} + "; " +
         flow::remedy_of(*refusal, way["user"], way["dbname"], enough);
}

}  // namespace

Findings inspect(const Subject& subject, std::optional<OutboxIdentity>* outbox) {
  Findings findings;
  try {
    const auto connected = connect(subject);
    pg::Connection& connection = *connected;
    const auto limit = connection.within(subject.time);
    check_all(connection, subject, findings, outbox);
    if (!limit.expired()) return findings;
    findings.clear();  // what failed in its last moments says nothing of the database
    fault(findings,
          connection.description() + " is slow: it did not answer all checks within " +
              std::to_string(std::chrono::floor<std::chrono::seconds>(subject.time).count()) +
              " s");
  } catch (const pg::ConnectError& error) {
    fault(findings, in_words(error, subject));
  } catch (const std::exception&) {
    fault(findings, projections::current_failure().message);
  }
  return findings;
}

}  // namespace relay::preflight
