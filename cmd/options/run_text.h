/* cmd/options/run_text.h - what a run is, as far as what it finds out depends on it: version, list, options and the
 * files that they name, in lines of text.  A journal keeps it, and a run that goes on must have the same.
 *
 *     version 0.1.0
 *     list 1000 9f86d081884c7d65           domains, and a checksum of their names in order
 *     file anchor.key e3b0c44298fc1c14     read by the run
 *     option timeout 60
 *     option dkim@example.org s2026        of a section of the project file
 *
 * How results are printed and how many domains are audited at once may differ: nothing that is kept depends on it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct options;

struct run_list {
    bool is_known; /* else it comes from a pipe, and is known only at its end */
    size_t domains;
    uint64_t checksum;
};

/* `files`: those whose content counts; false with *why where one cannot be read. */
bool run_text(const struct options *, const struct run_list *, const char *const *files, size_t file_count,
              const char **text, const char **why);
/* What differs, to follow the journal's name in a sentence; NULL: nothing. */
const char *run_text_difference(struct arena *, const char *before, const char *now);

uint64_t run_checksum(uint64_t before, const void *octets, size_t size); /* FNV-1a; begin with 0 */
