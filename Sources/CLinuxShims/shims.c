#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The numbers are the same on every architecture since Linux 5.3; glibc 2.36 has wrappers, but
// the support floor is older.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int sockwise_pidfd_open(pid_t pid, unsigned int flags) {
  return (int)syscall(SYS_pidfd_open, pid, flags);
}

int sockwise_pidfd_getfd(int pidfd, int target, unsigned int flags) {
  return (int)syscall(SYS_pidfd_getfd, pidfd, target, flags);
}

int sockwise_setns(int fd, int type) { return setns(fd, type); }

int sockwise_unshare(int flags) { return unshare(flags); }

int sockwise_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

int sockwise_usable_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}
