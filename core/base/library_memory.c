/* core/base/library_memory.c - by reallocarray(), so that the torture test can tell libraries' memory from ours. */
#include "core/base/library_memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The libraries take no argument along to their allocators, so this has to be a global. */
static atomic_bool was_refused;

void *library_resize(void *block, size_t size)
{
    void *resized = reallocarray(block, 1, size);

    if (!resized && size)
        atomic_store(&was_refused, true);
    return resized;
}

void *library_allocate(size_t size)
{
    return library_resize(NULL, size ? size : 1);
}

void *library_allocate_zeroed(size_t count, size_t size)
{
    void *block = size && count > SIZE_MAX / size ? NULL : library_allocate(count * size);

    return block ? memset(block, 0, count * size) : NULL;
}

char *library_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = library_allocate(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

bool library_lacks_memory(void)
{
    return atomic_load(&was_refused);
}
