// measure NAMESPACE COMMAND...: runs a command in a network namespace, its output thrown away, and
// prints as JSON what it took: seconds, the child's highest resident size in KiB, exit status.
//
// A program of its own and no part of the driver, because ru_maxrss of a child begins with the size
// of the process that it was forked from (exec_mmap in the kernel's fs/exec.c), and Python's size is
// greater than that of most commands here.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  _exit(127);
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int count, char **arguments) {
  if (count < 3) return fprintf(stderr, "measure NAMESPACE|- COMMAND...\n"), 127;
  if (strcmp(arguments[1], "-") != 0) {
    int space = open(arguments[1], O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET) != 0) fail(arguments[1]);
  }
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) fail("/dev/null");

  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    execvp(arguments[2], arguments + 2);
    fail(arguments[2]);
  }
  int status;
  struct rusage used;
  if (wait4(child, &status, 0, &used) != child) fail("wait4");
  clock_gettime(CLOCK_MONOTONIC, &end);

  double wall = (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9;
  printf(
    "{\"wall\": %.6f, \"cpu\": %.6f, \"peak_kib\": %ld, \"status\": %d}\n", wall,
    seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss,
    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
