#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/chaos/fleet/run.hpp"
#include "tests/chaos/run.hpp"

int main(int argc, char** argv) {
  try {
    const chaos::Options options = chaos::read_options(argc, argv);
    return options.fleet ? chaos::fleet::run(options) : chaos::run(options);
  } catch (const std::invalid_argument& error) {
    std::cerr << "freshet_chaos: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "freshet_chaos: " << error.what() << "\n";
    return 1;
  }
}
