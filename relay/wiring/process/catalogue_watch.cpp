#include "relay/wiring/process/catalogue_watch.hpp"

#include <utility>

#include "relay/base/log.hpp"
#include "relay/wiring/process/catalogue.hpp"

namespace relay::wiring {

CatalogueWatch::CatalogueWatch(std::shared_ptr<const Blueprint> blueprint, Latecomers::Lend lend,
                               std::function<void()> on_read)
    : lend_(std::move(lend)), on_read_(std::move(on_read)), blueprint_(std::move(blueprint)) {
  start_if_needed();
}

void CatalogueWatch::use(std::shared_ptr<const Blueprint> blueprint) {
  {
    const std::lock_guard lock{mutex_};
    blueprint_ = std::move(blueprint);
    contents_.reset();
    read_now_ = true;
  }
  changed_.notify_all();
  start_if_needed();
}

std::optional<settings::CatalogueContents> CatalogueWatch::contents() {
  const std::lock_guard lock{mutex_};
  return std::exchange(contents_, std::nullopt);
}

void CatalogueWatch::start_if_needed() {
  const std::lock_guard lock{mutex_};
  if (thread_.joinable() || !blueprint_->settings.catalogue) return;
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void CatalogueWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<const Blueprint> blueprint;
    {
      std::unique_lock lock{mutex_};
      const auto& catalogue = blueprint_->settings.catalogue;
      const auto pause = catalogue ? catalogue->refresh : std::chrono::seconds{3'600};
      changed_.wait_for(lock, stop, pause, [this] { return read_now_; });
      read_now_ = false;
      blueprint = blueprint_;
    }
    if (!stop.stop_requested() && blueprint->settings.catalogue) read(blueprint, stop);
  }
}

void CatalogueWatch::read(const std::shared_ptr<const Blueprint>& blueprint,
                          const std::stop_token& stop) {
  try {
    const auto session = lend_(stop);
    if (stop.stop_requested()) return;
    if (session == nullptr) {
      return say(
          "the catalogue of databases cannot be read: every session of the process is in use");
    }
    settings::CatalogueContents read = read_catalogue(*blueprint, stop);
    say("");
    const std::lock_guard lock{mutex_};
    if (blueprint == blueprint_) contents_ = std::move(read);
  } catch (const CatalogueError& error) {
    if (!stop.stop_requested()) say(error.what());
    return;
  }
  on_read_();
}

void CatalogueWatch::say(const std::string& why) {
  if (why == std::exchange(said_, why)) return;
  if (why.empty()) return log::info("the catalogue of databases can be read again");
  log::error(why + "; nothing changes, and it is asked again");
}

}  // namespace relay::wiring
