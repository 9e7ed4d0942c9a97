#include "relay/operate/migrate/pause.hpp"

#include <condition_variable>
#include <mutex>

namespace relay::operate {

void pause(const MigrateOptions& options) {
  std::mutex mutex;
  std::unique_lock lock{mutex};
  std::condition_variable_any never;
  never.wait_for(lock, options.stop, options.pause, [] { return false; });
  if (!options.stop.stop_requested()) return;
  throw MigrateError{"Stopped on request. Run freshet migrate again: it goes on from here."};
}

}  // namespace relay::operate
