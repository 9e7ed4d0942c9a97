#include "bench/stage/relay.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "bench/stage/outbox.hpp"

namespace bench {
namespace {

std::string write_settings(const Stage& stage, const RelaySettings& settings,
                           const std::string& url) {
  static int files = 0;
  std::string path = stage.folder() + "/" + std::to_string(++files) + ".toml";
  std::ofstream{path} << settings_text(settings, url, stage.folder());
  return path;
}

std::vector<std::string> command(const std::string& binary, std::vector<std::string> words,
                                 const std::string& file) {
  // It ends with the bench, however that ends.
  words.insert(words.begin(),
               {"setpriv", "--pdeathsig", "TERM", "env", "--default-signal=INT", binary, "run"});
  words.insert(words.end(), {"-c", file});
  return words;
}

std::string tail(const std::string& text) {
  return text.size() > 1500 ? "… " + text.substr(text.size() - 1500) : text;
}

}  // namespace

std::string settings_text(const RelaySettings& settings, const std::string& url,
                          const std::string& folder) {
  std::string text = "[relay]\nworkers = " + std::to_string(settings.workers) +
                     "\nbatch_size = " + std::to_string(settings.batch_size) + "\ncompletion = \"" +
                     settings.completion + "\"\nflight_record_dir = \"" + folder + "\"\n";
  if (settings.poll_min_ms > 1) {
    text += "poll_min_ms = " + std::to_string(settings.poll_min_ms) + "\n";
  }
  if (!settings.waits_for_disk) text += "synchronous_commit = false\n";
  if (!settings.instance.empty()) text += "instance = \"" + settings.instance + "\"\n";
  text += settings.process;
  if (!settings.retention.empty()) text += "\n[retention]\n" + settings.retention + "\n";
  text += "\n[[database]]\nname = \"bench\"\nurl = \"" + url + "\"\n";
  if (settings.listen) text += "listen = true\n";
  int number = 1;
  for (const std::string& other : settings.others) {
    text += "\n[[database]]\nname = \"bench_" + std::to_string(++number) + "\"\nurl = \"" + other +
            "\"\n";
  }
  if (!settings.kafka.empty()) text += "\n[kafka]\nbrokers = \"" + settings.kafka + "\"\n";
  return text + "\n" + settings.listeners;
}

Relay::Relay(const Stage& stage, const std::string& binary, const RelaySettings& settings,
             const std::string& url, std::vector<std::string> words)
    : process_(command(binary, std::move(words), write_settings(stage, settings, url))),
      watch_(process_.pid()) {}

std::string Relay::log() const {
  return tail(process_.out() + process_.err());
}

void Relay::finish(std::chrono::seconds time) {
  const auto code = process_.wait(time);
  watch_.stop();
  if (!code) throw std::runtime_error{"the relay did not end in time:\n" + log()};
  if (*code != 0) {
    throw std::runtime_error{"the relay ended with " + std::to_string(*code) + ":\n" + log()};
  }
}

void Relay::stop() {
  process_.signal(SIGTERM);
  finish(std::chrono::seconds{40});
}

bool takes(const Stage& stage, const std::string& binary, const std::string& lines,
           const std::string& url) {
  const RelaySettings settings{.listeners = effect_projection(), .process = lines};
  constexpr int refused = 2;  // usage or settings
  return tests::run_command({binary, "check", "-c", write_settings(stage, settings, url)}).code !=
         refused;
}

void migrate(const Stage& stage, const std::string& binary, const RelaySettings& settings,
             const std::string& url) {
  const tests::Ended ended =
      tests::run_command({binary, "migrate", "-c", write_settings(stage, settings, url)});
  if (ended.code != 0) throw std::runtime_error{"migrate failed: " + ended.out + ended.err};
}

}  // namespace bench
