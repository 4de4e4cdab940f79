/* tests/mutate/entered.c - to be preloaded before a program that is compiled with -finstrument-functions: appends to
 * the file that ENTERED names each function that is entered, once: the object that holds it, and where in it, in
 * octets. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SLOTS = 1 << 16, LINE_OCTETS = 512 };    /* many more than there are functions */

static _Atomic(uintptr_t) seen[SLOTS];
static int file = -1;

/* At the start, because a test may forbid itself to open files. */
__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ENTERED");

    if (path)
        file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static void tell(uintptr_t function)
{
    char line[LINE_OCTETS];
    Dl_info place;

    if (file >= 0 && dladdr((void *)function, &place) != 0) {
        uintptr_t where = function - (uintptr_t)place.dli_fbase;
        int len = snprintf(line, sizeof line, "%s %jx\n", place.dli_fname, (uintmax_t)where);

        if (len > 0 && len < LINE_OCTETS && write(file, line, (size_t)len) < 0)
            file = -1;
    }
}

void __cyg_profile_func_enter(void *function, void *caller);
void __cyg_profile_func_exit(void *function, void *caller);

void __cyg_profile_func_enter(void *function, void *caller)
{
    uintptr_t wanted = (uintptr_t)function;

    (void)caller;
    for (size_t at = wanted / sizeof(void *);; at++) {
        uintptr_t found = atomic_load_explicit(&seen[at % SLOTS], memory_order_relaxed);

        if (found == 0 && atomic_compare_exchange_strong(&seen[at % SLOTS], &found, wanted)) {
            tell(wanted);
            return;
        }
        if (found == wanted)
            return;
    }
}

void __cyg_profile_func_exit(void *function, void *caller)
{
    (void)function;
    (void)caller;
}
