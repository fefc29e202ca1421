// libFuzzer as a library: its own main() gives way to ours.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*callback)(const uint8_t *data, size_t size));

// LeakSanitizer takes what is made between these for reachable, on this thread. Without a sanitizer
// they are not there.
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static inline void fuzz_keep_begin(void) { if (__lsan_disable) __lsan_disable(); }
static inline void fuzz_keep_end(void) { if (__lsan_enable) __lsan_enable(); }
