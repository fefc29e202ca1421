// System calls for the tests that Swift's Glibc module does not show.
#pragma once

enum {
  /// socket(AF_NETLINK, …), as RestrictAddressFamilies= of a unit refuses it.
  TEST_DENY_NETLINK = 1,
  /// pidfd_getfd(2), as the filters of container engines refuse it.
  TEST_DENY_PIDFD_GETFD = 2,
};

/// Makes the calls answer EPERM, in the calling thread and all that it starts; for good, as
/// seccomp(2) has it. -1 and errno on failure.
int test_deny_calls(int calls);

/// Makes setsockopt() of an option of SOL_SOCKET give this error, or succeed and do nothing with 0,
/// as a kernel may that only looks like Linux; likewise for good.
int test_filter_socket_option(int option, int error);

// Makes the calling thread, and only it, create files and sockets as this user.
void test_set_file_user(unsigned int user);

// accept4(2) with SOCK_CLOEXEC; -1 and errno on failure.
int test_accept(int listener);

// Gives the calling thread a table of descriptors of its own, with the standard streams in it; -1
// and errno on failure. Linux 5.9.
int test_own_descriptors(void);
