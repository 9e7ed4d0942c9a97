#pragma once

#include <fstream>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "tests/chaos/moment.hpp"

namespace chaos::fleet {

constexpr long for_ever = std::numeric_limits<long>::max() / 4;

/// What was wrong, with whom and when. Times are milliseconds since 1970.
struct Trouble {
  enum class Kind {
    unserved,        ///< A database has no row in the catalogue.
    row_changed,     ///< A database's row came or changed: it is taken anew.
    away,            ///< A database, or a server, cannot be reached or ended its sessions.
    catalogue_away,  ///< The catalogue cannot be read.
    relay_down,      ///< No process.
  } kind = Kind::away;
  std::string what;      ///< The strike's name.
  std::string database;  ///< Of one; empty where all of a server, or of everything, are meant.
  std::string dbname;    ///< What its server calls it.
  int server = -1;
  int relay = -1;
  long from_ms = 0;
  long until_ms = for_ever;
};

/// All that was wrong. Threads: any.
class Troubles {
 public:
  /// @param log where each is told once it is over.
  explicit Troubles(const std::string& log) : log_{log, std::ios::app} {}

  /// Something that is wrong from now on until it is destroyed.
  class Lasting {
   public:
    Lasting(Troubles& owner, Trouble trouble) : owner_{owner}, place_{owner.begin(trouble)} {}
    ~Lasting() { owner_.end(place_); }
    Lasting(const Lasting&) = delete;
    Lasting& operator=(const Lasting&) = delete;

   private:
    Troubles& owner_;
    std::size_t place_;
  };

  /// From now on. @return for `end`; without that it lasts for ever.
  std::size_t begin(Trouble trouble) {
    const std::lock_guard lock{mutex_};
    trouble.from_ms = now_ms();
    all_.push_back(trouble);
    return all_.size() - 1;
  }
  void end(std::size_t place) {
    const std::lock_guard lock{mutex_};
    Trouble& one = all_.at(place);
    one.until_ms = now_ms();
    log_ << one.from_ms << " … " << one.until_ms << " " << one.what << " " << one.database
         << (one.dbname.empty() ? "" : " (" + one.dbname + ")")
         << (one.server < 0 ? "" : " server " + std::to_string(one.server))
         << (one.relay < 0 ? "" : " relay " + std::to_string(one.relay)) << std::endl;
  }
  [[nodiscard]] std::vector<Trouble> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Trouble> all_;
  std::ofstream log_;
};

}  // namespace chaos::fleet
