/* cmd/io/progress.h - one line on a terminal that tells how far
 * the run is; nothing when standard error is no terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct progress {
    bool wanted; /* standard error is a terminal, and nothing else is written to it all the time */
    bool shown;
};

struct progress progress_new(bool quiet);
void progress_show(struct progress *, size_t finished, size_t running, size_t wanted, size_t known);
void progress_erase(struct progress *); /* before anything else is written to the terminal */
