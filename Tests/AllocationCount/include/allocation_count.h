// Counts what a thread allocates: in a program that links this, malloc and its kin are these.
// Where the C library is not glibc, or a sanitizer has its own, nothing is counted.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct allocation_count {
  size_t blocks, bytes;
  /// Of the largest block.
  size_t largest;
  /// Bytes asked for and not freed, less those of earlier blocks that were.
  ptrdiff_t held;
  /// The same in blocks.
  ptrdiff_t held_blocks;
};

/// Whether a sanitizer watches, which maps terabytes of addresses.
bool a_sanitizer_watches(void);
/// Whether anything is.
bool allocations_are_counted(void);
/// From now on, on this thread.
void allocation_count_begin(void);
/// What it has been since then, or since this was asked last; the counting goes on.
struct allocation_count allocation_count_next(void);
/// What it has been since then, and no further.
struct allocation_count allocation_count_end(void);
