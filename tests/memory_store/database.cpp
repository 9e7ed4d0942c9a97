#include "tests/memory_store/database.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/memory_store/session.hpp"
#include "tests/memory_store/writer.hpp"

namespace tests::memory {
namespace {

constexpr std::uint64_t hash_start = 14'695'981'039'346'656'037ULL;  // FNV-1a
constexpr std::uint64_t hash_factor = 1'099'511'628'211ULL;

std::uint64_t stable_hash(const std::string& key) {
  std::uint64_t hash = hash_start;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * hash_factor;
  return hash;
}

void tell(const std::vector<WhenItEnds>& endings, Ending how) {
  for (const WhenItEnds& ending : endings) ending(how);
}

}  // namespace

Database::Database(DatabaseOptions options) : options_(std::move(options)), locks_(options_.lanes) {
  rows_.settings["lanes"] = std::to_string(options_.lanes);
  name_run();
}

int Database::lane_of(const std::string& key) const {
  if (options_.lane_of) return options_.lane_of(key);
  return static_cast<int>(stable_hash(key) % static_cast<std::uint64_t>(options_.lanes));
}

void Database::when_it_ends(projections::Tx& tx, WhenItEnds tell) {
  const auto session =
      std::ranges::find_if(sessions_, [&](Session* one) { return &one->handle() == &tx; });
  if (session == sessions_.end()) throw std::logic_error{"this transaction is of another store"};
  (*session)->open_transaction().endings.push_back(std::move(tell));
}

void Database::name_run() {
  server_run_ = std::to_string(timeline_) + "." + std::to_string(starts_);
  if (token_ != 0) server_run_ += "." + std::to_string(token_);
  server_ = "memory." + std::to_string(timeline_);
}

void Database::mark_run() {
  if (token_ != 0) return;
  token_ = ++tokens_so_far_;
  name_run();
}

template <class Which>
void Database::cut_off(Which which, const char* why) {
  const std::vector<Session*> all = sessions_;  // what an end calls may open and close some
  for (Session* session : all) {
    if (std::ranges::find(sessions_, session) != sessions_.end() && which(*session)) {
      session->cut_off(why);
    }
  }
}

void Database::kill(const std::string& who) {
  cut_off([&](const Session& session) { return session.who() == who; }, "its process was killed");
}

void Database::kill_all_of(const void* store) {
  cut_off([&](const Session& session) { return session.store() == store; },
          "its process was killed");
}

void Database::end_all() {
  cut_off([](const Session&) { return true; }, "the server has gone");
  const std::vector<Writer*> all = writers_;
  for (Writer* writer : all) writer->cut_off();
}

void Database::begin_run(bool lose) {
  end_all();
  if (lose && durable_) {
    rows_ = std::move(*durable_);
    for (EventRow& row : rows_.events) row.locked_by = nullptr;
    for (DeliveryRow& row : rows_.deliveries) row.locked_by = nullptr;
  }
  durable_.reset();
  const std::vector<WhenItEnds> lost = std::exchange(undurable_, {});
  ++starts_;
  name_run();
  if (lose) tell(lost, Ending::lost);
}

void Database::crash() {
  token_ = 0;
  begin_run(true);
}

void Database::restart() {
  begin_run(false);
}

void Database::fail_over() {
  ++timeline_;
  crash();
}

void Database::flush() {
  durable_.reset();
  undurable_.clear();
}

void Database::set_sequences(std::int64_t last_seq, std::int64_t last_place) {
  last_seq_ = last_seq;
  last_place_ = last_place;
}

void Database::saw(const std::string& listener, const std::string& instance) {
  std::erase_if(rows_.seen, [&](const SeenRow& row) {
    return row.listener == listener && row.instance == instance;
  });
  rows_.seen.push_back({listener, instance, now_us()});
}

std::set<std::string> Database::open_writers() const {
  std::set<std::string> names;
  for (const Writer* writer : writers_) {
    if (writer->may_hold_a_seq()) names.insert(writer->name());
  }
  return names;
}

// The log is written in order: who waits for the disk waits for all that came before.
void Database::note_undurable(bool wait_for_disk) {
  if (wait_for_disk || !options_.may_lose) {
    flush();
  } else if (!durable_) {
    durable_ = rows_;
  }
}

void Database::commit(Transaction& transaction, bool wait_for_disk) {
  note_undurable(wait_for_disk);
  transaction.apply(rows_);
  transaction.free(rows_);
  transaction.changes.clear();
  transaction.open = transaction.failed = false;
  const std::vector<WhenItEnds> endings = std::exchange(transaction.endings, {});
  if (durable_) undurable_.insert(undurable_.end(), endings.begin(), endings.end());
  tell(endings, Ending::committed);
}

void Database::roll_back(Transaction& transaction) {
  if (!transaction.open) return;
  transaction.free(rows_);
  transaction.changes.clear();
  transaction.open = transaction.failed = false;
  tell(std::exchange(transaction.endings, {}), Ending::rolled_back);
}

void Database::commit(std::vector<EventRow>&& events) {
  flush();
  std::ranges::move(events, std::back_inserter(rows_.events));
}

bool Database::is_being_written(const std::string& event_id, const std::string& listener,
                                const Transaction& but) const {
  return std::ranges::any_of(
      sessions_, [&](Session* session) { return session->is_writing(event_id, listener, but); });
}

void Database::remove(const Session& session) {
  std::erase(sessions_, &session);
}

void Database::remove(const Writer& writer) {
  std::erase(writers_, &writer);
}

}  // namespace tests::memory
