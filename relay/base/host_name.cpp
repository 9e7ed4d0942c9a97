#include "relay/base/host_name.hpp"

#include <unistd.h>

#include <array>

namespace relay {

std::string host_name() {
  std::array<char, 256> name{};
  // one that is cut short need not end in a zero
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

}  // namespace relay
