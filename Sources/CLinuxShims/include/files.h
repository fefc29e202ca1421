// Files, directories and namespaces: what HostRoot and NetworkNamespace need.
#pragma once

#include <sys/types.h>

enum {
  /// O_PATH: a descriptor that names a file and neither reads nor opens it.
  SOCKWISE_O_PATH = 010000000,
};

/// openat2(2), Linux 5.6, with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS: every link is resolved
/// as if `root` were "/".
int sockwise_open_in_root(int root, const char *path, int flags);

/// ioctl(NS_GET_NSTYPE), Linux 4.11: the CLONE_NEW… flag of a namespace descriptor.
int sockwise_namespace_type(int fd);
