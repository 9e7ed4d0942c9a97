#include "relay/wiring/cli/each_database.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "relay/base/side_by_side.hpp"
#include "relay/base/some_of.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/wiring/cli/command_line.hpp"
#include "relay/wiring/cli/complaint.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/twins.hpp"

namespace relay::wiring {
namespace {

/// Says what came of the databases, one after the other.
class Speaker {
 public:
  Speaker(const Blueprint& blueprint, const HowTold& how)
      : databases_(blueprint.settings.databases), how_(how) {}

  void say(std::size_t place, const Told& told, const Outcome& outcome) {
    if (outcome.absent) {
      absent_.push_back({place, outcome.complaint});
      return;
    }
    tell_absent();
    if (!outcome.complaint.empty()) return complain(place, outcome.complaint);
    if (told.nothing && several()) {
      ++without_;
      nothing_ = told.text;
      return;
    }
    if (told.text.empty()) return;
    shown_ = true;
    const bool named = several() && !how_.named;
    std::cout << (named ? under_name(databases_[place].name, told.text) : told.text) << std::flush;
  }

  /// @return whether none of them had what was named, which makes it a fault of the command.
  bool end() {
    if (absent_.empty() || absent_.size() < databases_.size()) {
      tell_absent();
      tell_nothing();
      return false;
    }
    std::cerr << "freshet: " << (several() ? of_all(absent_[0].sentence) : absent_[0].sentence)
              << "\n";
    return true;
  }

 private:
  struct Absent {
    std::size_t place;
    std::string sentence;
  };

  [[nodiscard]] bool several() const { return databases_.size() > 1; }

  void complain(std::size_t place, const std::string& sentence) const {
    std::cout.flush();
    std::cerr << "freshet: " << (several() ? databases_[place].name + ": " : "") << sentence
              << std::endl;
  }

  /// A sentence that is about one database, and true of each.
  [[nodiscard]] std::string of_all(std::string sentence) const {
    constexpr std::string_view here = " in this database";
    const std::string number = std::to_string(databases_.size()) + " databases";
    const std::size_t place = sentence.find(here);
    if (place == std::string::npos) return "in none of " + number + ": " + sentence;
    return sentence.replace(place, here.size(), " in any of " + number);
  }

  /// Of those that have nothing to show, together.
  void tell_nothing() const {
    if (without_ == 0) return;
    if (shown_) {
      std::cout << "none in " << counted(without_, "other") << std::endl;
      return;
    }
    const std::string where =
        (without_ == databases_.size() ? " in any of " : " in ") + counted(without_, "database");
    std::cout << nothing_.substr(0, nothing_.find_last_not_of(".\n") + 1) << where << "."
              << std::endl;
  }

  /// Held back until one of them has it: else one sentence says it for all.
  void tell_absent() {
    for (const Absent& one : absent_) {
      if (how_.absent) std::cout << under_name(databases_[one.place].name, one.sentence + "\n");
    }
    absent_.clear();
  }

  const std::vector<settings::Database>& databases_;
  HowTold how_;
  std::vector<Absent> absent_;
  std::size_t without_ = 0;
  std::string nothing_;
  bool shown_ = false;
};

std::string to_change(const std::vector<settings::Database>& databases,
                      const std::vector<Change>& changes, std::size_t number) {
  std::string names;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    if (changes[i].act) names += (names.empty() ? "" : ", ") + databases[i].name;
  }
  return "To change: " + names + " (" + std::to_string(number) + " of " +
         std::to_string(databases.size()) + " databases).\n";
}

}  // namespace

std::string under_name(const std::string& database, const std::string& text) {
  if (std::ranges::count(text, '\n') < 2) return database + ": " + text;
  std::string all = database + ":\n";
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    all += (line.empty() ? "" : "  ") + line + "\n";
  return all;
}

std::vector<Outcome> each_database(const Blueprint& blueprint,
                                   const std::function<Told(std::size_t)>& work,
                                   const HowTold& how) {
  const std::size_t number = blueprint.settings.databases.size();
  std::vector<Told> told(number);
  std::vector<Outcome> outcomes(number);
  Speaker speaker{blueprint, how};
  side_by_side(
      number, databases_at_once,
      [&](std::size_t i) {
        try {
          told[i] = work(i);
          outcomes[i].code = told[i].code;
        } catch (const operate::NotHere& error) {
          outcomes[i] = {Exit::fine, error.what(), true};
        } catch (...) {
          const Complaint complaint = complaint_in_flight();
          outcomes[i] = {complaint.code, complaint.sentence};
        }
      },
      [&](std::size_t i) {
        if (how.in_turn && outcomes[i].complaint.empty()) {
          how.in_turn(i, told[i]);
          outcomes[i].code = told[i].code;
        }
        speaker.say(i, told[i], outcomes[i]);
        told[i] = {};  // of a thousand, each may be long
      });
  if (speaker.end()) {
    for (Outcome& outcome : outcomes) outcome.code = Exit::usage;
  }
  return outcomes;
}

int worst(const std::vector<Outcome>& outcomes) {
  int code = Exit::fine;
  for (const Outcome& outcome : outcomes) code = std::max(code, outcome.code);
  return code;
}

int read_each(const Blueprint& blueprint, const std::string& application,
              const std::function<Told(pg::Connection&, const settings::Database&)>& read) {
  Twins twins{blueprint};
  const auto work = [&](std::size_t i) -> Told {
    const settings::Database& database = blueprint.settings.databases[i];
    OutboxConnection connection{database, {.application_name = application}};
    twins.look(i, connection);
    return read(connection, database);
  };
  const auto in_turn = [&](std::size_t i, Told& told) {
    if (!twins.same_as(i).empty()) told = {twins.same_as(i) + "\n"};
  };
  return worst(each_database(blueprint, work, {.in_turn = in_turn}));
}

int change_each(const Blueprint& blueprint, const std::string& application, bool without_asking,
                const Look& look) {
  const auto& databases = blueprint.settings.databases;
  std::vector<Change> changes(databases.size());
  const pg::ConnectOptions options{.application_name = application};
  Twins twins{blueprint};
  const auto look_at = [&](std::size_t i) -> Told {
    OutboxConnection connection{databases[i], options};
    twins.look(i, connection);
    changes[i] = look(connection, databases[i]);
    return {changes[i].before};
  };
  const auto once = [&](std::size_t i, Told& told) {
    if (twins.same_as(i).empty()) return;
    changes[i] = {};
    told = {twins.same_as(i) + "\n"};
  };
  const int looked = worst(each_database(blueprint, look_at, {.absent = true, .in_turn = once}));
  const auto number = static_cast<std::size_t>(
      std::ranges::count_if(changes, [](const Change& change) { return bool{change.act}; }));
  if (number == 0) return looked;
  const bool several = databases.size() > 1;
  if (several) std::cout << to_change(databases, changes, number) << std::flush;
  if (!confirmed(without_asking)) return Exit::other;
  const int done = worst(each_database(
      blueprint,
      [&](std::size_t i) -> Told {
        if (!changes[i].act) return {};
        OutboxConnection connection{databases[i], options};
        if (several) return {changes[i].act(connection, {})};
        const ProgressBar bar;
        return {changes[i].act(connection, [&](auto now, auto total) { bar.show(now, total); })};
      },
      {.absent = true}));
  return std::max(looked, done);
}

}  // namespace relay::wiring
