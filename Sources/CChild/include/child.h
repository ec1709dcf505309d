#ifndef MODGAP_CHILD_H
#define MODGAP_CHILD_H

#include <sys/types.h>

/// Starts `path` as the first of a process group of its own, in `folder`, with /dev/null as its input, `output` and
/// `errors` as its streams and no other file open, all signals as a program usually has them, and no more than `seconds`
/// of processor time. It is killed when the thread that started it ends, as it does with the program.
///
/// `words` and `variables` end with NULL. Gives 0 and the process in `child`, or the value of errno.
int modgap_start_child(
    const char *path, char *const words[], char *const variables[], const char *folder, int output, int errors,
    unsigned seconds, pid_t *child);

#endif
