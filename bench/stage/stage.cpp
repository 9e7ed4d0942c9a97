#include "bench/stage/stage.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/support/paths.hpp"

namespace bench {
namespace {

std::string server_url(const std::string& database) {
  const std::string url = needed_variable("FRESHET_TEST_URL");
  return url.substr(0, url.rfind('/') + 1) + database;
}

}  // namespace

std::string needed_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error{std::string{name} + " is not set: start the bench by ./dev bench"};
  }
  return value;
}

void say(const std::string& text) {
  std::fprintf(stderr, "bench: %s\n", text.c_str());
}

Database::Database(Session& admin, std::string name, const std::string& from_template)
    : admin_(admin), name_(std::move(name)), url_(server_url(name_)) {
  const bool copies = admin_.number("SHOW server_version_num") >= 150000;
  admin_.run("CREATE DATABASE " + name_ +
             (from_template.empty()
                  ? ""
                  : " TEMPLATE " + from_template + (copies ? " STRATEGY FILE_COPY" : "")));
  session_ = std::make_unique<Session>(url_);
}

Database::~Database() {
  session_.reset();
  try {
    admin_.run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    say("could not drop " + name_ + ": " + error.what());
  }
}

Stage::Stage(Options options) : options_(std::move(options)), admin_(server_url("postgres")) {
  const auto path = [](const std::string& given) {
    return std::filesystem::absolute(given).string();
  };
  subjects_.push_back(
      {"freshet", options_.relay.empty() ? tests::relay_binary() : path(options_.relay)});
  if (!options_.against.empty()) subjects_.push_back({"against", path(options_.against)});
  for (const Subject& subject : subjects_) {
    if (::access(subject.binary.c_str(), X_OK) != 0) {
      throw std::runtime_error{subject.binary +
                               " is no program: --relay and --against take the "
                               "path of a built freshet"};
    }
  }
}

int Stage::rounds() const {
  return options_.rounds > 0 ? options_.rounds : sized(1, 3, 3);
}

std::string Stage::next_name() {
  return "freshet_bench_" + std::to_string(::getpid()) + "_" + std::to_string(++databases_);
}

std::unique_ptr<Database> Stage::database() {
  return std::make_unique<Database>(admin_, next_name());
}

std::unique_ptr<Database> Stage::copy(const std::string& key,
                                      const std::function<void(Database&)>& fill) {
  std::unique_ptr<Database>& original = templates_[key];
  if (!original) {
    auto made = database();
    fill(*made);
    made->session().run("CHECKPOINT");
    made->hang_up();
    original = std::move(made);
  }
  auto copied = std::make_unique<Database>(admin_, next_name(), original->name());
  copied->session().run("CHECKPOINT");
  return copied;
}

}  // namespace bench
