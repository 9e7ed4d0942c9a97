#include "relay/run.hpp"

int main(int argc, char** argv) {
  return relay::run(argc, argv);
}
