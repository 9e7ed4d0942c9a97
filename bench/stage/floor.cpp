#include "bench/stage/floor.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/paths.hpp"

namespace bench {
namespace {

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

std::string script(const Stage& stage, const std::string& completion) {
  const std::string folder = tests::source_dir() + "/bench/floor/";
  std::string path = stage.folder() + "/floor_" + completion + ".sql";
  std::ofstream{path} << text_of_file(folder + "batch.sql")
                      << text_of_file(folder + completion + ".sql");
  return path;
}

std::vector<std::string> command(const Stage& stage, const Drain& drain, const std::string& url) {
  const std::string clients = std::to_string(drain.relay.workers);
  return {"setpriv",
          "--pdeathsig",
          "TERM",
          needed_variable("FRESHET_PG_BIN") + "/pgbench",
          "-n",
          "-M",
          "prepared",
          "-c",
          clients,
          "-j",
          clients,
          "-T",
          "3600",
          "-D",
          "turn=0",
          "-D",
          "idle=0",
          "-f",
          script(stage, drain.relay.completion),
          url};
}

}  // namespace

Measures run_floor(Stage& stage, const Drain& drain) {
  const auto database = published(stage, drain);
  Session& session = database->session();
  const auto events = static_cast<double>(drain.backlog.events);
  const double wal = wal_bytes(session);
  const double began = now(session);
  tests::Process pgbench{command(stage, drain, database->url())};
  const auto code = pgbench.wait(std::chrono::seconds{120 + drain.backlog.events / 500});
  if (!code || pgbench.err().find("division by zero") == std::string::npos) {
    throw std::runtime_error{"pgbench did not finish the floor: " + pgbench.err()};
  }
  const double written = wal_bytes(session) - wal;
  verify_drained(session, drain.backlog, drain.relay.completion);
  const double end = last_commit(session);
  return {
      {"completed", "events/s", events / (end - began)},
      {"without start-up", "events/s", rate_after_first(session, drain.backlog, end).value_or(0)},
      {"WAL", "bytes/event", written / events}};
}

}  // namespace bench
