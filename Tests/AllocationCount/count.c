#define _GNU_SOURCE

#include "allocation_count.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static _Thread_local bool counts;
static _Thread_local struct allocation_count found;

static void begin_table(void);

void allocation_count_begin(void) {
  begin_table();
  found = (struct allocation_count){0};
  counts = true;
}

struct allocation_count allocation_count_next(void) {
  const struct allocation_count until_now = found;
  found = (struct allocation_count){0};
  return until_now;
}

struct allocation_count allocation_count_end(void) {
  counts = false;
  return found;
}

// AddressSanitizer and ThreadSanitizer bring a malloc of their own, which must stay.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(SANITIZED)
bool a_sanitizer_watches(void) { return true; }
#else
bool a_sanitizer_watches(void) { return false; }
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
bool allocations_are_counted(void) { return true; }

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *__libc_valloc(size_t size);
void *__libc_pvalloc(size_t size);
void __libc_free(void *block);

// What was asked for, by block: the usable size varies with the place, by what the allocator had no use for. Each thread
// that counts has a table of its own, which is empty when a count begins.
enum { PLACES = 1 << 16 };
struct asked {
  void *block;
  size_t size;
};
static _Thread_local struct asked *table;

// glibc has no other name for its own.
static size_t usable_size(void *block) {
  static size_t (*glibc)(void *);
  if (!glibc) glibc = (size_t(*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
  return glibc ? glibc(block) : 0;
}

static void begin_table(void) {
  usable_size(NULL);
  if (!table) table = __libc_calloc(PLACES, sizeof *table);
  else memset(table, 0, PLACES * sizeof *table);
}

// The place of the block, or the free one where it would be; NULL where the table is full.
static struct asked *place(void *block) {
  if (!table) return NULL;
  size_t start = ((uintptr_t)block >> 4) * 0x9E3779B97F4A7C15u >> 48;
  for (size_t step = 0; step < PLACES; step++) {
    struct asked *entry = &table[(start + step) % PLACES];
    if (!entry->block || entry->block == block) return entry;
  }
  return NULL;
}

static bool is_known(const struct asked *asked) { return asked && asked->block && asked->size != SIZE_MAX; }

static void *noted(void *block, size_t size) {
  if (!counts || !block) return block;
  const size_t usable = usable_size(block);
  struct asked *asked = place(block);
  // Another thread freed what was here.
  if (is_known(asked)) {
    found.held -= (ptrdiff_t)asked->size;
    found.held_blocks--;
  }
  if (asked) *asked = (struct asked){block, size};
  found.blocks++;
  found.bytes += usable;
  found.held += (ptrdiff_t)(asked ? size : usable);
  found.held_blocks++;
  if (usable > found.largest) found.largest = usable;
  return block;
}

static void forget(void *block) {
  if (!counts || !block) return;
  struct asked *asked = place(block);
  // A block of before the counting is not in the table.
  found.held -= (ptrdiff_t)(is_known(asked) ? asked->size : usable_size(block));
  found.held_blocks--;
  // The entry stays, for those behind it to be found.
  if (is_known(asked)) asked->size = SIZE_MAX;
}

void *malloc(size_t size) { return noted(__libc_malloc(size), size); }

void *calloc(size_t count, size_t size) { return noted(__libc_calloc(count, size), count * size); }

void free(void *block) {
  forget(block);
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  forget(block);
  return noted(__libc_realloc(block, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return noted(__libc_memalign(alignment, size), size);
}

void *memalign(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size), size); }

void *valloc(size_t size) { return noted(__libc_valloc(size), size); }

void *pvalloc(size_t size) { return noted(__libc_pvalloc(size), size); }

// Swift asks for this to set an array's capacity, and by the capacity for the next array's size. By the usable size, an
// array that grows would ask for more in one step than in another, as the allocator happens to have larger remainders.
size_t malloc_usable_size(void *block) {
  if (!block) return 0;
  const struct asked *asked = counts ? place(block) : NULL;
  return is_known(asked) ? asked->size : usable_size(block);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  void *made = noted(__libc_memalign(alignment, size), size);
  if (!made) return ENOMEM;
  *block = made;
  return 0;
}
#else
static void begin_table(void) {}
bool allocations_are_counted(void) { return false; }
#endif
