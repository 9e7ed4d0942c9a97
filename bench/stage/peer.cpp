#include "bench/stage/peer.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bench/stage/memory.hpp"
#include "bench/stage/stage.hpp"
#include "tests/support/paths.hpp"

namespace bench {
namespace {

using std::chrono::seconds;

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.rfind('\n') + 1);
}

bool has_verb(const std::string& script, const std::string& function) {
  std::ostringstream text;
  text << std::ifstream{script}.rdbuf();
  return text.str().find("\n" + function + "()") != std::string::npos;
}

std::vector<std::string> command(const Peer& peer, const std::vector<std::string>& words,
                                 std::vector<std::string> before) {
  before.insert(before.end(), {"bash", peer.script});
  before.insert(before.end(), words.begin(), words.end());
  return before;
}

}  // namespace

std::string ask(const Peer& peer, const std::vector<std::string>& words, seconds time) {
  const tests::Ended ended = tests::run_command(command(peer, words, {}), {}, {}, time);
  if (ended.code == 0) return last_line(ended.out);
  throw std::runtime_error{peer.name + ", " + words.at(0) + ": ended with " +
                           std::to_string(ended.code) + ": " + last_line(ended.out + ended.err)};
}

std::vector<Peer> bring_peers() {
  namespace fs = std::filesystem;
  std::vector<Peer> peers;
  const fs::path folder = fs::path{tests::source_dir()} / "bench" / "peers";
  if (!fs::is_directory(folder)) return peers;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const fs::path script = entry.path() / "peer.sh";
    if (!fs::exists(script)) continue;
    Peer peer{entry.path().filename().string(), script.string(), "",
              has_verb(script.string(), "drain_tx")};
    try {
      ask(peer, {"needs"}, seconds{60});
      say("installing " + peer.name + ", unless it is there");
      ask(peer, {"install"}, seconds{1200});
      peer.version = ask(peer, {"version"}, seconds{60});
      peers.push_back(peer);
    } catch (const std::exception& error) {
      say("without " + peer.name + ": " + error.what());
    }
  }
  std::ranges::sort(peers, {}, &Peer::name);
  return peers;
}

PeerWorker::PeerWorker(const Peer& peer, const std::vector<std::string>& words)
    : process_(command(peer, words, {"setpriv", "--pdeathsig", "TERM", "setsid"})) {}

PeerWorker::~PeerWorker() {
  ::kill(-process_.pid(), SIGTERM);
  if (!process_.wait(seconds{20})) ::kill(-process_.pid(), SIGKILL);
}

void PeerWorker::look() {
  peak_ = std::max(peak_, group_resident_mib(process_.pid()));
}

void PeerWorker::demand(bool met, const std::string& what) const {
  if (met) return;
  throw std::runtime_error{what +
                           "; its last words: " + last_line(process_.out() + process_.err())};
}

}  // namespace bench
