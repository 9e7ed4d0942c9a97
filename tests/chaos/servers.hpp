#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "tests/chaos/cluster.hpp"

namespace chaos {

/// A primary and its streaming standby, which may change places. Threads: `url`, `admin_url` and
/// `primary_port` any; the rest the nemesis alone.
class Servers {
 public:
  static constexpr const char* database = "chaos";

  /// Starts both, with a table space each: a small tmpfs where we may mount one.
  explicit Servers(const std::string& folder);
  ~Servers();
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  /// Both hosts, whichever is the primary. @param user with `password`, empty for none.
  [[nodiscard]] std::string url(const std::string& user, const std::string& password) const;
  /// The present primary, as its superuser.
  [[nodiscard]] std::string admin_url() const;
  [[nodiscard]] int primary_port() const { return ports_[at_]; }
  [[nodiscard]] Cluster& primary() { return nodes_[at_]; }
  [[nodiscard]] Cluster& standby() { return nodes_[1 - at_]; }
  /// Whether the table space can be filled without hurting the machine.
  [[nodiscard]] bool has_small_disk() const { return mounted_; }

  /// kill -9 of the primary, and the standby takes over. Nothing that was acknowledged is lost:
  /// before, the primary is made to wait for the standby.
  void fail_over();
  /// The stopped node becomes the standby of the present primary.
  void rebuild_standby();
  /// Everything runs that should: a dead primary is started again.
  void revive();

 private:
  void mount_small_disks();

  std::string folder_;
  Cluster nodes_[2];
  int ports_[2];
  std::atomic<int> at_{0};
  bool mounted_ = false;
};

}  // namespace chaos
