#include "tests/chaos/fleet/site.hpp"

#include <csignal>

#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/chaos/fleet/bounds.hpp"

namespace chaos::fleet {
namespace {

constexpr int first_databases = 20;
constexpr std::chrono::seconds frozen_most{20};

/// Children of a process, as /proc tells.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> all;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    std::ifstream stat{entry.path() / "stat"};
    std::string text;
    std::getline(stat, text);
    const auto name_ends = text.rfind(')');
    if (name_ends == std::string::npos) continue;
    std::istringstream rest{text.substr(name_ends + 1)};
    char state = 0;
    pid_t its_parent = 0;
    if (rest >> state >> its_parent && its_parent == parent) all.push_back(pid);
  }
  return all;
}

}  // namespace

Site::Site(const Options& options, const std::string& folder)
    : options_{options},
      folder_{folder},
      password_{"pa55w0rd-" + std::to_string(options.seed)},
      troubles_{folder + "/nemesis.log"} {
  for (int server = 0; server < servers; ++server) {
    clusters_.at(server) = std::make_unique<Cluster>(folder + "/server" + std::to_string(server),
                                                     "server" + std::to_string(server));
  }
  std::array<std::exception_ptr, servers> failed;
  std::vector<std::thread> starting;
  for (int server = 0; server < servers; ++server) {
    starting.emplace_back([&, server] {
      try {
        start_server(server);
      } catch (...) {
        failed.at(server) = std::current_exception();
      }
    });
  }
  for (std::thread& one : starting) one.join();
  for (const std::exception_ptr& one : failed) {
    if (one) std::rethrow_exception(one);
  }
  way_to_catalogue_ = std::make_unique<Proxy>(clusters_[0]->port());
  way_to_second_ = std::make_unique<Proxy>(clusters_[1]->port());
  create_catalogue();
  start_relays(options.seed % 2 == 0 ? 2 : 1);
}

Site::~Site() {
  for (int server = 0; server < servers; ++server) thaw(server);
}

// Every other one of the databases: two of the file, the rest of the catalogue.
void Site::start_server(int server) {
  Cluster& cluster = *clusters_.at(server);
  cluster.init();
  cluster.start();
  create_template(server);
  for (int n = server; n < first_databases; n += servers) {
    const bool in_file = n < servers;
    const std::string name =
        in_file ? (n == 0 ? "first" : "second") : (n < 10 ? "t0" : "t") + std::to_string(n);
    // Some are hot, most are not: the n-th of a server has an n-th of the first one's writes.
    const int rank = 1 + n / servers;
    const Tenant tenant{.name = name,
                        .dbname = name,
                        .server = server,
                        .in_file = in_file,
                        .served = true,
                        .weight = 1.0 / rank};
    create(tenant);
    tenants_.add(tenant);
  }
}

void Site::create_template(int server) {
  Session session = admin(server);
  for (const char* role : {relay_role, writer_role}) {
    session.exec("CREATE ROLE " + std::string{role} + " LOGIN PASSWORD '" + password_ + "'");
  }
  session.exec("CREATE DATABASE " + std::string{template_name} + " OWNER " + relay_role);
  admin(server, template_name)
      .exec("GRANT CREATE, USAGE ON SCHEMA public TO " + std::string{relay_role});
  const std::string file = folder_ + "/migrate" + std::to_string(server) + ".toml";
  std::ofstream{file} << "[[database]]\nname = \"template\"\nurl = \""
                      << url(relay_role, clusters_.at(server)->port(), template_name) << "\"\n"
                      << projection_toml();
  const std::string log = folder_ + "/migrate" + std::to_string(server) + ".log";
  if (run_to_end({.argv = {options_.freshet, "migrate", "-c", file}, .log = log}) != 0) {
    throw std::runtime_error{"freshet migrate failed; see " + log};
  }
  admin(server, template_name).exec(create_own_tables());
}

void Site::create(const Tenant& tenant) const {
  admin(tenant.server)
      .exec("CREATE DATABASE " + tenant.dbname + " TEMPLATE " + template_name + " OWNER " +
            relay_role);
}

void Site::create_catalogue() {
  admin(0).exec("CREATE DATABASE " + std::string{catalogue_name});
  Session session = catalogue_admin();
  session.exec(
      "CREATE TABLE tenant (name text PRIMARY KEY, url text NOT NULL, connections int, "
      "served boolean NOT NULL DEFAULT true)");
  session.exec("GRANT SELECT ON tenant TO " + std::string{relay_role});
  for (const Tenant& one : tenants_.all()) {
    if (one.in_file) continue;
    session.exec("INSERT INTO tenant (name, url) VALUES ($1, $2)", {one.name, relay_url(one)});
  }
}

void Site::start_relays(int number) {
  std::vector<RelaySpec> specs;
  for (int relay = 0; relay < number; ++relay) {
    connections_.at(relay) = 8;
    specs.push_back({.name = "relay" + std::to_string(relay),
                     .program = options_.freshet,
                     .settings = settings(relay, 8, 0)});
  }
  std::map<std::string, std::string> variables;
  if (!options_.sabotage.empty()) variables["FRESHET_SABOTAGE"] = options_.sabotage;
  if (!options_.failpoints.empty()) variables["FRESHET_FAILPOINTS"] = options_.failpoints;
  crew_ = std::make_unique<Crew>(folder_ + "/relays", std::move(specs), variables);
}

std::string Site::settings(std::size_t relay, int connections, int own) const {
  const std::string as = "?application_name=" + (relay_application + std::to_string(relay));
  std::ostringstream out;
  out << "[relay]\nworkers = 2\nconnections = " << connections
      << "\nsleep_after_s = " << Bounds::sleep_after_s
      << "\nsleep_look_s = " << Bounds::sleep_look_s << "\ndrain_s = " << Crew::drain_s
      << "\nbatch_size = 50\nhandler_timeout_ms = 3000\nstatement_timeout_ms = 3300"
      << "\nconnect_timeout_ms = " << Bounds::connect_timeout
      << "\nacquire_timeout_ms = " << Bounds::acquire_timeout
      << "\nbreaker_pause_ms = " << Bounds::breaker_pause << "\nflight_record_dir = \"" << folder_
      << "/flight\"\ncompletion = \"" << options_.completion
      << "\"\nsynchronous_commit = " << (options_.async ? "false" : "true") << "\n";
  for (const Tenant& one : tenants_.all()) {
    if (!one.in_file) continue;
    out << "\n[[database]]\nname = \"" << one.name << "\"\nurl = \"" << relay_url(one) << as
        << "\"\n";
    if (own > 0) out << "connections = " << own << "\n";
    if (one.server == 0) out << "connections_min = 1\n";
  }
  out << "\n[databases]\nrefresh_s = " << Bounds::refresh_s << "\nurl = \""
      << url(relay_role, way_to_catalogue_->port(), catalogue_name) << as
      << "\"\nquery = '''SELECT name, url || '" << as
      << "' AS url, connections FROM tenant WHERE served ORDER BY name'''\n"
      << projection_toml();
  return out.str();
}

// Beside it first: a relay may be reading the one before.
void Site::write_file(std::size_t relay, int connections, int own) {
  const std::string path = crew_->folder() + "/relay" + std::to_string(relay) + ".toml";
  std::ofstream{path + ".new"} << settings(relay, connections, own);
  std::filesystem::rename(path + ".new", path);
  connections_.at(relay) = connections;
}

Session Site::admin(int server, const std::string& dbname) const {
  const std::string url = clusters_.at(server)->admin_url(dbname);
  const auto until = std::chrono::steady_clock::now() + frozen_most;
  while (true) {
    try {
      return Session{url, "fleet-harness"};
    } catch (const DatabaseError&) {
      if (!backends_lag(server) || std::chrono::steady_clock::now() > until) throw;
    }
  }
}

void Site::change_catalogue(const std::string& sql, const std::vector<Value>& values) const {
  const std::string undefined_table = "42P01";
  const auto until = std::chrono::steady_clock::now() + frozen_most;
  while (true) {
    try {
      catalogue_admin().exec(sql, values);
      return;
    } catch (const DatabaseError& error) {
      const bool late = std::chrono::steady_clock::now() > until;
      if (error.sqlstate != undefined_table || late) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

std::string Site::url(const std::string& role, int port, const std::string& dbname) const {
  return "postgresql://" + role + ":" + password_ + "@127.0.0.1:" + std::to_string(port) + "/" +
         dbname;
}

std::string Site::writer_url(const Tenant& tenant) const {
  return url(writer_role, clusters_.at(tenant.server)->port(), tenant.dbname);
}

std::string Site::relay_url(const Tenant& tenant) const {
  const int port = tenant.server == 0 ? clusters_[0]->port() : way_to_second_->port();
  return url(relay_role, port, tenant.dbname);
}

std::vector<std::pair<int, int>> Site::ports() const {
  return {{clusters_[0]->port(), 0},
          {way_to_catalogue_->port(), catalogue},
          {way_to_second_->port(), 1}};
}

// The parent first, or there would be new ones.
void Site::freeze(int server) {
  const pid_t postmaster = clusters_.at(server)->postmaster();
  backends_lag(server, true);
  if (server == 0) backends_lag(catalogue, true);
  ::kill(postmaster, SIGSTOP);
  for (const pid_t child : children_of(postmaster)) ::kill(child, SIGSTOP);
}

void Site::thaw(int server) {
  const pid_t postmaster = clusters_.at(server) ? clusters_.at(server)->postmaster() : -1;
  if (postmaster <= 0) return;
  for (const pid_t child : children_of(postmaster)) ::kill(child, SIGCONT);
  ::kill(postmaster, SIGCONT);
  backends_lag(server, false);
  if (server == 0) backends_lag(catalogue, false);
}

void Site::backends_lag(int place, bool lag) {
  lag_until_.at(place) = lag ? for_ever : now_ms() + Bounds::settle;
}

bool Site::backends_lag(int place) const {
  return now_ms() < lag_until_.at(place);
}

}  // namespace chaos::fleet
