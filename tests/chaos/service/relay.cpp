// The stock relay, with a store that breaks one of its promises when told to.
#include "relay/run.hpp"
#include "relay/store/store.hpp"
#include "tests/chaos/service/broken_store.hpp"

int main(int argc, char** argv) {
  return relay::run(argc, argv, {}, chaos::service::broken_on_purpose);
}
