#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "relay/settings/catalogue.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/process/latecomers.hpp"

namespace relay::wiring {

/// Reads the catalogue of databases again and again, each `refresh_s`. What cannot be read changes
/// nothing, and is said in the log once for each reason. Threads: one of its own, once there is a
/// catalogue; the rest is the owner's.
class CatalogueWatch {
 public:
  /// @param blueprint whose catalogue it is, if it has one. @param on_read called on its thread
  /// when `contents` has something.
  CatalogueWatch(std::shared_ptr<const Blueprint> blueprint, Latecomers::Lend lend,
                 std::function<void()> on_read);
  ~CatalogueWatch() = default;
  CatalogueWatch(const CatalogueWatch&) = delete;
  CatalogueWatch& operator=(const CatalogueWatch&) = delete;

  /// Asks no more: what is waited for is given up. Returns at once.
  void stop() { thread_.request_stop(); }
  /// From now on this one's, which is read at once.
  void use(std::shared_ptr<const Blueprint> blueprint);
  /// What was read last, unless it was given before.
  [[nodiscard]] std::optional<settings::CatalogueContents> contents();

 private:
  void start_if_needed();
  void run(const std::stop_token& stop);
  void read(const std::shared_ptr<const Blueprint>& blueprint, const std::stop_token& stop);
  void say(const std::string& why);

  const Latecomers::Lend lend_;
  const std::function<void()> on_read_;
  std::mutex mutex_;  // guards what follows, but for `said_` and the thread
  std::condition_variable_any changed_;
  std::shared_ptr<const Blueprint> blueprint_;
  bool read_now_ = false;
  std::optional<settings::CatalogueContents> contents_;
  std::string said_;  // the thread's
  std::jthread thread_;
};

}  // namespace relay::wiring
