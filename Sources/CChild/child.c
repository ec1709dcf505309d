// What is needed here is not all in POSIX, and so not in Swift's view of glibc.
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct launch {
  const char *path;
  char *const *words;
  char *const *variables;
  const char *folder;
  int output, errors;
  pid_t parent;
  /// The value of errno where the program could not be started.
  volatile int code;
};

/// This program ignores some signals, and what is ignored is inherited.
static int set_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigemptyset(&action.sa_mask);
  // No handler of this program may run in the child; those that cannot be set have none.
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_files(const struct launch *launch) {
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (input < 0) return -1;
  const int files[] = {input, launch->output, launch->errors};
  for (int stream = 0; stream < 3; stream++) {
    // A file that is there already would be closed with the program's start.
    if (files[stream] == stream ? fcntl(stream, F_SETFD, 0) : dup2(files[stream], stream) < 0) return -1;
  }
  if (close_range(STDERR_FILENO + 1, ~0U, 0))
    for (int file = STDERR_FILENO + 1; file < 65536; file++) close(file);
  return 0;
}

/// In the child, which shares its parent's memory until it becomes another program: system calls only.
static void become(struct launch *launch) {
  // With the thread that waits for it, and so with this program, however that ends.
  if (!prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == launch->parent && !setpgid(0, 0) && !set_files(launch) &&
      !chdir(launch->folder) && !set_signals())
    execve(launch->path, launch->words, launch->variables);
  launch->code = errno ? errno : ECHILD;
  _exit(127);
}

int modgap_start_child(
    const char *path, char *const words[], char *const variables[], const char *folder, int output, int errors,
    unsigned seconds, pid_t *child) {
  struct launch launch = {path, words, variables, folder, output, errors, getpid(), 0};
  // No handler of this program may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  int code = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (code) return code;
  const pid_t id = vfork();
  if (id == 0) become(&launch);
  code = id < 0 ? errno : launch.code;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (id > 0 && code)
    while (waitpid(id, NULL, 0) < 0 && errno == EINTR) {
    }
  if (code) return code;
  *child = id;
  // A limit that cannot be set is no reason to stop.
  const struct rlimit limit = {seconds, seconds};
  prlimit(id, RLIMIT_CPU, &limit, NULL);
  return 0;
}
