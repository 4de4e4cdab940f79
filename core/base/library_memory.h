/* core/base/library_memory.h - the memory of libraries that judge what a server says, watched.
 *
 * OpenSSL and libcurl do not always tell that they were refused memory, and then a sound certificate or policy seems
 * faulty.  So a refusal is remembered, for good, because OpenSSL takes an algorithm that it could not set up for one
 * that does not exist: whatever fails after it is nobody's fault but this machine's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void *library_resize(void *block, size_t); /* as realloc(), and so are these as malloc(), calloc() and strdup() */
void *library_allocate(size_t);
void *library_allocate_zeroed(size_t count, size_t);
char *library_copy(const char *);

bool library_lacks_memory(void); /* one was ever refused some */
