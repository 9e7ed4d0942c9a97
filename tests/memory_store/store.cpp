#include "tests/memory_store/store.hpp"

#include "tests/memory_store/scout_session.hpp"
#include "tests/memory_store/worker_session.hpp"

namespace tests::memory {

void Store::refuse_if_down() const {
  if (database_.down()) {
    throw relay::store::Unreachable{database_.down()->message, *database_.down()};
  }
}

std::unique_ptr<relay::store::WorkerSession> Store::open_worker_session(const std::string& who) {
  refuse_if_down();
  return std::make_unique<WorkerSession>(database_, options_, who, this);
}

std::unique_ptr<relay::store::ScoutSession> Store::open_scout_session(const std::string& who) {
  refuse_if_down();
  return std::make_unique<ScoutSession>(database_, options_, who, this);
}

}  // namespace tests::memory
