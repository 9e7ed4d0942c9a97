#include "tests/support/proc_stat.hpp"
#include "tests/support/read_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace tests {

std::string stat_field(pid_t process, int number) {
  const std::string all = read_file("/proc/" + std::to_string(process) + "/stat");
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
