#include "relay/upkeep/air.hpp"

#include "relay/base/log.hpp"
#include "schema/statements.hpp"

namespace relay::upkeep {
namespace {

constexpr std::chrono::hours every{6};

class WatchAir final : public Chore {
 public:
  [[nodiscard]] std::string name() const override { return "what is mostly air"; }

  Next step(pg::Connection& connection) override {
    for (const auto& row : connection.exec(schema::statements::upkeep_air)) {
      const std::string command = row[3].c_str();
      log::warn(command.empty() ? "vacuum does not keep up with this table's dead rows; \"freshet "
                                  "status\" names who holds it back, if anybody"
                                : "this index is mostly air; run: " + command,
                {{"name", row[0].c_str()},
                 {"megabytes", row[1].c_str()},
                 {command.empty() ? "dead rows" : "entries", row[2].c_str()}});
    }
    return {every, false};
  }
};

}  // namespace

std::unique_ptr<Chore> watch_air() {
  return std::make_unique<WatchAir>();
}

}  // namespace relay::upkeep
