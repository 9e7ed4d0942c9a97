#include "relay/operate/show_status.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "relay/base/in_quotes.hpp"

namespace relay::operate {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json lag_json(const std::optional<LagMs>& lag) {
  if (!lag) return {{"p50", nullptr}, {"p95", nullptr}, {"p99", nullptr}};
  return {{"p50", lag->p50}, {"p95", lag->p95}, {"p99", lag->p99}};
}

Json projection_json(const ProjectionStatus& one) {
  return {{"name", one.name},
          {"database", one.database},
          {"badge", to_string(one.badge)},
          {"state", to_string(one.activity)},
          {"lag_ms", lag_json(one.lag)},
          {"pending", or_null(one.pending)},
          {"pending_exact", one.pending_exact},
          {"oldest_pending_ms", or_null(one.oldest_pending_ms)},
          {"ready", one.ready},
          {"retrying", one.retrying},
          {"waiting", one.waiting},
          {"dead", one.dead},
          {"last_applied", one.last_applied.empty() ? Json(nullptr) : Json(one.last_applied)},
          {"applied_total", one.applied_total},
          {"registered", one.registered},
          {"trouble", one.trouble.empty() ? Json(nullptr) : Json(one.trouble)}};
}

std::string count(std::int64_t number) {
  return number >= count_limit ? std::to_string(count_limit - 1) + "+" : std::to_string(number);
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
                         count(one.dead), one.last_applied.empty() ? "never" : one.last_applied});
  return row;
}

Cells heading(bool databases, const Rates* rates) {
  Cells row;
  if (databases) row.emplace_back("database");
  row.insert(row.end(), {"projection", "badge", "state", "p50 ms", "p95 ms", "p99 ms"});
  if (rates != nullptr) row.emplace_back("events/s");
  row.insert(row.end(), {"pending", "ready", "retrying", "waiting", "dead", "last applied"});
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

bool several_databases(const Status& status) {
  return std::ranges::any_of(status.projections, [&](const ProjectionStatus& one) {
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
  return Json{{"projections", projections}, {"unclaimed", unclaimed}}.dump(
             2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

std::string to_table(const Status& status, bool color, const Rates* rates) {
  std::string text;
  const bool databases = several_databases(status);
  std::vector<Cells> rows{heading(databases, rates)};
  for (const ProjectionStatus& one : status.projections) {
    rows.push_back(cells(one, databases, rates));
  }
  text += rows.size() == 1 ? "There is no projection: the settings name none and no relay has "
                             "registered any.\n"
                           : laid_out(rows, color);
  for (const ProjectionStatus& one : status.projections) {
    if (!one.trouble.empty()) text += one.name + ": " + one.trouble + "\n";
  }
  for (const Unclaimed& one : status.unclaimed) {
    text += "unclaimed: " + count(one.events) + " event(s) for listener " +
            in_quotes(one.listener_id) + ", which is not registered\n";
  }
  return text;
}

Rates rates_between(const Status& before, const Status& now, double seconds) {
  Rates rates;
  for (const ProjectionStatus& was : before.projections) {
    for (const ProjectionStatus& is : now.projections) {
      if (is.name != was.name || is.database != was.database || seconds <= 0) continue;
      const auto applied = static_cast<double>(is.applied_total - was.applied_total);
      rates[is.database + "/" + is.name] = std::max(0.0, applied / seconds);
    }
  }
  return rates;
}

}  // namespace relay::operate
