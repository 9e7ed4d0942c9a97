#include "relay/operate/text/show_status.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "relay/base/in_quotes.hpp"
#include "relay/operate/status/held_by.hpp"
#include "relay/operate/text/printable.hpp"

namespace relay::operate {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json projection_json(const ProjectionStatus& one) {
  return {{"name", one.name},
          {"kind", one.kind},
          {"database", one.database},
          {"badge", to_string(one.badge)},
          {"state", to_string(one.activity)},
          {"lag_ms", lag_json(one.lag)},
          {"pending", or_null(one.pending)},
          {"pending_exact", one.pending_exact},
          {"oldest_pending_ms", or_null(one.oldest_pending_ms)},
          {"oldest_owed_ms", or_null(one.oldest_owed_ms)},
          {"oldest_owed_exact", one.oldest_owed_exact},
          {"ready", or_null(one.ready)},
          {"retrying", or_null(one.retrying)},
          {"waiting", or_null(one.waiting)},
          {"dead", or_null(one.dead)},
          {"held_by", text_or_null(one.held_by)},
          {"last_applied", text_or_null(one.last_applied)},
          {"applied_total", or_null(one.applied_total)},
          {"registered", one.registered},
          {"paused_by", text_or_null(one.paused_by)},
          {"paused_since", text_or_null(one.paused_since)},
          {"trouble", text_or_null(one.trouble)}};
}

Json pinned_json(const Status& status) {
  Json all = Json::array();
  for (const auto& [database, pin] : status.pinned) {
    all.push_back({{"database", database},
                   {"kind", pin.kind},
                   {"pid", or_null(pin.pid)},
                   {"user", text_or_null(pin.user)},
                   {"application_name", text_or_null(pin.application)},
                   {"age_s", or_null(pin.age_s)},
                   {"transactions", pin.transactions},
                   {"detail", text_or_null(pin.what)}});
  }
  return all;
}

Json hidden_json(const Status& status) {
  Json all = Json::array();
  for (const HiddenPins& one : status.hidden) {
    all.push_back({{"database", one.database}, {"sessions", one.sessions}});
  }
  return all;
}

std::string count(std::optional<std::int64_t> number) {
  return number ? count_text(*number) : "unknown";
}

std::string ms(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
  return text;
}

std::string pending(const ProjectionStatus& one) {
  if (!one.pending) return "unknown";
  return std::to_string(*one.pending) + (one.pending_exact ? "" : "+");
}

std::string oldest(const ProjectionStatus& one) {
  if (!one.oldest_owed_ms) return one.oldest_owed_exact ? "-" : "unknown";
  return span_text(*one.oldest_owed_ms) + (one.oldest_owed_exact ? "" : "+");
}

std::string applied(const ProjectionStatus& one) {
  if (one.applied_ms_ago) return span_text(*one.applied_ms_ago) + " ago";
  return one.applied_total ? "never" : "unknown";
}

using Cells = std::vector<std::string>;

Cells cells(const ProjectionStatus& one, bool databases, const Rates* rates) {
  Cells row;
  if (databases) row.push_back(one.database);
  row.insert(row.end(), {one.name, std::string{to_string(one.badge)},
                         std::string{to_string(one.activity)}, one.lag ? ms(one.lag->p50) : "-",
                         one.lag ? ms(one.lag->p95) : "-", one.lag ? ms(one.lag->p99) : "-"});
  if (rates != nullptr) {
    const auto rate = rates->find(one.database + "/" + one.name);
    row.push_back(rate == rates->end() ? "-" : std::to_string(std::lround(rate->second)));
  }
  row.insert(row.end(), {pending(one), count(one.ready), count(one.retrying), count(one.waiting),
                         count(one.dead), oldest(one), applied(one)});
  return row;
}

Cells heading(bool databases, bool forwards, const Rates* rates) {
  Cells row;
  if (databases) row.emplace_back("database");
  row.insert(row.end(), {forwards ? "projection, forward" : "projection", "badge", "state",
                         "p50 ms", "p95 ms", "p99 ms"});
  if (rates != nullptr) row.emplace_back("events/s");
  row.insert(row.end(),
             {"pending", "ready", "retrying", "waiting", "dead", "oldest owed", "applied"});
  return row;
}

std::string colored(const std::string& padded, const std::string& cell) {
  const char* code = cell == "GREEN" ? "32" : cell == "YELLOW" ? "33" : cell == "RED" ? "31" : "";
  return *code == '\0' ? padded : "\033[" + std::string{code} + "m" + padded + "\033[0m";
}

/// Columns as wide as their widest cell; numbers stand to the right.
std::string laid_out(const std::vector<Cells>& rows, bool color) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto& names = rows[0];
  const auto badge = static_cast<std::size_t>(std::ranges::find(names, "badge") - names.begin());
  std::string text;
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      const bool number = i > badge + 1 && i + 1 < row.size();
      const std::string padded = number ? space + row[i] : row[i] + space;
      text += (i == 0 ? "" : "  ") + (color && i == badge ? colored(padded, row[i]) : padded);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string trouble_line(const ProjectionStatus& one) {
  if (one.activity != Activity::paused) {
    return one.trouble.empty() ? "" : one.name + ": " + printable(one.trouble) + "\n";
  }
  return one.name + ": paused" + (one.paused_by.empty() ? "" : " by the " + one.paused_by) +
         " since " + one.paused_since + (one.trouble.empty() ? "" : ": " + printable(one.trouble)) +
         "\n";
}

std::string held_line(const ProjectionStatus& one) {
  return one.held_by.empty() ? "" : one.name + ": " + printable(one.held_by) + "\n";
}

std::string pin_line(const Pin& pin) {
  std::string text = pin.kind;
  if (pin.pid) text += " " + std::to_string(*pin.pid);
  if (pin.kind != "session" && !pin.what.empty()) text += " " + in_quotes(pin.what);
  if (!pin.user.empty()) text += " of user " + in_quotes(pin.user);
  if (!pin.application.empty()) text += ", application " + in_quotes(pin.application);
  if (pin.kind == "session" && !pin.what.empty()) text += ", " + printable(pin.what);
  if (pin.age_s) text += ", for " + std::to_string(*pin.age_s) + " s";
  return text + ", " + std::to_string(pin.transactions) + " transactions ago";
}

std::string pins_text(const Status& status, bool databases) {
  std::string text;
  const auto where = [&](const std::string& name) { return databases ? " of " + name : ""; };
  for (const auto& [database, pin] : status.pinned) {
    text += "vacuum" + where(database) + " is held back by " + pin_line(pin) + "\n";
  }
  for (const HiddenPins& one : status.hidden) {
    text += "vacuum" + where(one.database) + ": " + std::to_string(one.sessions) +
            " session(s) of other users hold snapshots whose age this role may not see; GRANT "
            "pg_read_all_stats to it\n";
  }
  return text;
}

bool several_databases(const Status& status) {
  return status.databases > 1 ||
         std::ranges::any_of(status.projections, [&](const ProjectionStatus& one) {
           return one.database != status.projections[0].database;
         });
}

}  // namespace

std::string to_json(const Status& status) {
  Json projections = Json::array();
  for (const ProjectionStatus& one : status.projections)
    projections.push_back(projection_json(one));
  Json unclaimed = Json::array();
  for (const Unclaimed& one : status.unclaimed) {
    unclaimed.push_back(
        {{"listener_id", one.listener_id}, {"database", one.database}, {"events", one.events}});
  }
  const Json all{{"projections", projections},
                 {"unclaimed", unclaimed},
                 {"vacuum_pinned_by", pinned_json(status)},
                 {"vacuum_pins_hidden", hidden_json(status)},
                 {"upkeep", upkeep_json(status.upkeep)},
                 {"databases", relays_json(status.relays)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_table(const Status& status, bool color, const Rates* rates) {
  std::string text;
  const bool databases = several_databases(status);
  const bool forwards = std::ranges::any_of(
      status.projections, [](const ProjectionStatus& one) { return one.kind == "forward"; });
  std::vector<Cells> rows{heading(databases, forwards, rates)};
  for (const ProjectionStatus& one : status.projections) {
    rows.push_back(cells(one, databases, rates));
  }
  text += rows.size() == 1 ? "There is no projection: the settings name none and no relay has "
                             "registered any.\n"
                           : laid_out(rows, color);
  for (const ProjectionStatus& one : status.projections) {
    for (const std::string& line : {trouble_line(one), held_line(one)}) {
      if (!line.empty()) text += (databases ? one.database + ": " : "") + line;
    }
  }
  for (const Unclaimed& one : status.unclaimed) {
    text += (databases ? one.database + ": " : "") + "unclaimed: " + count(one.events) +
            " event(s) for listener " + in_quotes(one.listener_id) + ", which is not registered\n";
  }
  return text + relays_text(status.relays, databases) + pins_text(status, databases) +
         upkeep_text(status.upkeep, databases);
}

Rates rates_between(const Status& before, const Status& now, double seconds) {
  Rates rates;
  for (const ProjectionStatus& was : before.projections) {
    for (const ProjectionStatus& is : now.projections) {
      if (is.name != was.name || is.database != was.database || seconds <= 0) continue;
      if (!is.applied_total || !was.applied_total) continue;
      const auto applied = static_cast<double>(*is.applied_total - *was.applied_total);
      rates[is.database + "/" + is.name] = std::max(0.0, applied / seconds);
    }
  }
  return rates;
}

}  // namespace relay::operate
