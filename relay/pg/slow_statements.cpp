#include "relay/pg/slow_statements.hpp"

#include <algorithm>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/pg/slow_lines.hpp"

namespace relay::pg {
namespace {

constexpr std::string_view no_more = "+…";

// What a transaction is steered by, beside its work.
constexpr std::string_view steering[] = {
    "begin",         "begin_read_only",        "limits",
    "plan_by_index", "commit_without_waiting", "savepoint",
    "rollback",      "release_savepoint",      "roll_back_to_savepoint",
    "database_clock"};

std::string in_ms(std::chrono::steady_clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

std::string_view name_of(std::string_view sql) noexcept {
  constexpr std::string_view head = "-- name: ";
  if (sql.starts_with(head)) {
    sql.remove_prefix(head.size());
    return sql.substr(0, sql.find('\n'));
  }
  if (sql == "COMMIT") return "commit";
  return sql == "ROLLBACK" ? "rollback" : "";
}

void StatementNames::add_name(std::string_view name) noexcept {
  if (name.empty() || has(name)) return;
  if (const auto* found = std::ranges::find(steering, name); found != std::end(steering)) {
    if (steering_.empty()) steering_ = *found;
    return;
  }
  const auto append = [this](std::string_view text) {
    std::ranges::copy(text, space_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += text.size();
  };
  if (text().ends_with(no_more)) return;
  if (used_ + 1 + name.size() + no_more.size() > space_.size()) return append(no_more);
  if (used_ > 0) append("+");
  append(name);
}

bool StatementNames::has(std::string_view name) const noexcept {
  const std::string_view all{space_.data(), used_};
  for (auto at = all.find(name); at != std::string_view::npos; at = all.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || all[at - 1] == '+') && (end == all.size() || all[end] == '+')) return true;
  }
  return false;
}

std::string_view StatementNames::text() const noexcept {
  return used_ > 0 ? std::string_view{space_.data(), used_} : steering_;
}

StatementTimer::StatementTimer(const SlowStatements& slow, std::chrono::milliseconds waited,
                               std::string_view name)
    : slow_(slow), waited_(waited), name_(name) {
  if (slow_.longer_than.count() > 0 && !name_.empty()) began_ = Clock::now();
}

StatementTimer::~StatementTimer() {
  if (!began_) return;
  const auto now = Clock::now();
  if (now - *began_ <= slow_.longer_than) return;
  try {
    tell(now - *began_, now);
  } catch (...) {
    // Out of memory: a line is lost, and the statement has done what it has done.
  }
}

pqxx::result StatementTimer::ended(pqxx::result result) {
  if (began_) rows_ = std::max<std::int64_t>(result.size(), result.affected_rows());
  return result;
}

void StatementTimer::tell(Clock::duration took, Clock::time_point now) const {
  const std::string name{name_};
  const auto left_out = SlowLines::shared().next(slow_.database, name, now);
  if (!left_out) return;
  log::warn(rows_ ? "a statement was slow" : "a statement was slow, and failed",
            {{"statement", name},
             {"database", slow_.database},
             {"ms", in_ms(took)},
             {"rows", std::to_string(rows_.value_or(0))},
             {"waited_ms", std::to_string(waited_.count())},
             {"left_out", std::to_string(*left_out)}});
}

}  // namespace relay::pg
