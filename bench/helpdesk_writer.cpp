// A lively help desk: incidents are opened, handed on, worked on, resolved and closed. Each step is
// one transaction that changes the incident and inserts its event, which is all that an application
// does to be carried by Freshet.
//
// Open loop: step n is due n / rate seconds after the start by the clock, whatever the steps before
// took, so that a slow database shows as a backlog and not as a slower writer.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <pqxx/pqxx>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string url;
  double rate = 50;     // events per second
  double seconds = 15;  // how long
};

struct Incident {
  std::string number;
  std::string state;
  std::string group;
  std::string assignee;
  std::string priority;
};

std::atomic<bool> asked_to_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::array groups = {"Network",  "Databases", "Workplace", "Identity",
                               "Payments", "Logistics", "Reporting"};
constexpr std::array people = {"Ada", "Edsger", "Grace", "Barbara", "Donald", "Frances", "Leslie"};
constexpr std::array priorities = {"1 - Critical", "2 - High", "3 - Moderate", "4 - Low"};

class HelpDesk {
 public:
  explicit HelpDesk(const std::string& url) : connection_(url) {
    pqxx::work tx{connection_};
    tx.exec(
        "CREATE TABLE IF NOT EXISTS incident (number text PRIMARY KEY, state text NOT NULL, "
        "assignment_group text NOT NULL, assigned_to text NOT NULL, priority text NOT NULL)");
    const auto rows = tx.exec("SELECT coalesce(max(substr(number, 4)::int), 0) FROM incident");
    last_number_ = rows[0][0].as<int>();
    tx.commit();
  }

  /// One step of one incident, chosen by chance; about a third of them open a new one.
  void step() {
    if (open_.empty() || (open_.size() < 200 && chance(3) == 0)) {
      open_.push_back(opened());
      write(open_.back(), "IncidentCreated");
      return;
    }
    const std::size_t at = chance(open_.size());
    const char* type = moved_on(open_[at]);
    write(open_[at], type);
    if (open_[at].state == "Closed") open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  }

 private:
  std::size_t chance(std::size_t sides) {
    return std::uniform_int_distribution<std::size_t>{0, sides - 1}(random_);
  }

  template <class Choices>
  std::string any_of(const Choices& choices) {
    return choices[chance(choices.size())];
  }

  Incident opened() {
    const std::string digits = std::to_string(++last_number_);
    const std::string zeros(digits.size() < 7 ? 7 - digits.size() : 0, '0');
    return {"INC" + zeros + digits, "New", any_of(groups), "?", any_of(priorities)};
  }

  // New → assigned → Active → now and then handed on, or waiting for the user → Resolved → Closed.
  const char* moved_on(Incident& incident) {
    if (incident.assignee == "?" || (incident.state == "Active" && chance(5) == 0)) {
      if (incident.assignee != "?") incident.group = any_of(groups);
      incident.assignee = any_of(people);
      return "IncidentAssigned";
    }
    if (incident.state == "Resolved") {
      incident.state = "Closed";
      return "IncidentClosed";
    }
    if (incident.state == "Active" && chance(2) == 0) {
      incident.state = "Resolved";
      return "IncidentResolved";
    }
    incident.state = incident.state == "Active" ? "Awaiting User Info" : "Active";
    return "IncidentStateChanged";
  }

  void write(const Incident& incident, const std::string& event_type) {
    pqxx::work tx{connection_};
    const auto q = [&](const std::string& text) { return tx.quote(text); };
    tx.exec("INSERT INTO incident AS i VALUES (" + q(incident.number) + ", " + q(incident.state) +
            ", " + q(incident.group) + ", " + q(incident.assignee) + ", " + q(incident.priority) +
            ") ON CONFLICT (number) DO UPDATE SET state = EXCLUDED.state, assignment_group = "
            "EXCLUDED.assignment_group, assigned_to = EXCLUDED.assigned_to");
    tx.exec(
        "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, "
        "serialized_event) SELECT " +
        q(event_type) +
        ", 'incident', number, json_build_object("
        "'number', number, 'state', state, 'assignment_group', assignment_group, 'assigned_to', "
        "assigned_to, 'priority', priority, 'at', clock_timestamp())::text FROM incident "
        "WHERE number = " +
        q(incident.number));
    tx.commit();
  }

  pqxx::connection connection_;
  std::mt19937 random_{20160229};  // the same help desk every time
  std::vector<Incident> open_;
  int last_number_ = 0;
};

double positive_number(std::string_view option, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0)) {
    throw std::invalid_argument{std::string{option} + " needs a number above 0, not '" + text +
                                "'"};
  }
  return value;
}

Options options_from(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    if (i + 1 == arguments.size()) throw std::invalid_argument{name + " needs a value"};
    const std::string& value = arguments[i + 1];
    if (name == "--url") {
      options.url = value;
    } else if (name == "--rate") {
      options.rate = positive_number(name, value);
    } else if (name == "--seconds") {
      options.seconds = positive_number(name, value);
    } else {
      throw std::invalid_argument{"there is no option " + name};
    }
  }
  if (options.url.empty()) throw std::invalid_argument{"--url is missing"};
  return options;
}

int run(const Options& options) {
  HelpDesk desk{options.url};
  const auto begin = Clock::now();
  const auto due = [&](long n) {
    return begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(static_cast<double>(n) / options.rate));
  };
  const long steps = std::max(1L, static_cast<long>(options.rate * options.seconds));
  long written = 0;
  for (; written < steps && !asked_to_stop; ++written) {
    while (Clock::now() < due(written) && !asked_to_stop) {
      std::this_thread::sleep_until(
          std::min(due(written), Clock::now() + std::chrono::milliseconds{100}));
    }
    if (!asked_to_stop) desk.step();
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  std::printf("wrote %ld events in %.1f s\n", written, took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGTERM, [](int) { asked_to_stop = true; });
  std::signal(SIGINT, [](int) { asked_to_stop = true; });
  try {
    return run(options_from({argv + 1, argv + argc}));
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr,
                 "%s\nusage: freshet_helpdesk_writer --url URL [--rate EVENTS_PER_S] "
                 "[--seconds S]\n",
                 error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "freshet_helpdesk_writer: %s\n", error.what());
    return 1;
  }
}
