#include "tests/support/proc_stat.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tests {

std::string stat_field(pid_t process, int number) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  // Behind the name in brackets, which may hold anything.
  std::istringstream fields{all.substr(std::min(all.size(), all.rfind(')') + 1))};
  std::string field;
  for (int at = 3; at <= number; ++at) fields >> field;
  return field;
}

double processor_seconds(pid_t process) {
  const std::string user = stat_field(process, 14);
  const std::string system = stat_field(process, 15);
  if (user.empty() || system.empty()) return 0;
  return (std::stod(user) + std::stod(system)) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace tests
