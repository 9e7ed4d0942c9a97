#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace chaos::fleet {

/// One database of the fleet.
struct Tenant {
  std::string name;    ///< As the relays call it; never changes.
  std::string dbname;  ///< As its server calls it.
  int server = 0;
  bool in_file = false;  ///< The relays' settings have it, not the catalogue.
  bool served = false;   ///< It is in one of these.
  bool written = true;   ///< Writers may go there: it exists and is about to stay.
  double weight = 1;     ///< How often writers do.
};

/// All databases that exist. Threads: any.
class Tenants {
 public:
  void add(Tenant tenant) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(tenant));
  }
  void remove(const std::string& name) {
    const std::lock_guard lock{mutex_};
    std::erase_if(all_, [&](const Tenant& one) { return one.name == name; });
  }
  void change(const std::string& name, const std::function<void(Tenant&)>& how) {
    const std::lock_guard lock{mutex_};
    for (Tenant& one : all_) {
      if (one.name == name) how(one);
    }
  }
  [[nodiscard]] std::vector<Tenant> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  /// One that the catalogue has, by chance.
  [[nodiscard]] std::optional<Tenant> some(std::mt19937_64& random) const {
    const std::lock_guard lock{mutex_};
    std::vector<Tenant> fit;
    for (const Tenant& one : all_) {
      if (!one.in_file && one.served && one.written) fit.push_back(one);
    }
    if (fit.empty()) return std::nullopt;
    return fit[random() % fit.size()];
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Tenant> all_;
};

}  // namespace chaos::fleet
