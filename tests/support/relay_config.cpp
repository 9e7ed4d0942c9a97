#include "tests/support/relay_config.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tests {

RelayConfig::RelayConfig(std::string database_url) : url(std::move(database_url)) {
  folder_ = (std::filesystem::temp_directory_path() / "freshet-config-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
  path_ = folder_ + "/freshet.toml";
}

RelayConfig::~RelayConfig() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void RelayConfig::add(const std::string& name, const std::string& events, const std::string& sql,
                      const std::string& extra) {
  projections += "\n[[projection]]\nname = \"" + name + "\"\nevents = [\"" + events +
                 "\"]\nsql = '''\n" + sql + "\n'''\nretry_s = " + retry_s + "\n" + extra + "\n";
}

void RelayConfig::add_forward(const std::string& name, const std::string& events,
                              const std::string& topic, const std::string& extra) {
  projections += "\n[[forward]]\nname = \"" + name + "\"\nevents = [\"" + events +
                 "\"]\ntopic = \"" + topic + "\"\nretry_s = " + retry_s + "\n" + extra + "\n";
}

void RelayConfig::add_from(const std::string& path) {
  const std::string text = read_file(path);
  const auto at = text.find("[[projection]]");
  if (at == std::string::npos) throw std::runtime_error{"no [[projection]] in " + path};
  projections += "\n" + text.substr(at);
}

const std::string& RelayConfig::write() const {
  // Beside it first: a program that was just started may be reading the one before.
  std::ofstream file{path_ + ".new"};
  file << "[relay]\n";
  if (!relay.contains("flight_record_dir")) {
    file << "flight_record_dir = \"" << folder_ << "/flight\"\n";
  }
  for (const auto& [name, value] : relay) file << name << " = " << value << "\n";
  if (!url.empty()) file << "\n[[database]]\nname = \"main\"\nurl = \"" << url << "\"\n";
  file << database_extra << "\n";
  if (!kafka.empty()) file << "\n[kafka]\n";
  for (const auto& [name, value] : kafka) file << name << " = " << value << "\n";
  if (!kafka_options.empty()) file << "\n[kafka.options]\n";
  for (const auto& [name, value] : kafka_options) {
    file << "\"" << name << "\" = \"" << value << "\"\n";
  }
  file << projections;
  file.close();
  std::filesystem::rename(path_ + ".new", path_);
  return path_;
}

std::vector<std::string> RelayConfig::command(std::vector<std::string> words) const {
  words.insert(words.begin(), tests::relay_binary());
  words.insert(words.end(), {"-c", write()});
  return words;
}

Ended RelayConfig::run(std::vector<std::string> words, const std::string& input) const {
  return run_command(command(std::move(words)), {}, input);
}

}  // namespace tests
