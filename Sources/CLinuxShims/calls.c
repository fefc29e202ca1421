#include "CLinuxShims.h"

#include <sys/syscall.h>

int sockwise_call_kind(long number) {
  switch (number) {
    case SYS_accept:
    case SYS_accept4:
      return SOCKWISE_CALL_ACCEPT;
#ifdef SYS_poll
    case SYS_poll:
#endif
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_io_uring_enter:
    case SYS_io_getevents:
#ifdef SYS_io_pgetevents
    case SYS_io_pgetevents:
#endif
    case SYS_restart_syscall:
      return SOCKWISE_CALL_LIST;
    default:
      return SOCKWISE_CALL_OTHER;
  }
}
