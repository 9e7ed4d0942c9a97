#include "relay/operate/status/relay_status.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "relay/base/in_quotes.hpp"

namespace relay::operate {
namespace {

using Json = nlohmann::ordered_json;

constexpr int nearly_all = 90;          // %
constexpr std::size_t names_shown = 5;  // of databases, in a line

bool nearly(int in_use, int limit) {
  return limit > 0 && std::int64_t{in_use} * 100 >= std::int64_t{limit} * nearly_all;
}

/// The database has a limit of its own, and that is what it is short of.
bool short_here(const Sessions& sessions) {
  return sessions.limit < sessions.process_limit && nearly(sessions.in_use, sessions.limit);
}

bool short_of_process(const Sessions& sessions) {
  return nearly(sessions.process_in_use, sessions.process_limit) ||
         (sessions.limit >= sessions.process_limit && nearly(sessions.in_use, sessions.limit));
}

std::string remedy(const Sessions& sessions, const std::string& database) {
  const std::string here = "\"connections\" of [[database]] " + in_quotes(database);
  const bool of_process = short_of_process(sessions);
  if (short_here(sessions)) {
    return "raise " + here + (of_process ? " and [relay] connections" : "");
  }
  // Work that waits while there are sessions: they are kept for others, or it waits for a thread.
  return of_process ? "raise [relay] connections" : "raise [relay] connections or workers";
}

std::string of_so_many(int in_use, int limit) {
  return std::to_string(in_use) + " of " + std::to_string(limit);
}

std::string short_line(const RelayStatus& relay, const std::string& database, bool databases) {
  const Sessions& has = relay.sessions;
  std::string text = "relay " + in_quotes(relay.instance) + ": ";
  if (has.waiting > 0) {
    text += std::to_string(has.waiting) + " of its tasks have waited too long for a session, with ";
  }
  text += of_so_many(has.in_use, has.limit) + " sessions in use here and " +
          of_so_many(has.process_in_use, has.process_limit) + " in the whole process; " +
          remedy(has, database) + "\n";
  return (databases ? database + ": " : "") + text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), names_shown); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() <= names_shown) return text;
  return text + " and " + std::to_string(names.size() - names_shown) + " more";
}

std::string sleep_line(const std::string& instance, const std::vector<std::string>& where,
                       bool databases) {
  return "relay " + in_quotes(instance) + " is asleep" + (databases ? " in " + joined(where) : "") +
         ": nothing has happened there for a while, so it keeps no session and looks seldom\n";
}

// It wakes by itself within seconds, if its process is there.
std::string overdue_line(const RelayStatus& relay, const std::string& database, bool databases) {
  return (databases ? database + ": " : "") + "relay " + in_quotes(relay.instance) +
         " has said that it is asleep, and there is something to do: it was last heard of " +
         std::to_string(relay.heard_s_ago) + " s ago, and was to look again within " +
         std::to_string(relay.next_sign_s) + " s of that; if its process is gone, start one\n";
}

Json sessions_json(const Sessions& sessions) {
  return {{"in_use", sessions.in_use},
          {"limit", sessions.limit},
          {"process_in_use", sessions.process_in_use},
          {"process_limit", sessions.process_limit},
          {"waiting", sessions.waiting}};
}

}  // namespace

RelaysOfDatabase judge_relays(const std::string& database, const Snapshot& snapshot, bool to_do) {
  RelaysOfDatabase judged{database, std::nullopt, to_do};
  if (!snapshot.relays) return judged;
  judged.relays.emplace();
  for (const SeenRelay& seen : *snapshot.relays) {
    judged.relays->push_back({.instance = seen.instance,
                              .present = seen.seen_ms_ago <= present_ms,
                              .asleep = seen.asleep,
                              .sessions = seen.sessions,
                              .acquire = lag_ms(seen.acquire),
                              .run = lag_ms(seen.run),
                              .heard_s_ago = seen.heard_ms_ago / 1'000,
                              .next_sign_s = seen.next_sign_s});
  }
  std::ranges::sort(*judged.relays, {}, &RelayStatus::instance);
  return judged;
}

std::string relays_text(const std::vector<RelaysOfDatabase>& all, bool databases) {
  std::string text;
  std::set<std::string> told;  // of whose process all databases are short
  std::map<std::string, std::vector<std::string>> asleep;
  for (const RelaysOfDatabase& one : all) {
    for (const RelayStatus& relay : one.relays.value_or(std::vector<RelayStatus>{})) {
      if (!relay.present) continue;
      if (relay.asleep) {
        if (one.to_do) text += overdue_line(relay, one.database, databases);
        if (!one.to_do) asleep[relay.instance].push_back(one.database);
        continue;
      }
      const bool of_its_own = relay.sessions.waiting > 0 || short_here(relay.sessions);
      const bool of_all = short_of_process(relay.sessions);
      if (!of_its_own && !(of_all && !told.contains(relay.instance))) continue;
      if (of_all) told.insert(relay.instance);
      text += short_line(relay, one.database, databases);
    }
  }
  for (const auto& [instance, where] : asleep) text += sleep_line(instance, where, databases);
  return text;
}

Json relays_json(const std::vector<RelaysOfDatabase>& all) {
  Json list = Json::array();
  for (const RelaysOfDatabase& one : all) {
    Json relays = one.relays ? Json::array() : Json(nullptr);
    for (const RelayStatus& relay : one.relays.value_or(std::vector<RelayStatus>{})) {
      relays.push_back({{"instance", relay.instance},
                        {"present", relay.present},
                        {"asleep", relay.asleep},
                        {"heard_s_ago", relay.heard_s_ago},
                        {"next_sign_s", relay.next_sign_s},
                        {"sessions", sessions_json(relay.sessions)},
                        {"acquire_ms", lag_json(relay.acquire)},
                        {"run_ms", lag_json(relay.run)}});
    }
    list.push_back({{"name", one.database}, {"relays", std::move(relays)}});
  }
  return list;
}

}  // namespace relay::operate
