#include "relay/operate/publish/publish.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "projections/array_literal.hpp"
#include "projections/failure.hpp"
#include "relay/operate/publish/event_line.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using projections::FailureKind;

constexpr std::size_t chunk_bytes = 16 << 20;  // one statement's; a transaction may have several

struct Numbered {
  std::int64_t line = 0;
  NewEvent event;
};

template <class Field>
std::string column(const std::vector<Numbered>& events, Field field) {
  std::string literal = "{";
  for (const Numbered& one : events) {
    if (literal.size() > 1) literal += ',';
    const std::optional<std::string> value = field(one.event);
    if (value) {
      projections::append_array_element(literal, *value);
    } else {
      literal += "NULL";
    }
  }
  return literal + "}";
}

void insert(pg::Connection& connection, const std::vector<Numbered>& events) {
  using E = const NewEvent&;
  const auto list = [&](auto field) { return column(events, field); };
  connection.exec(sql::publish_events, list([](E e) { return e.id; }),
                  list([](E e) { return std::optional{e.event_type}; }),
                  list([](E e) { return std::optional{e.serialized_event}; }),
                  list([](E e) { return e.aggregate_type; }),
                  list([](E e) { return e.aggregate_id; }), list([](E e) { return e.headers; }),
                  list([](E e) { return e.listener_id; }));
}

/// One publishing run: where it is, and the transaction it is in.
class PublishRun {
 public:
  PublishRun(pg::Connection& connection, int lines_per_transaction)
      : connection_(connection), lines_per_transaction_(lines_per_transaction) {}

  /// @return true: that ended a transaction.
  bool add(std::int64_t line, const std::string& text) {
    try {
      chunk_.push_back({line, read_event_line(text)});
    } catch (const BadLine& bad) {
      refuse(line, bad.what());
    }
    bytes_ += chunk_.back().event.bytes();
    ++in_transaction_;
    if (in_transaction_ >= lines_per_transaction_) {
      commit();
      return true;
    }
    if (bytes_ >= chunk_bytes) flush();
    return false;
  }

  void commit() {
    flush();
    if (in_transaction_ == 0) return;
    connection_.exec(sql::notify_relays);
    connection_.exec("COMMIT");
    published_ += in_transaction_;
    in_transaction_ = 0;
    open_ = false;
  }

  [[nodiscard]] std::int64_t published() const { return published_; }

 private:
  void begin() {
    if (open_) return;
    pg::Script{connection_}.begin({5s, 60s, 60s}).run();
    open_ = true;
  }

  void flush() {
    if (chunk_.empty()) return;
    begin();
    try {
      insert(connection_, chunk_);
    } catch (...) {
      const projections::Failure failure = projections::current_failure();
      connection_.rollback();
      if (failure.kind != FailureKind::event) throw;
      name_culprit(failure);
    }
    chunk_.clear();
    bytes_ = 0;
  }

  /// The statement took them all at once; which one it was is found by taking them one by one.
  [[noreturn]] void name_culprit(const projections::Failure& failure) {
    open_ = false;
    begin();
    for (const Numbered& one : chunk_) {
      try {
        insert(connection_, {one});
      } catch (...) {
        const projections::Failure own = projections::current_failure();
        connection_.rollback();
        if (own.kind != FailureKind::event) throw;
        refuse(one.line, "was refused by the database: " + own.message);
      }
    }
    connection_.rollback();
    refuse(chunk_.front().line,
           "or one of the lines after it was refused by the database: " + failure.message);
  }

  [[noreturn]] void refuse(std::int64_t line, const std::string& why) {
    if (open_) connection_.rollback();
    throw PublishError{
        "line " + std::to_string(line) + " " + why + "; " +
        (published_ == 0
             ? "nothing was published"
             : std::to_string(published_) + " events of the transactions before it are published")};
  }

  pg::Connection& connection_;
  const int lines_per_transaction_;
  std::vector<Numbered> chunk_;
  std::size_t bytes_ = 0;
  std::int64_t in_transaction_ = 0;
  std::int64_t published_ = 0;
  bool open_ = false;
};

}  // namespace

std::int64_t publish(std::istream& lines, pg::Connection& connection, int lines_per_transaction,
                     const std::function<void(std::int64_t)>& progress) {
  PublishRun run{connection, lines_per_transaction};
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (run.add(number, line) && progress) progress(run.published());
  }
  run.commit();
  if (progress) progress(run.published());
  return run.published();
}

}  // namespace relay::operate
