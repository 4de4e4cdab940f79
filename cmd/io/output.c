/* cmd/io/output.c - writes files beside their names and renames them, and checks standard output. */
#include "cmd/io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command.h"
#include "core/base/arena.h"
#include "core/base/str.h"

static const char stdout_name[] = "standard output";

static bool failed(struct output *output, const char **why, const char *what)
{
    *why = str_printf(output->arena, "%s: %s", output->path, what);
    return false;
}

/* What stands at the name already must be a file that may be replaced. */
static bool check_existing(struct output *output, const struct stat *there, const char **why)
{
    if (S_ISLNK(there->st_mode))
        return failed(output, why, "is a symbolic link, and links are not followed");
    if (S_ISDIR(there->st_mode))
        return failed(output, why, strerror(EISDIR));
    if ((there->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0 ||
        faccessat(output->directory, output->name, W_OK, AT_EACCESS) != 0)
        return failed(output, why, "is there already and read-only");
    return true;
}

/* Locks the temporary file, so that a second run cannot write into it; false when another holds it. */
static bool lock(struct output *output, int fd, const char **why)
{
    struct flock wanted = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_SETLK, &wanted) == 0)
        return true;
    if ((errno != EACCES && errno != EAGAIN) || fcntl(fd, F_GETLK, &wanted) != 0 || wanted.l_type == F_UNLCK)
        return failed(output, why, strerror(errno));
    *why = str_printf(output->arena, "%s: process %ld is writing it", output->path, (long)wanted.l_pid);
    return false;
}

/* A file that an earlier run left behind is taken over, one that was made by somebody else or is not alone is not. */
static bool open_beside(struct output *output, const char **why)
{
    int fd =
        openat(output->directory, output->temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat opened, named;

    if (fd < 0)
        return failed(output, why, strerror(errno));
    if (!lock(output, fd, why)) {
        close(fd);
        return false;
    }
    if (fstat(fd, &opened) != 0 || fstatat(output->directory, output->temporary, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
        opened.st_ino != named.st_ino || opened.st_dev != named.st_dev || !S_ISREG(opened.st_mode) ||
        opened.st_nlink != 1 || opened.st_uid != geteuid()) {
        close(fd);
        *why = str_printf(output->arena, "%s: %s stands in the way", output->path, output->temporary);
        return false;
    }
    if (fchmod(fd, 0600) != 0 || ftruncate(fd, 0) != 0 || !(output->stream = fdopen(fd, "w"))) {
        failed(output, why, strerror(errno));
        unlinkat(output->directory, output->temporary, 0);
        close(fd);
        return false;
    }
    return true;
}

/* Devices and pipes have no "beside". */
static bool open_directly(struct output *output, const char **why)
{
    int fd = openat(output->directory, output->name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 || !(output->stream = fdopen(fd, "w"))) {
        failed(output, why, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(output->directory);
    output->directory = -1;
    return true;
}

static bool open_file(struct output *output, const char **why)
{
    struct stat there;
    bool exists = fstatat(output->directory, output->name, &there, AT_SYMLINK_NOFOLLOW) == 0;

    if (!exists && errno != ENOENT)
        return failed(output, why, strerror(errno));
    if (exists && (S_ISCHR(there.st_mode) || S_ISFIFO(there.st_mode) || S_ISBLK(there.st_mode)))
        return open_directly(output, why);
    return (!exists || check_existing(output, &there, why)) && open_beside(output, why);
}

bool output_open(struct output *output, struct arena *arena, const char *path, const char **why)
{
    const char *slash = path ? strrchr(path, '/') : NULL, *directory = ".";

    *output = (struct output){.arena = arena, .path = path ? path : stdout_name, .directory = -1};
    if (!path) {
        output->stream = stdout;
        if (fcntl(STDOUT_FILENO, F_GETFL) < 0 || (fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY)
            return failed(output, why, "is not open for writing");
        return true;
    }
    output->name = slash ? slash + 1 : path;
    if (slash)
        directory = slash == path ? "/" : str_text(arena, (struct str){path, (size_t)(slash - path)});
    if (*output->name == '\0' || strcmp(output->name, ".") == 0 || strcmp(output->name, "..") == 0)
        return failed(output, why, strerror(EISDIR));
    output->temporary = str_printf(arena, ".%s.mailready", output->name);
    output->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (output->directory < 0)
        return failed(output, why, strerror(errno));
    if (open_file(output, why))
        return true;
    if (output->directory >= 0)
        close(output->directory);
    output->directory = -1;
    return false;
}

bool output_same_file(const struct output *a, const struct output *b)
{
    struct stat first, second;

    return a->directory >= 0 && b->directory >= 0 && strcmp(a->name, b->name) == 0 &&
           fstat(a->directory, &first) == 0 && fstat(b->directory, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

/* Before it is there. */
static bool is_name(const struct output *output, const char *path)
{
    const char *slash = strrchr(path, '/'), *directory = ".";
    struct stat first, second;

    if (slash)
        directory = slash == path ? "/" : str_text(output->arena, (struct str){path, (size_t)(slash - path)});
    return output->directory >= 0 && strcmp(output->name, slash ? slash + 1 : path) == 0 &&
           fstat(output->directory, &first) == 0 && stat(directory, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

bool output_is_file(const struct output *output, const char *path)
{
    struct stat file, there;

    if (is_name(output, path))
        return true;
    return output->directory >= 0 && fstatat(output->directory, output->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           stat(path, &file) == 0 && file.st_ino == there.st_ino && file.st_dev == there.st_dev;
}

/* 0, or the errno of what failed first. */
static int write_out(struct output *output)
{
    bool to_disk = output->directory >= 0 && !output->is_settled_later;

    errno = 0;
    if (fflush(output->stream) != 0 || ferror(output->stream))
        return errno ? errno : EIO;
    if (to_disk && fsync(fileno(output->stream)) != 0)
        return errno;
    return 0;
}

static int rename_to(struct output *output, const char *name)
{
    int error = 0;

    if (renameat(output->directory, output->temporary, output->directory, name) != 0)
        error = errno;
    else if (!output->is_settled_later && fsync(output->directory) != 0 &&
             errno != EINVAL) /* not every file system can */
        error = errno;
    return error;
}

static void close_all(struct output *output)
{
    if (output->stream && output->stream != stdout)
        fclose(output->stream);
    if (output->directory >= 0)
        close(output->directory);
    output->stream = NULL;
    output->directory = -1;
}

bool output_keep(struct output *output, bool complete, int *error, const char **why)
{
    *error = write_out(output);
    if (*error == 0 && output->directory >= 0) {
        const char *name = complete ? output->name : str_printf(output->arena, "%s.partial", output->name);

        *error = rename_to(output, name); /* the stream is still open, and with it the lock */
    }
    if (*error != 0) {
        failed(output, why, strerror(*error));
        output_remove(output);
    }
    if (output->stream != stdout)
        close_all(output);
    else if (*error == 0 && fclose(stdout) != 0) {
        *error = errno;
        failed(output, why, strerror(*error));
    }
    output->stream = NULL;
    return *error == 0;
}

void output_remove(const struct output *output)
{
    if (output->directory >= 0)
        unlinkat(output->directory, output->temporary, 0);
}

void output_abandon(struct output *output)
{
    output_remove(output);
    close_all(output);
}

bool output_stdout_done(void)
{
    int error = 0;

    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        error = errno ? errno : EIO;
    if (fclose(stdout) != 0 && error == 0)
        error = errno;
    if (error != 0 && error != EPIPE)
        complain("%s: %s", stdout_name, strerror(error));
    return error == 0 || error == EPIPE;
}

bool output_speaks_utf8(void)
{
    bool utf8;

    setlocale(LC_CTYPE, "");
    utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    setlocale(LC_CTYPE, "C"); /* what is a letter does not depend on the locale in the rest of the program */
    return utf8;
}
