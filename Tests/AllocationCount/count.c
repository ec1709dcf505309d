#include "allocation_count.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>

static _Thread_local bool counts;
static _Thread_local struct allocation_count found;

void allocation_count_begin(void) {
  found = (struct allocation_count){0};
  counts = true;
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

#if defined(__GLIBC__) && !defined(SANITIZED)
bool allocations_are_counted(void) { return true; }

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void *noted(void *block) {
  if (!counts || !block) return block;
  size_t size = malloc_usable_size(block);
  found.blocks++;
  found.bytes += size;
  found.held += (ptrdiff_t)size;
  found.held_blocks++;
  if (size > found.largest) found.largest = size;
  return block;
}

static void forget(void *block) {
  if (!counts || !block) return;
  found.held -= (ptrdiff_t)malloc_usable_size(block);
  found.held_blocks--;
}

void *malloc(size_t size) { return noted(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return noted(__libc_calloc(count, size)); }

void free(void *block) {
  forget(block);
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  forget(block);
  return noted(__libc_realloc(block, size));
}

void *aligned_alloc(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  void *made = noted(__libc_memalign(alignment, size));
  if (!made) return ENOMEM;
  *block = made;
  return 0;
}
#else
bool allocations_are_counted(void) { return false; }
#endif
