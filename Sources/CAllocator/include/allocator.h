#ifndef MODGAP_ALLOCATOR_H
#define MODGAP_ALLOCATOR_H

// Swift's Glibc module leaves out mallopt.
#include <malloc.h>
#include <stddef.h>

/// From now on an allocation of this process that fails, or that is of 64 MiB or more and beyond
/// `capacity` bytes of resident memory, ends the program with a sentence on standard error and
/// `status`; so does a thread that cannot be started five times in a row. Swift's own answer is a trap. `limit` says where the capacity comes from, such as
/// "ulimit -v"; it is copied. A capacity of 0 is none. Child processes are not concerned.
void modgap_guard_allocations(size_t capacity, const char *limit, int status);

#endif
