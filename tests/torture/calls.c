/* tests/torture/calls.c - a library to be preloaded: the n-th system call fails, in one of the ways in which it can.
 *
 *   FAIL_WITH=x  EINTR, EAGAIN, EMFILE, ENOSPC, EIO or ENOBUFS; "short": it does less than it was asked for, as it may;
 *                "hang": the process does nothing any more
 *   FAIL_AT=n    the n-th of the calls that can fail so
 *   FAIL_ON=1    and all after it
 *   FAIL_IN=x    counts only in the process that was started ("parent"), or only in others ("worker")
 *   COUNT_FILE   where it is written how many such calls there were, and which one failed first, when the program ends
 *
 * All processes of a run count together.  What the C library does by itself, as when it writes what printf() made, is
 * not seen. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum way { /* bits */
    INTERRUPTED = 1,
    AGAIN = 2,
    NO_DESCRIPTOR = 4,
    NO_SPACE = 8,
    BROKEN = 16,
    NO_BUFFER = 32,
    SHORT = 64,
    HANG = 128,
};

static const struct {
    const char *name;
    enum way way;
    int error;
} ways[] = {{"EINTR", INTERRUPTED, EINTR}, {"EAGAIN", AGAIN, EAGAIN}, {"EMFILE", NO_DESCRIPTOR, EMFILE},
            {"ENOSPC", NO_SPACE, ENOSPC},  {"EIO", BROKEN, EIO},      {"ENOBUFS", NO_BUFFER, ENOBUFS},
            {"short", SHORT, 0},           {"hang", HANG, 0}};

struct calls { /* shared with what fork() makes */
    unsigned long count;
    const char *failed; /* the first one; NULL */
};

static struct { /* as it was started with */
    unsigned way;
    int error;
    unsigned long at;
    bool on, in_parent, in_workers;
    pid_t parent;
    struct calls *calls;
} fault;

__attribute__((constructor)) static void begin(void)
{
    const char *with = getenv("FAIL_WITH"), *at = getenv("FAIL_AT"), *in = getenv("FAIL_IN");
    void *shared = mmap(NULL, sizeof *fault.calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; with && i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, with) == 0) {
            fault.way = ways[i].way;
            fault.error = ways[i].error;
        }
    }
    fault.at = at ? strtoul(at, NULL, 10) : 0;
    fault.on = getenv("FAIL_ON") != NULL;
    fault.in_parent = !in || strcmp(in, "parent") == 0;
    fault.in_workers = !in || strcmp(in, "worker") == 0;
    fault.parent = getpid();
    fault.calls = shared == MAP_FAILED ? NULL : shared;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("COUNT_FILE");
    const char *failed = fault.calls && fault.calls->failed ? fault.calls->failed : "none";
    char text[64];
    int size = snprintf(text, sizeof text, "%lu %s\n", fault.calls ? fault.calls->count : 0, failed), fd;

    fault.way = 0;
    fd = path && getpid() == fault.parent ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd >= 0 && write(fd, text, (size_t)size) == size)
        close(fd);
}

/* Whether this call, which can fail in these ways, does. */
static bool fails(const char *call, unsigned can)
{
    unsigned long count;

    if (!fault.calls || !(fault.way & (can | HANG)) ||
        !(getpid() == fault.parent ? fault.in_parent : fault.in_workers))
        return false;
    count = __atomic_add_fetch(&fault.calls->count, 1, __ATOMIC_RELAXED);
    if (!fault.at || (fault.on ? count < fault.at : count != fault.at))
        return false;
    fault.calls->failed = fault.calls->failed ? fault.calls->failed : call;
    while (fault.way == HANG)
        ;
    errno = fault.error ? fault.error : errno;
    return true;
}

static bool is_file(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

static bool is_datagram(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type != SOCK_STREAM;
}

static bool does_not_wait(int fd)
{
    return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

/* Who does not wait is not interrupted. */
static unsigned of_reading(int fd, size_t size)
{
    return (does_not_wait(fd) ? AGAIN : INTERRUPTED) | (is_file(fd) ? BROKEN : 0) |
           (size > 1 && !is_datagram(fd) ? SHORT : 0);
}

static unsigned of_writing(int fd, size_t size)
{
    return (does_not_wait(fd) ? AGAIN : INTERRUPTED) | (is_file(fd) ? BROKEN | NO_SPACE : 0) |
           (size > 1 && !is_datagram(fd) ? SHORT : 0);
}

static unsigned of_sending(int fd, size_t size)
{
    return of_writing(fd, size) | (is_datagram(fd) ? NO_BUFFER : 0);
}

/* Declares the C library's function as `real`. */
#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (!real)                                                                                                         \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL_IF(can, result)                                                                                           \
    if (fails(__func__, can))                                                                                          \
    return result

/* What moves octets: it fails, or moves half of them. */
#define MOVING(name, declared, ways_of, size, ...)                                                                     \
    ssize_t name declared                                                                                              \
    {                                                                                                                  \
        REAL(name);                                                                                                    \
        if (fails(__func__, ways_of)) {                                                                                \
            if (fault.way != SHORT)                                                                                    \
                return -1;                                                                                             \
            size /= 2;                                                                                                 \
        }                                                                                                              \
        return real(__VA_ARGS__);                                                                                      \
    }

MOVING(read, (int fd, void *at, size_t size), of_reading(fd, size), size, fd, at, size)
MOVING(pread64, (int fd, void *at, size_t size, off64_t from), of_reading(fd, size) & ~(unsigned)AGAIN, size, fd, at,
       size, from)
MOVING(recv, (int fd, void *at, size_t size, int flags), of_reading(fd, size) | AGAIN, size, fd, at, size, flags)
MOVING(recvfrom,
       (int fd, void *restrict at, size_t size, int flags, struct sockaddr *restrict from, socklen_t *restrict length),
       of_reading(fd, size) | AGAIN, size, fd, at, size, flags, from, length)
MOVING(write, (int fd, const void *at, size_t size), of_writing(fd, size), size, fd, at, size)
MOVING(pwrite64, (int fd, const void *at, size_t size, off64_t to), of_writing(fd, size) & ~(unsigned)AGAIN, size, fd,
       at, size, to)
MOVING(send, (int fd, const void *at, size_t size, int flags), of_sending(fd, size), size, fd, at, size,
       flags)
MOVING(sendto, (int fd, const void *at, size_t size, int flags, const struct sockaddr *to, socklen_t length),
       of_sending(fd, size), size, fd, at, size, flags, to, length)

/* Of several pieces only the first is moved. */
MOVING(readv, (int fd, const struct iovec *pieces, int count), of_reading(fd, count > 1 ? 2 : 0), count, fd, pieces,
       count ? count : 1)
MOVING(writev, (int fd, const struct iovec *pieces, int count), of_writing(fd, count > 1 ? 2 : 0), count, fd, pieces,
       count ? count : 1)

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    REAL(recvmsg);
    FAIL_IF(of_reading(fd, 0) | AGAIN, -1);
    return real(fd, message, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    REAL(sendmsg);
    FAIL_IF(of_sending(fd, 0), -1);
    return real(fd, message, flags);
}

/* Where none are left of what it takes; EAGAIN: of the local ports. */
int connect(int fd, const struct sockaddr *to, socklen_t size)
{
    REAL(connect);
    FAIL_IF(AGAIN | NO_BUFFER | (does_not_wait(fd) ? 0 : INTERRUPTED), -1);
    return real(fd, to, size);
}

int socket(int family, int type, int protocol)
{
    REAL(socket);
    FAIL_IF(NO_DESCRIPTOR | NO_BUFFER, -1);
    return real(family, type, protocol);
}

int socketpair(int family, int type, int protocol, int ends[2])
{
    REAL(socketpair);
    FAIL_IF(NO_DESCRIPTOR | NO_BUFFER, -1);
    return real(family, type, protocol, ends);
}

int pipe2(int ends[2], int flags)
{
    REAL(pipe2);
    FAIL_IF(NO_DESCRIPTOR, -1);
    return real(ends, flags);
}

int pipe(int ends[2])
{
    return pipe2(ends, 0);
}

int epoll_create1(int flags)
{
    REAL(epoll_create1);
    FAIL_IF(NO_DESCRIPTOR, -1);
    return real(flags);
}

int epoll_ctl(int fd, int what, int which, struct epoll_event *event)
{
    REAL(epoll_ctl);
    FAIL_IF(what == EPOLL_CTL_ADD ? NO_SPACE : 0, -1); /* max_user_watches */
    return real(fd, what, which, event);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
    REAL(epoll_wait);
    FAIL_IF(INTERRUPTED, -1);
    return real(fd, events, count, timeout_ms);
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    REAL(poll);
    FAIL_IF(timeout_ms ? INTERRUPTED : 0, -1);
    return real(fds, count, timeout_ms);
}

/* Not where the sandbox only looks at what may be read: hundreds of certificates. */
static unsigned of_opening(int flags)
{
    if ((flags & (O_ACCMODE | O_NONBLOCK | O_CLOEXEC)) == (O_RDONLY | O_NONBLOCK | O_CLOEXEC))
        return 0;
    return NO_DESCRIPTOR | INTERRUPTED | BROKEN | (flags & O_CREAT ? NO_SPACE : 0);
}

#define OPENING(name, declared, flags, ...)                                                                            \
    int name declared                                                                                                  \
    {                                                                                                                  \
        mode_t mode = 0;                                                                                               \
        va_list more;                                                                                                  \
                                                                                                                       \
        REAL(name);                                                                                                    \
        va_start(more, flags);                                                                                         \
        if (flags & (O_CREAT | O_TMPFILE))                                                                             \
            mode = va_arg(more, mode_t);                                                                               \
        va_end(more);                                                                                                  \
        FAIL_IF(of_opening(flags), -1);                                                                                \
        return real(__VA_ARGS__, mode);                                                                                \
    }

OPENING(open, (const char *path, int flags, ...), flags, path, flags)
OPENING(open64, (const char *path, int flags, ...), flags, path, flags)
OPENING(openat, (int at, const char *path, int flags, ...), flags, at, path, flags)
OPENING(openat64, (int at, const char *path, int flags, ...), flags, at, path, flags)

FILE *fopen64(const char *path, const char *mode)
{
    REAL(fopen64);
    FAIL_IF(of_opening(*mode == 'r' ? 0 : O_CREAT), NULL);
    return real(path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen);
    FAIL_IF(of_opening(*mode == 'r' ? 0 : O_CREAT), NULL);
    return real(path, mode);
}

DIR *opendir(const char *path)
{
    REAL(opendir);
    FAIL_IF(NO_DESCRIPTOR | BROKEN, NULL);
    return real(path);
}

/* What comes late is told at the end; the descriptor is gone all the same. */
static unsigned of_closing(int fd)
{
    return fd >= 0 && is_file(fd) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY ? INTERRUPTED | BROKEN | NO_SPACE : 0;
}

int close(int fd)
{
    unsigned can = of_closing(fd);
    int done;

    REAL(close);
    done = real(fd);
    FAIL_IF(can, -1);
    return done;
}

int fclose(FILE *file)
{
    unsigned can = of_closing(fileno(file));
    int done;

    REAL(fclose);
    done = real(file);
    FAIL_IF(can, EOF);
    return done;
}

int fflush(FILE *file)
{
    REAL(fflush);
    FAIL_IF(file && fileno(file) >= 0 && is_file(fileno(file)) ? BROKEN | NO_SPACE : 0, EOF);
    return real(file);
}

int fsync(int fd)
{
    REAL(fsync);
    FAIL_IF(INTERRUPTED | BROKEN | NO_SPACE, -1);
    return real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    FAIL_IF(INTERRUPTED | BROKEN | NO_SPACE, -1);
    return real(fd);
}

int ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64);
    FAIL_IF(INTERRUPTED | BROKEN, -1);
    return real(fd, size);
}

int flock(int fd, int what)
{
    REAL(flock);
    FAIL_IF(what & LOCK_NB ? 0 : INTERRUPTED, -1);
    return real(fd, what);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    REAL(renameat);
    FAIL_IF(BROKEN | NO_SPACE, -1);
    return real(from_at, from, to_at, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    FAIL_IF(BROKEN | NO_SPACE, -1);
    return real(path, mode);
}

int unlinkat(int at, const char *path, int flags)
{
    REAL(unlinkat);
    FAIL_IF(BROKEN, -1);
    return real(at, path, flags);
}

pid_t fork(void)
{
    REAL(fork);
    FAIL_IF(AGAIN, -1);
    return real();
}

pid_t waitpid(pid_t pid, int *status, int flags)
{
    REAL(waitpid);
    FAIL_IF(flags & WNOHANG ? 0 : INTERRUPTED, -1);
    return real(pid, status, flags);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    REAL(nanosleep);
    FAIL_IF(INTERRUPTED, -1);
    return real(time, left);
}
