/* cmd/io/progress.c - the line of progress. */
#include "cmd/io/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct progress progress_new(bool quiet)
{
    const char *terminal = getenv("TERM");

    return (struct progress){.wanted = !quiet && isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0};
}

void progress_show(struct progress *progress, size_t finished, size_t running, size_t wanted, size_t known)
{
    if (!progress->wanted)
        return;
    fprintf(stderr, "\r%zu done, %zu under way: %zu of %zu answers\033[K", finished, running, known, wanted);
    fflush(stderr);
    progress->shown = true;
}

void progress_erase(struct progress *progress)
{
    if (!progress->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->shown = false;
}
