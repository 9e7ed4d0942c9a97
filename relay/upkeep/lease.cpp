#include "relay/upkeep/lease.hpp"

#include <random>

#include "schema/statements.hpp"

namespace relay::upkeep {

namespace sql = schema::statements;

Lease::Lease(const std::string& instance)
    : holder_(instance + " " + std::to_string(std::random_device{}())) {}

bool Lease::keep(pg::Connection& connection) {
  const auto now = std::chrono::steady_clock::now();
  if (ours_ && now - asked_at_ < lasts / 3) return true;
  // One message, and so one transaction: a database at rest hears little of this.
  ours_ = !pg::Script{connection}
               .limit(pg::beside_batches)
               .add(sql::upkeep_take_lease, {holder_, std::to_string(lasts.count())})
               .run()
               .empty();
  asked_at_ = now;
  return ours_;
}

void Lease::release(pg::Connection& connection) {
  if (!ours_) return;
  ours_ = false;
  connection.exec(sql::upkeep_release_lease, holder_);
}

}  // namespace relay::upkeep
