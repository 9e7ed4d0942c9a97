#include "tests/chaos/arena.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/chaos/kafka_client.hpp"

namespace chaos {
namespace {

constexpr int partitions = 4;

std::map<std::string, std::string> environment_of(const Options& options) {
  std::map<std::string, std::string> variables;
  if (!options.sabotage.empty()) variables["FRESHET_SABOTAGE"] = options.sabotage;
  if (!options.failpoints.empty()) variables["FRESHET_FAILPOINTS"] = options.failpoints;
  return variables;
}

}  // namespace

Arena::Arena(const Options& options, const std::string& folder)
    : cast_{cast_of(company_of(options))},
      longest_s_{std::clamp(options.minutes * 60 / 5, 4.0, 30.0)},
      password_{"pa55w0rd-" + std::to_string(options.seed)},
      broker_{options.kafka ? std::make_unique<Broker>(folder + "/kafka", options.kafka_home,
                                                       options.kafka_recipe)
                            : nullptr},
      servers_{folder} {
  create_roles();
  proxy_ = std::make_unique<Proxy>(servers_.primary_port());
  if (Bouncer::available()) {
    bouncer_ = std::make_unique<Bouncer>(folder + "/bouncer", servers_.primary_port(),
                                         Servers::database, relay_role);
  }
  create_schema(options, folder);
  if (broker_) {
    broker_->start();
    for (const Listener& l : forwards_of(cast_)) {
      create_topics(broker_->address(), l.topics, partitions);
    }
  }
  crew_ = std::make_unique<Crew>(folder + "/relays", specs_of(options), environment_of(options));
  wait_for_listeners();
}

std::vector<RelaySpec> Arena::specs_of(const Options& options) const {
  const bool service = !projections_of(cast_).empty();
  std::vector<RelaySpec> specs = {
      {.name = "direct",
       .program = service ? options.service : options.freshet,
       .settings = settings(options, servers_.url(relay_role, password_)),
       .may_abort = service}};
  if (options.kills > 0) return specs;
  specs.push_back({.name = "proxied",
                   .program = options.freshet,
                   .settings = settings(options, proxy_url(relay_role))});
  if (bouncer_) {
    specs.push_back({.name = "bounced",
                     .program = options.freshet,
                     .settings = settings(options, bouncer_url())});
  }
  return specs;
}

// Nobody owes an event to a listener that is registered after it: writers wait for all of them.
void Arena::wait_for_listeners() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  Session session = admin();
  while (session.number("SELECT count(*) FROM event_listener") < std::ssize(cast_)) {
    if (std::chrono::steady_clock::now() > until) {
      throw std::runtime_error{"the relays do not register their listeners; see " +
                               crew_->folder()};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void Arena::create_roles() {
  Session session = admin();
  for (const char* role : {relay_role, writer_role}) {
    session.exec("CREATE ROLE " + std::string{role} + " LOGIN PASSWORD '" + password_ + "'");
  }
  session.exec("GRANT CREATE, USAGE ON SCHEMA public TO chaos_relay");
  session.exec("GRANT CREATE ON TABLESPACE small TO chaos_relay");
  session.exec("ALTER DATABASE chaos OWNER TO chaos_relay");
}

void Arena::create_schema(const Options& options, const std::string& folder) {
  const std::string file = folder + "/migrate.toml";
  std::ofstream{file} << settings(options, servers_.url(relay_role, password_));
  const std::string log = folder + "/migrate.log";
  if (run_to_end({.argv = {options.freshet, "migrate", "-c", file}, .log = log}) != 0) {
    throw std::runtime_error{"freshet migrate failed; see " + log};
  }
  admin().exec(create_tables(relay_role, writer_role, servers_.has_small_disk()));
}

std::string Arena::settings(const Options& options, const std::string& url) const {
  std::string text =
      "[relay]\nworkers = 2\nbatch_size = 100\ndrain_s = " + std::to_string(Crew::drain_s) +
      "\nhandler_timeout_ms = 3000\nstatement_timeout_ms = 3300\ncompletion = \"" +
      options.completion + "\"\nsynchronous_commit = " + (options.async ? "false" : "true") +
      "\n\n[[database]]\nname = \"main\"\nurl = \"" + url + "\"\n";
  if (url == bouncer_url()) {
    text += "direct_url = \"" + servers_.url(relay_role, password_) + "\"\n";
  }
  const bool cramped = !projections_of(cast_).empty() && url != bouncer_url();
  return text + listeners_toml(cast_, broker_ ? broker_->address() : "", cramped);
}

std::string Arena::proxy_url(const char* role) const {
  return "postgresql://" + std::string{role} + ":" + password_ +
         "@127.0.0.1:" + std::to_string(proxy_->port()) + "/" + Servers::database +
         "?target_session_attrs=read-write";
}

std::string Arena::writer_url(bool by_proxy) const {
  return by_proxy ? proxy_url(writer_role) : servers_.url(writer_role, password_);
}

std::string Arena::bouncer_url() const {
  if (!bouncer_) return "";
  return "postgresql://" + std::string{relay_role} + ":" + password_ +
         "@127.0.0.1:" + std::to_string(bouncer_->port()) + "/" + Servers::database;
}

}  // namespace chaos
