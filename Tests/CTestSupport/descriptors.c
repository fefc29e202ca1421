#define _GNU_SOURCE
#include "CTestSupport.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int test_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

// CLOSE_RANGE_UNSHARE: what is closed here is never copied.
int test_own_descriptors(void) { return (int)syscall(SYS_close_range, 3u, ~0u, 2u); }
