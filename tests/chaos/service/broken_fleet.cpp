#include "tests/chaos/service/broken_fleet.hpp"

#include <utility>
#include <vector>

#include "projections/failpoint.hpp"
#include "tests/support/store_decorator.hpp"

namespace chaos::service {
namespace {

using projections::sabotaged;
using relay::lanes::LaneTicket;
using relay::store::Look;
using relay::store::ScoutSession;

/// Finds nothing, while other databases' sessions find what is there.
class SeesNothing final : public tests::ScoutSessionDecorator {
 public:
  using ScoutSessionDecorator::ScoutSessionDecorator;
  Look look(const std::vector<LaneTicket>& where, std::chrono::milliseconds patience) override {
    Look look = ScoutSessionDecorator::look(where, patience);
    for (relay::lanes::LaneProbe& lane : look.lanes) lane.lowest.reset();
    return look;
  }
};

/// Holds a session that nobody has counted.
class HoldsAnother final : public tests::ScoutSessionDecorator {
 public:
  HoldsAnother(std::unique_ptr<ScoutSession> real, std::unique_ptr<ScoutSession> other)
      : ScoutSessionDecorator(std::move(real)), other_(std::move(other)) {}

 private:
  std::unique_ptr<ScoutSession> other_;
};

}  // namespace

std::unique_ptr<ScoutSession> with_broken_fleet(
    std::unique_ptr<ScoutSession> session, const std::string& where,
    const std::function<std::unique_ptr<ScoutSession>()>& another) {
  if (sabotaged("session_beside_budget")) {
    return std::make_unique<HoldsAnother>(std::move(session), another());
  }
  // The harness calls its databases t02 to t19, and these are eight of them.
  if (sabotaged("database_starves") && where.find("t0") != std::string::npos) {
    return std::make_unique<SeesNothing>(std::move(session));
  }
  return session;
}

}  // namespace chaos::service
