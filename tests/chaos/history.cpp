#include "tests/chaos/history.hpp"

namespace chaos {
namespace {

const char* word(Fate fate) {
  switch (fate) {
    case Fate::intent: return "intent";
    case Fate::ok: return "ok";
    case Fate::fail: return "fail";
    case Fate::unknown: return "unknown";
  }
  return "?";
}

}  // namespace

History::History(const std::string& file) {
  if (!file.empty()) file_.open(file);
}

void History::note(const std::string& line) {
  if (!file_.is_open()) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began_);
  file_ << "{\"ms\":" << ms.count() << "," << line << "}\n" << std::flush;
}

long History::intend(int writer, std::vector<std::string> event_ids) {
  const std::lock_guard lock{mutex_};
  const long number = ++last_;
  std::string ids;
  for (const std::string& id : event_ids) ids += (ids.empty() ? "\"" : ",\"") + id + "\"";
  note("\"tx\":" + std::to_string(number) + ",\"writer\":" + std::to_string(writer) +
       ",\"is\":\"intent\",\"events\":[" + ids + "]");
  transactions_[number].event_ids = std::move(event_ids);
  return number;
}

void History::decide(long transaction, Fate fate) {
  const std::lock_guard lock{mutex_};
  transactions_[transaction].fate = fate;
  note("\"tx\":" + std::to_string(transaction) + ",\"is\":\"" + word(fate) + "\"");
}

std::map<long, History::Transaction> History::transactions() const {
  const std::lock_guard lock{mutex_};
  return transactions_;
}

}  // namespace chaos
