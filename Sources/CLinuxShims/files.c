#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// <linux/openat2.h> is younger than the support floor; its structure is three numbers.
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct sockwise_open_how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

int sockwise_open_in_root(int root, const char *path, int flags) {
  const uint64_t no_magic_links = 0x02, in_root = 0x10;
  // openat2 refuses unknown bits, so the sign of `flags` must not spread.
  struct sockwise_open_how how = {
      .flags = (uint32_t)flags, .mode = 0, .resolve = no_magic_links | in_root};
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

// _IO(NSIO, 0x3) of <linux/nsfs.h>.
int sockwise_namespace_type(int fd) { return ioctl(fd, _IO(0xb7, 0x3)); }
