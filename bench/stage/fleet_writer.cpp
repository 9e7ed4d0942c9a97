#include "bench/stage/fleet_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <mutex>
#include <random>
#include <thread>

#include "bench/figures/sample.hpp"
#include "bench/stage/event_text.hpp"
#include "bench/stage/fleet.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned seed = 1;  // the same events for whatever is compared

// The numbers of the events of each database.
std::vector<std::vector<long>> drawn(const FleetLoad& load) {
  std::mt19937 random{seed};
  std::discrete_distribution<std::size_t> which(load.shares.begin(), load.shares.end());
  std::vector<std::vector<long>> numbers(load.shares.size());
  const long events = std::max(1L, static_cast<long>(load.rate * load.seconds));
  for (long n = 0; n < events; ++n) numbers[which(random)].push_back(n);
  return numbers;
}

void send(Session& session, double due, long number) {
  static const std::string note(120, 'x');
  const std::string when = time_text(due);
  const std::string key = key_text(number % 1'000);
  session.run(sent_insert(), {when, key, payload_text(key, when, number, note)});
}

/// What the threads of a writer share.
struct Writing {
  double rate = 0;
  Clock::time_point begin;
  double began = 0;  ///< The same moment by the database's clock.
  std::mutex mutex;
  std::vector<double> late_ms;
  std::exception_ptr error;
};

void write_in_one(Writing& writing, Session& session, const std::vector<long>& numbers) {
  std::vector<double> late;
  std::exception_ptr error;
  try {
    for (const long number : numbers) {
      const double after = static_cast<double>(number) / writing.rate;
      const auto due = writing.begin + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(after));
      std::this_thread::sleep_until(due);
      late.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
      send(session, writing.began + after, number);
    }
  } catch (...) {
    error = std::current_exception();
  }
  const std::scoped_lock lock{writing.mutex};
  writing.late_ms.insert(writing.late_ms.end(), late.begin(), late.end());
  if (error) writing.error = error;
}

double clock_of(Session& session) {
  return session.number("SELECT extract(epoch FROM clock_timestamp())");
}

}  // namespace

std::vector<double> uniform_shares(std::size_t databases) {
  return std::vector<double>(databases, 1.0);
}

std::vector<double> zipf_shares(std::size_t databases, double exponent) {
  std::vector<double> shares;
  for (std::size_t rank = 1; rank <= databases; ++rank) {
    shares.push_back(std::pow(static_cast<double>(rank), -exponent));
  }
  return shares;
}

FleetWriter::FleetWriter(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) sessions_.push_back(std::make_unique<Session>(url));
}

Written FleetWriter::write(const FleetLoad& load) {
  const auto numbers = drawn(load);
  Writing writing{.rate = load.rate};
  const auto before = Clock::now();
  const double clock = clock_of(*sessions_.at(0));
  constexpr double start_s = 0.3;  // for hundreds of threads
  writing.begin = before + (Clock::now() - before) / 2 + std::chrono::milliseconds{300};
  writing.began = clock + start_s;
  long events = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i].empty()) continue;
      events += static_cast<long>(numbers[i].size());
      threads.emplace_back([&writing, &session = *sessions_.at(i), &of = numbers[i]] {
        write_in_one(writing, session, of);
      });
    }
  }
  if (writing.error) std::rethrow_exception(writing.error);
  return {events, writing.began, percentile(std::move(writing.late_ms), 0.95)};
}

Visitors::Visitors(std::vector<std::string> urls) : urls_(std::move(urls)) {
  sessions_.resize(urls_.size());
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    if (kind_of(i) == Visit::stays) sessions_[i] = std::make_unique<Session>(urls_[i]);
  }
}

void Visitors::visit(std::size_t database) {
  std::unique_ptr<Session>& session = sessions_[database];
  const Visit kind = kind_of(database);
  if (kind != Visit::stays) session = std::make_unique<Session>(urls_[database]);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  if (kind == Visit::fresh) session->run("SELECT 1");
  send(*session, now.count(), 1);
  if (kind == Visit::ends) session.reset();
}

void Visitors::come(double seconds) {
  std::mt19937 random{seed};
  const auto begin = Clock::now();
  const double gap = seconds / static_cast<double>(std::max<std::size_t>(1, urls_.size()));
  std::uniform_real_distribution<double> within_gap{0.0, gap};
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    const double after = gap * static_cast<double>(i) + within_gap(random);
    std::this_thread::sleep_until(
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(after)));
    visit(i);
  }
}

}  // namespace bench
