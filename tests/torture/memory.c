/* tests/torture/memory.c - a library to be preloaded: the n-th allocation fails, and what the program lets leak is
 * counted.
 *
 *   FAIL_AT=n      the n-th allocation fails, of the process and those that it makes
 *   FAIL_OWN=1     the n-th of the program itself, those of libraries not counted
 *   FAIL_ON=1      and all after it
 *   COUNT_FILE     where "ALLOCATIONS OWN-ALLOCATIONS LEAKED" is written when the program ends by itself
 *
 * A leak is a block that the first process of the program itself has allocated and not freed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The C library's own, so that nothing has to be looked up before the first allocation. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

enum { BLOCKS_MAX = 1 << 16 };

static struct counts { /* shared with what fork() makes */
    unsigned long all, own;
} counts_alone, *counts = &counts_alone;
static unsigned long fail_at;
static bool fail_own, fail_on;
static pid_t parent;
static uintptr_t program_begin, program_end;
static unsigned spared; /* calls in which none fails */
static void *blocks[BLOCKS_MAX]; /* of the program: open addressing; those that are freed leave a mark */
static char freed;
static size_t live;

static size_t place_of(const void *block)
{
    return ((uintptr_t)block >> 4) * 2654435761u % BLOCKS_MAX;
}

static bool is_own(const void *caller)
{
    return (uintptr_t)caller >= program_begin && (uintptr_t)caller < program_end;
}

static void note(void *block, const void *caller)
{
    size_t place = place_of(block);

    if (!block || spared || !is_own(caller) || live >= BLOCKS_MAX / 2)
        return;
    while (blocks[place] && blocks[place] != &freed)
        place = (place + 1) % BLOCKS_MAX;
    blocks[place] = block;
    live++;
}

static void forget(const void *block)
{
    size_t place = place_of(block);

    for (size_t i = 0; block && i < BLOCKS_MAX && blocks[place]; i++, place = (place + 1) % BLOCKS_MAX) {
        if (blocks[place] == block) {
            blocks[place] = &freed;
            live--;
            return;
        }
    }
}

static bool fails(const void *caller)
{
    unsigned long all, own, count;

    if (spared)
        return false;
    all = __atomic_add_fetch(&counts->all, 1, __ATOMIC_RELAXED);
    own = __atomic_add_fetch(&counts->own, is_own(caller), __ATOMIC_RELAXED);
    count = fail_own ? own : all;
    if (!fail_at || (fail_on ? count < fail_at : count != fail_at) || (fail_own && !is_own(caller) && !fail_on))
        return false;
    errno = ENOMEM;
    return true;
}

/* OpenSSL 3.5 waits for itself, for ever, if there is no memory
 * for its beginnings: nothing that the program could help. */
void *OSSL_LIB_CTX_get0_global_default(void)
{
    void *(*real)(void), *context;

    spared++;
    real = (void *(*)(void))dlsym(RTLD_NEXT, "OSSL_LIB_CTX_get0_global_default");
    context = real ? real() : NULL;
    spared--;
    return context;
}

/* What `make coverage` counts is written by the process at its end, which cannot do without memory, and asks for this
 * first: from there on none fails, and nothing leaks. */
char *getenv(const char *name)
{
    size_t length = strlen(name);

    spared += strcmp(name, "GCOV_PREFIX") == 0;
    for (char **at = environ; at && *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return *at + length + 1;
    return NULL;
}

static int find_program(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            program_begin = info->dlpi_addr + part->p_vaddr;
            program_end = program_begin + part->p_memsz;
        }
    }
    return 1; /* the program comes first */
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_AT");
    void *shared = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    parent = getpid();
    dl_iterate_phdr(find_program, NULL);
    fail_own = getenv("FAIL_OWN") != NULL;
    fail_on = getenv("FAIL_ON") != NULL;
    if (shared != MAP_FAILED)
        counts = shared;
    counts->all = counts->own = 0;
    fail_at = at ? strtoul(at, NULL, 10) : 0;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("COUNT_FILE");
    char text[64];
    int fd = path && getpid() == parent ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    int size = snprintf(text, sizeof text, "%lu %lu %zu\n", counts->all, counts->own, live);

    if (fd >= 0 && write(fd, text, (size_t)size) == size)
        close(fd);
}

void *malloc(size_t size)
{
    void *block = fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);

    note(block, __builtin_return_address(0));
    return block;
}

void *calloc(size_t count, size_t size)
{
    void *block = fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);

    note(block, __builtin_return_address(0));
    return block;
}

void *realloc(void *old, size_t size)
{
    void *block = fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);

    if (block) {
        forget(old);
        note(block, __builtin_return_address(0));
    }
    return block;
}

/* For OpenSSL: core/base/x509.c passes its wishes on.  They do not count as the program's own. */
void *reallocarray(void *old, size_t count, size_t size)
{
    return fails(NULL) ? NULL : __libc_realloc(old, count * size);
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *block = fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);

    note(block, __builtin_return_address(0));
    return block ? memcpy(block, text, size) : NULL;
}

void free(void *block)
{
    forget(block);
    __libc_free(block);
}
