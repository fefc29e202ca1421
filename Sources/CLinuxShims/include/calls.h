// What system calls wait for, by their numbers on this architecture.
#pragma once

enum {
  /// Not for sockets, or only for one that the call names itself, as read(2) does.
  SOCKWISE_CALL_OTHER,
  /// accept(2), accept4(2): the first argument is the listener.
  SOCKWISE_CALL_ACCEPT,
  /// poll(2), select(2), io_uring_enter(2) and their kin: a list in the caller's memory. Also
  /// restart_syscall(2), which may go on with one of them.
  SOCKWISE_CALL_LIST,
};

/// What a thread in the system call of this number waits for: one of the three above.
int sockwise_call_kind(long number);
