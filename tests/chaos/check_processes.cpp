#include "tests/chaos/check_processes.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace chaos {
namespace {

constexpr int threads_more = 2;
constexpr int descriptors_more = 6;
constexpr long rss_more_kib = 48 << 10;

void compare(Verdict& verdict, const std::string& what, long then, long now, long more) {
  if (now <= then + more) return;
  verdict.violations.push_back("a relay has more " + what + " than soon after its start: " +
                               std::to_string(now) + " instead of " + std::to_string(then));
}

}  // namespace

Verdict check_processes(Crew& crew) {
  Verdict verdict{.check = "relays end and stay small"};
  verdict.violations = crew.faults();
  for (const auto& [code, times] : crew.ends()) verdict.looked_at += times;
  for (const auto& [then, now] : crew.usages()) {
    ++verdict.looked_at;
    compare(verdict, "threads", then.threads, now.threads, threads_more);
    compare(verdict, "descriptors", then.descriptors, now.descriptors, descriptors_more);
    compare(verdict, "memory (KiB)", then.rss_kib, now.rss_kib, rss_more_kib);
  }
  return verdict;
}

Verdict check_secrets_in_logs(const std::string& folder, const std::vector<std::string>& secrets) {
  Verdict verdict{.check = "no secret in a log"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (!entry.is_regular_file() || entry.path().extension() == ".toml") continue;
    std::ifstream file{entry.path()};
    long line = 0;
    for (std::string text; std::getline(file, text);) {
      ++line;
      ++verdict.looked_at;
      for (const std::string& secret : secrets) {
        if (text.find(secret) == std::string::npos || verdict.violations.size() > 20) continue;
        verdict.violations.push_back(entry.path().string() + ":" + std::to_string(line) +
                                     " shows a secret");
      }
    }
  }
  return verdict;
}

Verdict check_secrets(Session& db, const std::string& folder,
                      const std::vector<std::string>& secrets) {
  Verdict verdict = check_secrets_in_logs(folder, secrets);
  for (const std::string& secret : secrets) {
    const std::string like = " LIKE '%" + secret + "%' LIMIT 5";
    each_row_is_wrong(verdict, db, "an error holds a secret (event)",
                      "SELECT event_id FROM event_delivery WHERE last_error" + like);
    each_row_is_wrong(verdict, db, "an attempt holds a secret (event)",
                      "SELECT event_id FROM event_attempt WHERE error" + like);
    each_row_is_wrong(verdict, db, "projection_freshness holds a secret (listener)",
                      "SELECT listener FROM projection_freshness WHERE trouble" + like);
    each_row_is_wrong(verdict, db, "operator_log holds a secret (row)",
                      "SELECT id FROM operator_log WHERE concat(reason, detail)" + like);
  }
  return verdict;
}

Verdict check_pool(const std::string& url) {
  Verdict verdict{.check = "nothing left in the pool"};
  for (int i = 0; i < 20; ++i) {
    Session session{url, "chaos-checker"};
    ++verdict.looked_at;
    each_row_is_wrong(verdict, session, "a pooled session has a prepared statement (name)",
                      "SELECT name FROM pg_prepared_statements WHERE NOT from_sql OR name <> ''");
    each_row_is_wrong(
        verdict, session, "a pooled session has a setting of its own (name, value)",
        "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name NOT IN "
        "('client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings', "
        "'application_name', 'IntervalStyle', 'extra_float_digits')");
  }
  return verdict;
}

}  // namespace chaos
