// What posix_spawn needs here is not in POSIX, and so not in Swift's view of glibc.
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

/// This program ignores some signals, and what is ignored is inherited.
static int set_signals(posix_spawnattr_t *attributes) {
  static const int numbers[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ,
                                SIGXCPU, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM};
  sigset_t defaults, blocked;
  sigemptyset(&defaults);
  sigemptyset(&blocked);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) sigaddset(&defaults, numbers[index]);
  int code = posix_spawnattr_setsigdefault(attributes, &defaults);
  return code ? code : posix_spawnattr_setsigmask(attributes, &blocked);
}

static int set_files(posix_spawn_file_actions_t *actions, const char *folder, int output, int errors) {
  int code = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!code) code = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
  if (!code) code = posix_spawn_file_actions_adddup2(actions, errors, STDERR_FILENO);
  if (!code) code = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  if (!code) code = posix_spawn_file_actions_addchdir_np(actions, folder);
  return code;
}

int modgap_start_child(
    const char *path, char *const words[], char *const variables[], const char *folder, int output, int errors,
    unsigned seconds, pid_t *child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code) return code;
  code = posix_spawnattr_init(&attributes);
  if (code) {
    posix_spawn_file_actions_destroy(&actions);
    return code;
  }
  code = set_files(&actions, folder, output, errors);
  if (!code) code = set_signals(&attributes);
  if (!code) code = posix_spawnattr_setpgroup(&attributes, 0);
  if (!code)
    code = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (!code) code = posix_spawn(child, path, &actions, &attributes, words, variables);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  // Should this program be killed, the child ends all the same. A limit that cannot be set is no reason to stop.
  const struct rlimit limit = {seconds, seconds};
  if (!code) prlimit(*child, RLIMIT_CPU, &limit, NULL);
  return code;
}
