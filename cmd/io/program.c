/* cmd/io/program.c - finds programs. */
#include "cmd/io/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"

const char *program_find(struct arena *arena, const char *program, const char *directories)
{
    const char *lists[] = {getenv("PATH"), directories};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (const char *at = lists[i]; at && *at;) {
            size_t len = strcspn(at, ":");
            const char *path = str_printf(arena, "%.*s/%s", (int)len, at, program);
            struct stat is;

            if (stat(path, &is) == 0 && S_ISREG(is.st_mode) && access(path, X_OK) == 0)
                return path;
            at += len + (at[len] == ':');
        }
    }
    return NULL;
}
