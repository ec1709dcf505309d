// A failed allocation ends in a sentence instead of a trap, and so does a thread that cannot be started.
//
// Swift aborts where malloc gives NULL, OpenBLAS tries again for ever, and so does libdispatch where it
// gets no thread. None of them can be told otherwise, so the program's own functions stand in front of
// glibc's, call them, and look at what they give. AddressSanitizer and ThreadSanitizer bring their own.

#define _GNU_SOURCE

#include "allocator.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pid_t guarded = 0;
static size_t guard_capacity = 0;
static int guard_status = 1;
static char guard_limit[128] = "";

void modgap_guard_allocations(size_t capacity, const char *limit, int status) {
  guard_capacity = capacity;
  guard_status = status;
  snprintf(guard_limit, sizeof guard_limit, "%s", limit);
  guarded = getpid();
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MODGAP_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(MODGAP_SANITIZED)

// Weak, so that a test that counts allocations may stand in front of glibc instead.
#define STAND_IN __attribute__((weak))

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/// Bytes; below them the kernel's own answer is enough.
static const size_t LARGE = (size_t)64 << 20;

/// Says what could not be had and ends the program; allocates nothing.
static void refuse(const char *what) {
  char text[512];
  int length = snprintf(
      text, sizeof text,
      "modgap: out of memory: %s, and this process may have %s; what was finished before is kept: lower "
      "`batch`, `count` or a network's size, use fewer --jobs, or raise the limit, and run the same command "
      "again\n",
      what, guard_limit);
  if (length > 0) {
    ssize_t ignored = write(STDERR_FILENO, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
    (void)ignored;
  }
  _exit(guard_status);
}

static int is_guarded(void) { return guarded != 0 && getpid() == guarded; }

static void refuse_bytes(size_t size) {
  if (!is_guarded()) return;
  char what[96];
  snprintf(what, sizeof what, "an allocation of %.1f MiB was refused", (double)size / 1048576.0);
  refuse(what);
}

/// Resident bytes of this process; 0 where the kernel does not say.
static size_t resident(void) {
  char text[128];
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return 0;
  text[count] = 0;
  unsigned long total = 0, pages = 0;
  if (sscanf(text, "%lu %lu", &total, &pages) != 2) return 0;
  return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/// Whether so large a piece would have the kernel kill the process as soon as it is written to.
static int is_beyond(size_t size) {
  if (size < LARGE || guard_capacity == 0) return 0;
  return size > guard_capacity || resident() > guard_capacity - size;
}

static void *checked(void *memory, size_t size) {
  if (memory == NULL && size > 0) refuse_bytes(size);
  return memory;
}

STAND_IN void *malloc(size_t size) {
  if (is_beyond(size)) refuse_bytes(size);
  return checked(__libc_malloc(size), size);
}

STAND_IN void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) total = (size_t)-1;
  if (is_beyond(total)) refuse_bytes(total);
  return checked(__libc_calloc(count, size), total);
}

STAND_IN void *realloc(void *memory, size_t size) {
  if (is_beyond(size)) refuse_bytes(size);
  void *moved = __libc_realloc(memory, size);
  return size == 0 ? moved : checked(moved, size);
}

STAND_IN void *memalign(size_t alignment, size_t size) {
  if (is_beyond(size)) refuse_bytes(size);
  return checked(__libc_memalign(alignment, size), size);
}

STAND_IN void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

STAND_IN int posix_memalign(void **out, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *out = memory;
  return 0;
}

/// Times in a row that no thread could be started; libdispatch waits for a second after each.
static atomic_int failures = 0;
static const int MOST_FAILURES = 5;

typedef int starter(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

STAND_IN int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  static _Atomic(starter *) known = NULL;
  starter *start = atomic_load(&known);
  if (start == NULL) {
    start = (starter *)dlsym(RTLD_NEXT, "pthread_create");
    atomic_store(&known, start);
  }
  int status = start(thread, attributes, body, argument);
  if (status == 0) {
    atomic_store(&failures, 0);
  } else if (atomic_fetch_add(&failures, 1) + 1 >= MOST_FAILURES && is_guarded()) {
    refuse("no thread could be started");
  }
  return status;
}

#endif
