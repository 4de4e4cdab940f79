/* cmd/io/file.c - opens and reads the files that the user names. */
#include "cmd/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/arena.h"

enum { FIRST_READ = 65536 };

static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

int file_open(struct arena *arena, const char *path, const char **why)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;

    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(fd);
        fd = -1;
        errno = EISDIR;
    }
    if (fd < 0)
        *why = str_printf(arena, "%s: %s", shown(path), strerror(errno));
    return fd;
}

/* Reads to the end into memory that the caller frees; errno tells what failed, EFBIG that it is more than `most`. */
static char *read_all(int fd, size_t most, size_t *size)
{
    size_t room = most < FIRST_READ ? most + 1 : FIRST_READ;
    char *bytes = malloc(room);
    ssize_t got = 1;

    *size = 0;
    while (bytes && (got = read(fd, bytes + *size, room - *size)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        *size += (size_t)got;
        if (*size > most) {
            errno = EFBIG;
            got = -1;
            break;
        }
        if (*size == room) {
            size_t larger = room * 2 > most ? most + 1 : room * 2;
            char *more = realloc(bytes, larger);

            if (!more) {
                got = -1;
                break;
            }
            bytes = more;
            room = larger;
        }
    }
    if (bytes && got < 0) {
        int error = errno;

        free(bytes);
        bytes = NULL;
        errno = error;
    }
    return bytes;
}

bool file_read(struct arena *arena, const char *path, size_t most, struct str *out, const char **why)
{
    int fd = file_open(arena, path, why);
    size_t size = 0;
    char *bytes;
    bool is_read;

    if (fd < 0)
        return false;
    bytes = read_all(fd, most, &size);
    if (!bytes && errno == ENOMEM) {
        close(fd);
        arena_exhaust(arena);
    }
    is_read = bytes != NULL;
    if (is_read)
        *out = str_copy(arena, (struct str){bytes, size});
    else if (errno == EFBIG)
        *why = str_printf(arena, "%s: more than %zu bytes", shown(path), most);
    else
        *why = str_printf(arena, "%s: %s", shown(path), strerror(errno));
    close(fd);
    free(bytes);
    return is_read;
}

struct str line_trimmed(struct str line)
{
    while (line.len > 0 && memchr(" \t\r", line.at[0], 3)) {
        line.at++;
        line.len--;
    }
    while (line.len > 0 && memchr(" \t\r", line.at[line.len - 1], 3))
        line.len--;
    return line;
}
