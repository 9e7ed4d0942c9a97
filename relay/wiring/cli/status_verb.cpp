#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>

#include "relay/base/pause.hpp"
#include "relay/operate/text/show_status.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/verbs.hpp"

namespace relay::wiring {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<operate::ProjectionSpec> specs_of(const Blueprint& blueprint) {
  std::vector<operate::ProjectionSpec> specs;
  for (const projections::Projection& projection : blueprint.registry.all()) {
    operate::ProjectionSpec spec{projection.options.name, projection.options.events};
    const auto& in_file = blueprint.settings.projections;
    const auto found = std::ranges::find(in_file, spec.name, &settings::Projection::name);
    if (found != in_file.end()) {
      spec.green_ms = found->green_ms;
      spec.yellow_ms = found->yellow_ms;
    }
    specs.push_back(std::move(spec));
  }
  for (const settings::Forward& forward : blueprint.settings.forwards) {
    specs.push_back({forward.name, forward.events, forward.green_ms, forward.yellow_ms, "forward"});
  }
  return specs;
}

/// Looks at every database again and again over connections that it keeps.
class Looker {
 public:
  explicit Looker(const Blueprint& blueprint) : blueprint_(blueprint), specs_(specs_of(blueprint)) {
    connections_.resize(blueprint.settings.databases.size());
  }

  /// A database that does not answer is told on standard error; the others are shown.
  operate::Status look() {
    operate::Status all;
    code_ = Exit::fine;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      try {
        look_at(i, all);
      } catch (const std::exception& error) {
        const bool said = dynamic_cast<const pg::ConnectError*>(&error) != nullptr;
        std::cerr << "freshet: " << blueprint_.settings.databases[i].name << ": "
                  << (said ? error.what() : projections::current_failure().message)
                  << (said ? "" : "; \"freshet check\" tells what is wrong") << "\n";
        connections_[i].reset();
        code_ = Exit::database;
      }
    }
    return all;
  }

  [[nodiscard]] int code() const { return code_; }

 private:
  void look_at(std::size_t i, operate::Status& all) {
    const settings::Database& database = blueprint_.settings.databases[i];
    if (!connections_[i]) {
      connections_[i] = std::make_unique<OutboxConnection>(
          database,
          pg::ConnectOptions{.application_name = "freshet status", .wanted = pg::Wanted::any});
    }
    std::vector<operate::ProjectionSpec> here;
    std::ranges::copy_if(specs_, std::back_inserter(here),
                         [&](const auto& spec) { return runs_in(database, spec.name); });
    const operate::Status one = operate::judge(
        database.name, here, operate::read_snapshot(*connections_[i], database.pinned_after));
    all.projections.insert(all.projections.end(), one.projections.begin(), one.projections.end());
    all.pinned.insert(all.pinned.end(), one.pinned.begin(), one.pinned.end());
    all.hidden.insert(all.hidden.end(), one.hidden.begin(), one.hidden.end());
    all.unclaimed.insert(all.unclaimed.end(), one.unclaimed.begin(), one.unclaimed.end());
    all.upkeep.push_back(operate::read_upkeep(*connections_[i], database.name));
  }

  const Blueprint& blueprint_;
  std::vector<operate::ProjectionSpec> specs_;
  std::vector<std::unique_ptr<OutboxConnection>> connections_;
  int code_ = Exit::fine;
};

int watch(Looker& looker, const Command& command) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const auto end = Clock::now() + std::chrono::seconds{*command.watch_s};
  operate::Status before;
  auto looked_at = Clock::now();
  std::ptrdiff_t lines = 0;
  while (true) {
    const operate::Status now = looker.look();
    const auto at = Clock::now();
    const operate::Rates rates =
        operate::rates_between(before, now, std::chrono::duration<double>(at - looked_at).count());
    const std::string text =
        command.json ? operate::to_json(now) : operate::to_table(now, terminal, &rates);
    if (terminal && !command.json && lines > 0) std::cout << "\033[" << lines << "A\033[J";
    std::cout << text << std::flush;
    lines = std::ranges::count(text, '\n');
    before = now;
    looked_at = at;
    if (at + std::chrono::seconds{1} > end) return looker.code();
    pause_for(std::chrono::seconds{1}, {});
  }
}

}  // namespace

int status(const Blueprint& blueprint, const Command& command) {
  Looker looker{blueprint};
  if (command.watch_s) return watch(looker, command);
  const operate::Status now = looker.look();
  if (looker.code() == Exit::fine || !now.projections.empty()) {
    std::cout << (command.json ? operate::to_json(now)
                               : operate::to_table(now, ::isatty(STDOUT_FILENO) == 1));
  }
  return looker.code();
}

}  // namespace relay::wiring
