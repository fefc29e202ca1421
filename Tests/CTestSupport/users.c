#define _GNU_SOURCE
#include "CTestSupport.h"

#include <sys/fsuid.h>

// Unlike setuid(3) the C library does not repeat it in every other thread.
void test_set_file_user(unsigned int user) { setfsuid(user); }
