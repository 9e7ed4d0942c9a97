#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/chaos/listeners.hpp"

namespace chaos {

/// What the command line asks for.
struct Options {
  std::uint64_t seed = 0;  ///< Drawn when none is given.
  double minutes = 1;
  std::vector<std::string> faults;  ///< Only these; empty: all.
  std::string sabotage;             ///< The rule that the relays are to break.
  std::string failpoints;           ///< FRESHET_FAILPOINTS for the relays.
  int kills = 0;             ///< Above 0: nothing but so many kill -9, and the time work needs.
  std::string completion;    ///< update, delete or archive; drawn from the seed when empty.
  std::string freshet;       ///< The program under test, with a store that can be broken.
  std::string service;       ///< The same with a projection that crashes.
  bool kafka = true;         ///< With a broker.
  std::string company;       ///< both or forwards; drawn from the seed when empty.
  std::string kafka_home;    ///< What tests/support/kafka/bring.sh brought.
  std::string kafka_recipe;  ///< The folder of that script.
  bool async = false;        ///< Relays do not wait for the disk; drawn from the seed as well.
  bool crashes = true;       ///< Some events kill the process that applies them.
  bool fleet = false;        ///< One process that serves many databases; nothing of the other mode.
  bool keep = false;         ///< The folder with logs stays, whatever comes out.
};

/// @throws std::invalid_argument with a sentence about the first fault.
Options read_options(int argc, char** argv);

/// Who listens.
Company company_of(const Options& options);

/// The command that repeats a run.
std::string repeat(const Options& options);

}  // namespace chaos
