#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/chaos/run.hpp"

int main(int argc, char** argv) {
  try {
    return chaos::run(chaos::read_options(argc, argv));
  } catch (const std::invalid_argument& error) {
    std::cerr << "freshet_chaos: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "freshet_chaos: " << error.what() << "\n";
    return 1;
  }
}
