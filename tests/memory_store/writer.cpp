#include "tests/memory_store/writer.hpp"

#include "projections/event.hpp"
#include "tests/memory_store/failures.hpp"

namespace tests::memory {

Writer::Writer(Database& database) : database_(database), name_(database.next_writer()) {
  database_.add(*this);
}

Writer::~Writer() {
  database_.remove(*this);
}

std::string Writer::insert(NewEvent event) {
  if (cut_off_) fail_as_cut_off("the server has gone");
  auto what = std::make_shared<Published>();
  what->seq = event.seq ? *event.seq : database_.draw_seq();
  draws_ = draws_ || !event.seq;
  what->id = event.id.empty() ? "e" + std::to_string(what->seq) : std::move(event.id);
  what->type = std::move(event.type);
  what->aggregate_type = std::move(event.aggregate_type);
  what->aggregate_id = std::move(event.aggregate_id);
  what->payload = std::move(event.payload);
  what->headers = std::move(event.headers);
  what->listener_id = std::move(event.listener_id);
  what->published_us = database_.now_us();
  projections::Event keyed;
  keyed.id = what->id;
  keyed.aggregate_type = what->aggregate_type;
  keyed.aggregate_id = what->aggregate_id;
  what->key = keyed.key();
  what->lane = database_.lane_of(what->key);
  inserted_.push_back({.what = what});
  return what->id;
}

void Writer::commit() {
  if (cut_off_) fail_as_cut_off("the server has gone");
  database_.commit(std::move(inserted_));
  rollback();
}

void Writer::rollback() {
  inserted_.clear();
  draws_ = false;
}

void Writer::cut_off() {
  rollback();
  cut_off_ = true;
}

std::string publish(Database& database, NewEvent event) {
  Writer writer{database};
  std::string id = writer.insert(std::move(event));
  writer.commit();
  return id;
}

}  // namespace tests::memory
