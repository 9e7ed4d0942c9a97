#include "relay/operate/migrate/pause.hpp"

#include "relay/base/pause.hpp"

namespace relay::operate {

void pause(const MigrateOptions& options) {
  if (pause_for(options.pause, options.stop)) return;
  throw MigrateError{"Stopped on request. Run freshet migrate again: it goes on from here."};
}

}  // namespace relay::operate
