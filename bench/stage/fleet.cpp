#include "bench/stage/fleet.hpp"

#include <unistd.h>

#include <stdexcept>

#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/wait.hpp"
#include "bench/stage/writer.hpp"

namespace bench {
namespace {

std::string new_prefix() {
  static int fleets = 0;
  return "freshet_fleet_" + std::to_string(::getpid()) + "_" + std::to_string(++fleets);
}

std::string url_on(const std::string& server, const std::string& database) {
  return server.substr(0, server.rfind('/') + 1) + database;
}

}  // namespace

Fleet::Fleet(const Stage& stage, const std::string& binary, const std::string& server,
             int databases)
    : admin_(server),
      prefix_(new_prefix() + "_"),
      template_("template_of_" + prefix_),
      template_url_(url_on(server, template_)) {
  admin_.run("CREATE DATABASE " + template_);
  migrate(stage, binary, {}, template_url_);
  {
    Session session{template_url_};
    create_read_models(session);
    session.run("CREATE TABLE bench_sent (due timestamptz NOT NULL)");
    session.run("VACUUM ANALYZE");
  }
  // Copies of files take a third of the time that pages through the log take (CREATE DATABASE of 15
  // and newer chooses those).
  const bool choice = admin_.number("SHOW server_version_num") >= 150000;
  for (int i = 1; i <= databases; ++i) {
    const std::string name = prefix_ + std::to_string(i);
    admin_.run("CREATE DATABASE " + name + " TEMPLATE " + template_ +
               (choice ? " STRATEGY FILE_COPY" : ""));
    urls_.push_back(url_on(server, name));
  }
}

Fleet::~Fleet() {
  for (std::size_t i = 1; i <= urls_.size(); ++i) drop(prefix_ + std::to_string(i));
  drop(template_);
}

void Fleet::drop(const std::string& name) {
  try {
    admin_.run("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  } catch (const std::exception& error) {
    say("could not drop " + name + ": " + error.what());
  }
}

double Fleet::transactions(Session& observer) const {
  return observer.number(
      "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database "
      "WHERE datname = 'postgres' OR starts_with(datname, $1)",
      {prefix_});
}

void Fleet::clear() const {
  for (const std::string& url : urls_) {
    Session{url}.run("TRUNCATE bench_effect, bench_state, bench_sent");
  }
}

RelaySettings serving(RelaySettings settings, const std::vector<std::string>& urls) {
  settings.others.assign(urls.begin() + 1, urls.end());
  return settings;
}

std::string sent_insert() {
  return "WITH event AS (" + outbox_insert() + ") INSERT INTO bench_sent (due) VALUES ($1)";
}

void await_complete(const std::vector<std::string>& urls, Relay& relay) {
  for (const std::string& url : urls) {
    Session session{url};
    const bool done = within(std::chrono::seconds{90}, often, [&] {
      return !relay.running() || session.count(
                                     "SELECT count(*) FROM event_publication "
                                     "WHERE completion_date IS NULL") == 0;
    });
    if (!done || !relay.running()) {
      throw std::runtime_error{"events are not completed:\n" + relay.log()};
    }
  }
}

void await_served(const std::vector<std::string>& urls, Relay& relay) {
  for (const std::string& url : urls) {
    Session{url}.run(
        "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) VALUES "
        "('IncidentOpened', 'A', json_build_object('state', 'New', 'due', "
        "clock_timestamp())::text)");
  }
  await_complete(urls, relay);
}

void await_carried(const std::vector<std::string>& urls, Relay& relay, std::chrono::seconds time) {
  for (const std::string& url : urls) {
    Session session{url};
    const bool done = within(time, often, [&] {
      return !relay.running() || session.count(
                                     "SELECT (SELECT count(*) FROM bench_effect) - "
                                     "(SELECT count(*) FROM bench_sent)") >= 0;
    });
    if (!done || !relay.running()) {
      throw std::runtime_error{"effects are missing:\n" + relay.log()};
    }
    verify_effects(session, session.count("SELECT count(*) FROM bench_sent"));
    verify_complete(session);
  }
}

std::vector<EventLag> event_lags(const std::string& url) {
  std::vector<EventLag> lags;
  const auto rows = Session{url}.run(
      "SELECT extract(epoch FROM sent), extract(epoch FROM effect - sent) * 1000, "
      "coalesce(extract(epoch FROM sent - lag(sent) OVER (ORDER BY sent)), 1e9) "
      "FROM (SELECT pg_xact_commit_timestamp(s.xmin) AS sent, "
      "pg_xact_commit_timestamp(e.xmin) AS effect "
      "FROM bench_sent s JOIN bench_effect e USING (due)) AS events ORDER BY sent");
  for (const auto& row : rows) {
    lags.push_back({std::stod(row.at(0)), std::stod(row.at(1)), std::stod(row.at(2))});
  }
  return lags;
}

}  // namespace bench
