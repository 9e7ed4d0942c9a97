#include "tests/chaos/service/broken_store.hpp"

#include "tests/chaos/service/broken_claims.hpp"
#include "tests/chaos/service/broken_ends.hpp"
#include "tests/chaos/service/broken_fleet.hpp"
#include "tests/chaos/service/broken_looks.hpp"
#include "tests/support/store_decorator.hpp"

namespace chaos::service {
namespace {

using relay::store::ScoutSession;
using relay::store::WorkerSession;

class BrokenStore final : public tests::StoreDecorator {
 public:
  using StoreDecorator::StoreDecorator;

  std::unique_ptr<ScoutSession> open_scout_session(const std::string& who) override {
    const auto open = [&] { return StoreDecorator::open_scout_session(who); };
    return with_broken_fleet(open(), description(), open);
  }

 private:
  std::unique_ptr<WorkerSession> around(std::unique_ptr<WorkerSession> session) override {
    return with_broken_claims(with_broken_ends(std::move(session)), cursor_);
  }
  std::unique_ptr<ScoutSession> around(std::unique_ptr<ScoutSession> session) override {
    return with_broken_looks(std::move(session), cursor_);
  }

  std::shared_ptr<Cursor> cursor_ = std::make_shared<Cursor>();
};

}  // namespace

std::unique_ptr<relay::store::Store> broken_on_purpose(std::unique_ptr<relay::store::Store> store) {
  return std::make_unique<BrokenStore>(std::move(store));
}

}  // namespace chaos::service
