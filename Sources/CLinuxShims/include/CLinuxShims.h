// Linux system calls and kernel structures that Swift's Glibc module does not show.
//
// Each function is one system call: -1 and errno on failure, as in the C library.
#pragma once

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdint.h>
#include <sys/types.h>

#include "calls.h"
#include "files.h"

enum {
  SOCKWISE_CLONE_NEWNET = 0x40000000,
  SOCKWISE_CLONE_NEWNS = 0x00020000,
  SOCKWISE_CLONE_NEWUSER = 0x10000000,
};

/// The command line, from the C library: how many words, the program's name among them.
int sockwise_argument_count(void);

/// One of its words; NULL beyond its end.
const char *sockwise_argument(int index);

/// mallopt(3): the heap grows by 4 MiB, and each thread's begins with as much, which is more than any
/// needs on a small host. Beyond that a thread's takes an mprotect(2) for every page, which all other
/// threads wait for; what is not touched takes no memory.
void sockwise_take_memory_in_large_steps(void);

/// pidfd_open(2), Linux 5.3.
int sockwise_pidfd_open(pid_t pid, unsigned int flags);

/// pidfd_getfd(2), Linux 5.6: a duplicate, close-on-exec, of another process's descriptor.
int sockwise_pidfd_getfd(int pidfd, int target, unsigned int flags);

/// sched_getaffinity(2): how many processors the calling thread may be put on.
int sockwise_usable_processors(void);

/// setns(2): moves the calling thread, and only it.
int sockwise_setns(int fd, int type);

/// unshare(2): of the calling thread.
int sockwise_unshare(int flags);

/// prctl(PR_SET_PDEATHSIG): SIGKILL for this process when the one that started it ends.
int sockwise_die_with_parent(void);
