// librdkafka is built on C11's threads, which g++'s ThreadSanitizer does not know: a thread that it
// has not seen begin makes it fall over. In builds with it these stand in for glibc's own, whose
// types are those of POSIX threads, and call what it does know.
#ifdef __SANITIZE_THREAD__

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <memory>

namespace {

struct Start {
  thrd_start_t run;
  void* argument;
};

void* begin(void* given) {
  const std::unique_ptr<Start> start{static_cast<Start*>(given)};
  return reinterpret_cast<void*>(static_cast<long>(start->run(start->argument)));  // NOLINT
}

pthread_mutex_t* posix(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* posix(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

int answer(int code) {
  if (code == 0) return thrd_success;
  if (code == EBUSY) return thrd_busy;
  return code == ETIMEDOUT ? thrd_timedout : thrd_error;
}

}  // namespace

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t run, void* argument) noexcept(false) {
  auto start = std::make_unique<Start>(Start{run, argument});
  const int code = pthread_create(thread, nullptr, begin, start.get());
  if (code == 0) (void)start.release();
  return answer(code);
}

int thrd_join(thrd_t thread, int* result) noexcept(false) {
  void* value = nullptr;
  const int code = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<long>(value));  // NOLINT
  return answer(code);
}

int mtx_init(mtx_t* mutex, int type) noexcept {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  const bool again = (type & mtx_recursive) != 0;
  pthread_mutexattr_settype(&attributes, again ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int code = pthread_mutex_init(posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return answer(code);
}
int mtx_lock(mtx_t* mutex) noexcept(false) {
  return answer(pthread_mutex_lock(posix(mutex)));
}
int mtx_trylock(mtx_t* mutex) noexcept {
  return answer(pthread_mutex_trylock(posix(mutex)));
}
int mtx_unlock(mtx_t* mutex) noexcept {
  return answer(pthread_mutex_unlock(posix(mutex)));
}
void mtx_destroy(mtx_t* mutex) noexcept {
  pthread_mutex_destroy(posix(mutex));
}

int cnd_init(cnd_t* condition) noexcept {
  return answer(pthread_cond_init(posix(condition), nullptr));
}
int cnd_signal(cnd_t* condition) noexcept {
  return answer(pthread_cond_signal(posix(condition)));
}
int cnd_broadcast(cnd_t* condition) noexcept {
  return answer(pthread_cond_broadcast(posix(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) noexcept(false) {
  return answer(pthread_cond_wait(posix(condition), posix(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) noexcept(false) {
  return answer(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}
void cnd_destroy(cnd_t* condition) noexcept {
  pthread_cond_destroy(posix(condition));
}
}

#endif
