// libFuzzer as a library: its own main() gives way to ours.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*callback)(const uint8_t *data, size_t size));

// LeakSanitizer takes what is made between these for reachable, on this thread.
void __lsan_disable(void);
void __lsan_enable(void);
