#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>

#include "relay/base/pause.hpp"
#include "relay/base/side_by_side.hpp"
#include "relay/operate/text/show_status.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/take_catalogue.hpp"
#include "relay/wiring/cli/twins.hpp"
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

/// Looks at every database, some of them at a time.
class Looker {
 public:
  /// @param again over connections that it keeps.
  Looker(const Blueprint& blueprint, bool again)
      : databases_(blueprint.settings.databases),
        again_(again),
        specs_(specs_of(blueprint)),
        twins_(blueprint) {
    connections_.resize(databases_.size());
  }

  /// A database that does not answer is told on standard error; the others are shown.
  operate::Status look() {
    operate::Status all;
    all.databases = databases_.size();
    code_ = Exit::fine;
    std::vector<Seen> seen(databases_.size());
    side_by_side(
        databases_.size(), databases_at_once, [&](std::size_t i) { seen[i] = seen_in(i); },
        [&](std::size_t i) {
          if (seen[i].fault.empty()) return add_once(i, seen[i].status, all);
          std::cerr << "freshet: " << databases_[i].name << ": " << seen[i].fault << "\n";
          code_ = Exit::database;
        });
    return all;
  }

  [[nodiscard]] int code() const { return code_; }

 private:
  struct Seen {
    operate::Status status;
    std::string fault;
  };

  Seen seen_in(std::size_t i) {
    try {
      Seen seen{look_at(i), ""};
      if (!again_) connections_[i].reset();
      return seen;
    } catch (const std::exception& error) {
      const bool said = dynamic_cast<const pg::ConnectError*>(&error) != nullptr;
      connections_[i].reset();
      return {{},
              said ? error.what()
                   : projections::current_failure().message +
                         "; \"freshet check\" tells what is wrong"};
    }
  }

  operate::Status look_at(std::size_t i) {
    const settings::Database& database = databases_[i];
    if (!connections_[i]) {
      connections_[i] = std::make_unique<OutboxConnection>(
          database, pg::ConnectOptions{.application_name = "freshet status",
                                       .wanted = pg::Wanted::any,
                                       .watchdog = &watchdog_});
    }
    twins_.look(i, *connections_[i]);
    std::vector<operate::ProjectionSpec> here;
    std::ranges::copy_if(specs_, std::back_inserter(here),
                         [&](const auto& spec) { return runs_in(database, spec.name); });
    operate::Status one = operate::judge(
        database.name, here, operate::read_snapshot(*connections_[i], database.pinned_after));
    one.upkeep.push_back(operate::read_upkeep(*connections_[i], database.name));
    return one;
  }

  /// An outbox under a second name is shown under its first.
  void add_once(std::size_t i, const operate::Status& one, operate::Status& all) {
    const std::string& same = twins_.same_as(i);
    if (same.empty()) return add(one, all);
    if (!twins_told_.insert(i).second) return;
    std::cerr << "freshet: " << databases_[i].name << ": " << same << "\n";
  }

  static void add(const operate::Status& one, operate::Status& all) {
    all.projections.insert(all.projections.end(), one.projections.begin(), one.projections.end());
    all.pinned.insert(all.pinned.end(), one.pinned.begin(), one.pinned.end());
    all.hidden.insert(all.hidden.end(), one.hidden.begin(), one.hidden.end());
    all.unclaimed.insert(all.unclaimed.end(), one.unclaimed.begin(), one.unclaimed.end());
    all.upkeep.insert(all.upkeep.end(), one.upkeep.begin(), one.upkeep.end());
    all.relays.insert(all.relays.end(), one.relays.begin(), one.relays.end());
  }

  const std::vector<settings::Database>& databases_;
  bool again_;
  std::vector<operate::ProjectionSpec> specs_;
  pg::Watchdog watchdog_;
  std::vector<std::unique_ptr<OutboxConnection>> connections_;
  Twins twins_;
  std::set<std::size_t> twins_told_;
  int code_ = Exit::fine;
};

/// What the table cannot show.
std::string left_out(const Blueprint& blueprint) {
  const std::string faults = catalogue_faults(blueprint);
  if (faults.empty()) return "";
  const bool some = blueprint.catalogue.unread.empty();
  return faults + (some ? "; a relay that serves one already goes on with what it had\n"
                        : ", so its databases are not shown\n");
}

int watch(Looker& looker, const Command& command, const std::string& last_line) {
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
        command.json ? operate::to_json(now) : operate::to_table(now, terminal, &rates) + last_line;
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
  Looker looker{blueprint, command.watch_s.has_value()};
  if (command.watch_s) return watch(looker, command, left_out(blueprint));
  const operate::Status now = looker.look();
  if (looker.code() == Exit::fine || !now.projections.empty()) {
    std::cout << (command.json
                      ? operate::to_json(now)
                      : operate::to_table(now, ::isatty(STDOUT_FILENO) == 1) + left_out(blueprint));
  }
  return looker.code();
}

}  // namespace relay::wiring
