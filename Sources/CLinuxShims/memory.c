#include <malloc.h>

#include "CLinuxShims.h"

void sockwise_take_memory_in_large_steps(void) {
  mallopt(M_TOP_PAD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}
