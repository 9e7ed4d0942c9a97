#include "relay/forward/kafka/producer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <librdkafka/rdkafka.h>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/forward/kafka/answers.hpp"
#include "relay/forward/kafka/topic_limit.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int poll_ms = 100;           // how soon the thread notices that it is to end
constexpr auto queue_full_wait = 5ms;  // some records leave meanwhile
constexpr auto to_give_up = 2s;        // a purge is answered at once
constexpr std::chrono::milliseconds first_look = 1s;  // another address may do better

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};  // not shown: it may quote the value
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())) {
    case RD_KAFKA_CONF_OK: return;
    case RD_KAFKA_CONF_UNKNOWN:
      throw std::invalid_argument{"librdkafka " + std::string{rd_kafka_version_str()} +
                                  " has no setting \"" + name + "\""};
    case RD_KAFKA_CONF_INVALID: break;
  }
  throw std::invalid_argument{"librdkafka does not take the value of \"" + name + "\""};
}

/// A setting that is a number, as it came out.
std::size_t number_of(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  std::size_t number = 0;
  if (rd_kafka_conf_get(conf, name, text.data(), &size) == RD_KAFKA_CONF_OK) {
    std::from_chars(text.data(), text.data() + size, number);
  }
  return number;
}

rd_kafka_vu_t field(rd_kafka_vtype_t type) {
  rd_kafka_vu_t field{};
  field.vtype = type;
  return field;
}

rd_kafka_headers_t* headers_of(const Record& record) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

}  // namespace

struct Producer::Callbacks {
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    const auto* seat = static_cast<const InFlight::Seat*>(message->_private);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      static_cast<Producer*>(opaque)->unreachable_since_ = 0;
    }
    seat->flight->answer(seat->place, code_of(*message));
  }

  static void failed(rd_kafka_t* handle, int code, const char* reason, void* opaque) {
    auto& self = *static_cast<Producer*>(opaque);
    const std::lock_guard lock{self.mutex_};
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
      std::array<char, 512> text{};
      rd_kafka_fatal_error(handle, text.data(), text.size());
      self.fatal_ = projections::one_line(text.data());
    } else if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      Time::rep never = 0;
      self.unreachable_since_.compare_exchange_strong(never,
                                                      Clock::now().time_since_epoch().count());
    } else {
      self.complaint_ = {code, projections::one_line(reason), self.certificate_};
    }
  }

  // Decides nothing: OpenSSL has, and this alone tells why.
  static int certified(rd_kafka_t*, const char*, int32_t, int* fault, int, const char*, size_t,
                       char*, size_t, void* opaque) {
    if (*fault == 0) return 1;
    auto& self = *static_cast<Producer*>(opaque);
    const std::lock_guard lock{self.mutex_};
    self.certificate_ = *fault;
    return 0;
  }

  static void logged(const rd_kafka_t*, int, const char*, const char* text) {
    log::debug("librdkafka", {{"says", text}});
  }
};

Producer::Producer(const Config& config, std::size_t topics_most) : topics_most_(topics_most) {
  Conf conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : config) set(conf.get(), name, value);
  set_bytes_ = number_of(conf.get(), "batch.size");
  one_by_one_ = number_of(conf.get(), "batch.num.messages") == 1;
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &Callbacks::delivered);
  rd_kafka_conf_set_error_cb(conf.get(), &Callbacks::failed);
  rd_kafka_conf_set_log_cb(conf.get(), &Callbacks::logged);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), &Callbacks::certified);
  std::array<char, 512> text{};
  handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), text.data(), text.size());
  if (handle_ == nullptr) {
    throw std::invalid_argument{"librdkafka cannot work with these settings: " +
                                projections::one_line(text.data())};
  }
  (void)conf.release();  // the producer's now
  poll_ = std::jthread{[this](const std::stop_token& stop) {
    while (!stop.stop_requested()) rd_kafka_poll(handle_, poll_ms);
  }};
}

Producer::~Producer() {
  poll_.request_stop();
  poll_.join();
  flights_.clear();
  topics_.clear();
  rd_kafka_destroy(handle_);
}

// Past the bound they are made anew; flights hold those of the records that are under way.
Producer::Topic Producer::topic(const std::string& name) {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second;
  rd_kafka_topic_s* const handle = rd_kafka_topic_new(handle_, name.c_str(), nullptr);
  if (handle == nullptr) return nullptr;
  Topic made{handle, rd_kafka_topic_destroy};
  if (topics_.size() >= topics_most_) topics_.clear();
  topics_.emplace(name, made);
  return made;
}

std::size_t Producer::topics() const {
  const std::lock_guard lock{mutex_};
  return topics_.size();
}

void Producer::keep(const std::shared_ptr<InFlight>& flight) {
  const std::lock_guard lock{mutex_};
  std::erase_if(flights_, [](const auto& other) { return other->ended(); });
  flights_.push_back(flight);
}

std::shared_ptr<InFlight> Producer::start(const std::vector<Record>& records,
                                          const std::vector<std::size_t>& places, Time deadline) {
  auto flight = std::make_shared<InFlight>(places.size());
  keep(flight);
  const std::string* name = nullptr;
  Topic to;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Record& record = records[places[i]];
    if (name == nullptr || *name != record.topic) {
      name = &record.topic;
      to = topic(record.topic);
      flight->hold(to);
    }
    int code = !to ? RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION : RD_KAFKA_RESP_ERR__QUEUE_FULL;
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && Clock::now() < deadline) {
      code = produce(record, to.get(), flight->seat(i));
      if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) flight->wait_until(Clock::now() + queue_full_wait);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) flight->answer(i, code);
  }
  return flight;
}

int Producer::produce(const Record& record, rd_kafka_topic_s* to, InFlight::Seat* seat) {
  const std::shared_lock inside{gate_};
  if (given_up_) return RD_KAFKA_RESP_ERR__PURGE_QUEUE;
  std::array<rd_kafka_vu_t, 6> fields{};
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    return fields[count++] = field(type);
  };
  add(RD_KAFKA_VTYPE_RKT).u.rkt = to;
  add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = seat;
  auto& key = add(RD_KAFKA_VTYPE_KEY).u.mem;
  key.ptr = const_cast<char*>(record.key.data());  // NOLINT: librdkafka copies it
  key.size = record.key.size();
  if (record.value) {
    auto& value = add(RD_KAFKA_VTYPE_VALUE).u.mem;
    value.ptr = const_cast<char*>(record.value->data());  // NOLINT: as above
    value.size = record.value->size();
  }
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = headers_of(record);
    add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  }
  const int code = code_and_destroy(rd_kafka_produceva(handle_, fields.data(), count));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);
  return code;
}

bool Producer::give_up(InFlight& flight) {
  drop(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  return flight.wait_until(Clock::now() + to_give_up);
}

void Producer::drop_queue() {
  drop(RD_KAFKA_PURGE_F_QUEUE);
}

void Producer::drop(int what) {
  const std::unique_lock alone{gate_};
  given_up_ = true;
  // Without NON_BLOCKING it waits for librdkafka's threads, however long they take.
  rd_kafka_purge(handle_, what | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

int Producer::ask(const std::string& name, std::chrono::milliseconds time) {
  const Topic about = name.empty() ? nullptr : topic(name);
  if (!name.empty() && !about) return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
  // The first look is short, for brokers that hang up; one that is slow gets all the rest.
  const int code = ask_once(about.get(), std::clamp(time, 1ms, first_look));
  if (meaning_of(code) != Meaning::down || time <= first_look || unreachable_since()) return code;
  return ask_once(about.get(), time - first_look);
}

int Producer::ask_once(rd_kafka_topic_s* about, std::chrono::milliseconds time) {
  const struct rd_kafka_metadata* data = nullptr;
  const auto code = rd_kafka_metadata(handle_, 0, about, &data, static_cast<int>(time.count()));
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT) return RD_KAFKA_RESP_ERR__TRANSPORT;  // no answer
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
  unreachable_since_ = 0;
  // Without a topic it lists all that this producer knows, whose faults are not the brokers'.
  const bool told = about != nullptr && data->topic_cnt > 0;
  const int answer = told ? data->topics[0].err : RD_KAFKA_RESP_ERR_NO_ERROR;
  if (told && data->topics[0].partition_cnt > 0) {
    begun_.learn(data->topics[0].topic, data->topics[0].partition_cnt, Clock::now());
  }
  rd_kafka_metadata_destroy(data);
  return answer;
}

std::optional<std::size_t> Producer::limit_of(const std::string& name,
                                              std::chrono::milliseconds time) {
  return topic_limit(handle_, name, time);
}

bool Producer::stopped_at_a_gap() const {
  return rd_kafka_fatal_error(handle_, nullptr, 0) == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE;
}

std::string Producer::fatal() const {
  const std::lock_guard lock{mutex_};
  return fatal_;
}

std::optional<Producer::Time> Producer::unreachable_since() const {
  const Time::rep since = unreachable_since_;
  return since == 0 ? std::nullopt : std::optional{Time{Time::duration{since}}};
}

std::string Producer::reason(int code) const {
  const std::lock_guard lock{mutex_};
  if (!fatal_.empty()) return "the producer cannot go on: " + fatal_;
  std::string complaint = sentence_of(complaint_);
  // Purged: another send's records had waited in vain, and were given up together with these.
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
      code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    return "no acknowledgement in time" + (complaint.empty() ? complaint : "; " + complaint);
  }
  if (!complaint.empty()) return complaint;
  const bool silent =
      code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  return silent ? "no broker answers" : rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
}

void Producer::fail_for_good() {
  rd_kafka_test_fatal_error(handle_, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "made to fail by a test");
}

}  // namespace relay::forward::kafka
