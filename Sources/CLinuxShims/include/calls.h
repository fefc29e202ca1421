// What system calls wait for, by their numbers on this architecture.
#pragma once

enum {
  /// Anything else: it may be at work for a client, or wait for a list of sockets in its memory, as
  /// poll(2), select(2) and io_uring_enter(2) do.
  SOCKWISE_CALL_UNCLEAR,
  /// accept(2), accept4(2): the first argument is the listener.
  SOCKWISE_CALL_ACCEPT,
  /// It waits for time to pass, a child, a signal or an epoll set.
  SOCKWISE_CALL_IDLE,
};

/// What a thread in the system call of this number waits for: one of the three above.
int sockwise_call_kind(long number);
