#include "CLinuxShims.h"

#include <stddef.h>

static int count;
static char **values;

// glibc hands these to what runs before main (csu/libc-start.c, call_init).
__attribute__((constructor)) static void keep(int argc, char **argv) {
  count = argc;
  values = argv;
}

int sockwise_argument_count(void) { return count; }

const char *sockwise_argument(int index) {
  return index >= 0 && index < count ? values[index] : NULL;
}
