#include "CLinuxShims.h"

#include <sys/syscall.h>

int sockwise_call_kind(long number) {
  switch (number) {
    case SYS_accept:
    case SYS_accept4:
      return SOCKWISE_CALL_ACCEPT;
#ifdef SYS_pause
    case SYS_pause:
#endif
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
#endif
    case SYS_epoll_pwait:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
      return SOCKWISE_CALL_IDLE;
    default:
      return SOCKWISE_CALL_UNCLEAR;
  }
}
