#pragma once

#include <string>
#include <vector>

namespace bench {

/// How long a run may take: for CI and trying out, by default, and as the tables say.
enum class Size { small, usual, full };

/// What was asked for on the command line.
struct Options {
  std::vector<std::string> workloads;  ///< None: the canonical run.
  Size size = Size::usual;
  int rounds = 0;  ///< 0: three, one at small size.
  bool peers = false;
  std::vector<std::string> only;  ///< Parts of names of cases; none: all cases.
  std::string relay;              ///< Another build of `freshet` to measure; empty: the one beside.
  std::string against;            ///< A build to compare with, interleaved; empty: none.
  std::string json;               ///< Where the report goes; empty: nowhere.
};

}  // namespace bench
