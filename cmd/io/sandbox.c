/* cmd/io/sandbox.c - Landlock and seccomp. */
#include "cmd/io/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* System calls that older headers do not know; everywhere the same. */
enum { RSEQ = __NR_rseq, CLOSE_RANGE = 436, FACCESSAT2 = 439, EPOLL_PWAIT2 = 441 };

/* ---- files: landlock(7); the C library has no functions for it, and older headers not all of its constants ---- */

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, ASK_VERSION = 1, RULE_PATH_BENEATH = 1 };

enum files_access {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    OF_FIRST_VERSION = (1 << 13) - 1, /* the others make and remove directories, devices, sockets, links */
    REFER = 1 << 13,                  /* from version 2 */
    TRUNCATE = 1 << 14,               /* 3 */
};

struct rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* What libraries read when they are used: certificates, character sets, the clock's zone, the resolver's settings.  A
 * name that is a link stands for where it leads: some systems keep certificates elsewhere. */
static const char *const system_files[] = {
    "/usr",           "/lib",           "/lib64",     "/etc/ssl",       "/etc/ssl/certs",   "/etc/ssl/cert.pem",
    "/etc/pki",       "/etc/ca-certificates",         "/var/lib/ca-certificates",           "/nix/store",
    "/gnu/store",     "/etc/hosts",     "/etc/localtime", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
    "/dev/urandom",   NULL};

static void allow(int ruleset, int parent, uint64_t handled, uint64_t allowed)
{
    enum { OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE };
    struct rule rule = {.allowed = handled & allowed, .parent = parent};
    struct stat there;

    if (fstat(parent, &there) == 0 && !S_ISDIR(there.st_mode))
        rule.allowed &= OF_FILES;
    syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

static void allow_at(int ruleset, uint64_t handled, int directory, const char *path, uint64_t allowed)
{
    int fd = openat(directory, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    allow(ruleset, fd, handled, allowed);
    close(fd);
}

static void allow_reading(int ruleset, uint64_t handled, const char *const *paths)
{
    for (; paths && *paths; paths++)
        allow_at(ruleset, handled, AT_FDCWD, *paths, READ_FILE | READ_DIR);
}

/* A directory of certificates is full of links, and an administrator's own may lead anywhere. */
static void allow_links(int ruleset, uint64_t handled, const char *const *paths)
{
    for (; paths && *paths; paths++) {
        DIR *directory = opendir(*paths);

        for (struct dirent *entry; directory && (entry = readdir(directory));) {
            if (entry->d_type == DT_LNK)
                allow_at(ruleset, handled, dirfd(directory), entry->d_name, READ_FILE);
        }
        if (directory)
            closedir(directory);
    }
}

static bool restrict_files(const struct sandbox *sandbox)
{
    long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
    uint64_t handled = OF_FIRST_VERSION | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0);
    int ruleset = version > 0 ? (int)syscall(CREATE_RULESET, &handled, sizeof handled, 0) : -1;
    bool done;

    if (ruleset < 0)
        return false;
    allow_reading(ruleset, handled, system_files);
    allow_reading(ruleset, handled, sandbox->readable);
    allow_links(ruleset, handled, sandbox->readable);
    for (const int *directory = sandbox->writable; directory && *directory >= 0; directory++)
        allow(ruleset, *directory, handled,
              READ_DIR | READ_FILE | WRITE_FILE | MAKE_REG | REMOVE_FILE | REFER | TRUNCATE);
    for (const int *directory = sandbox->emptied; directory && *directory >= 0; directory++)
        allow(ruleset, *directory, handled, REMOVE_DIR);
#ifdef COUNTED_IN /* builds that tell which lines have run keep count there */
    allow_at(ruleset, handled, AT_FDCWD, COUNTED_IN, READ_DIR | READ_FILE | WRITE_FILE | TRUNCATE);
#endif
    done = syscall(RESTRICT_SELF, ruleset, 0) == 0;
    close(ruleset);
    return done;
}

/* ---- system calls: seccomp(2), without libseccomp 2.5, which crashes where memory runs out ---- */

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef ARCHITECTURE

/* Threads are none of them: nothing here uses any. */
static const uint32_t harmless[] = {
    /* memory */
    __NR_brk, __NR_madvise, __NR_membarrier, __NR_mmap, __NR_mprotect, __NR_mremap, __NR_munmap,
    /* files: which of them, Landlock says */
    __NR_close, __NR_dup, __NR_dup3, __NR_faccessat, FACCESSAT2, __NR_fchmod, __NR_fcntl, __NR_fdatasync, __NR_flock,
    __NR_fstat, __NR_fsync, __NR_ftruncate, __NR_getcwd, __NR_getdents64, __NR_ioctl, __NR_lseek, __NR_newfstatat,
    __NR_openat, __NR_pread64, __NR_preadv, __NR_pwrite64, __NR_pwritev, __NR_read, __NR_readlinkat, __NR_readv,
    __NR_renameat2, __NR_statx, __NR_syncfs, __NR_umask, __NR_unlinkat, __NR_write, __NR_writev,
    /* the network, without listen() and accept(); socket() below */
    __NR_bind, __NR_connect, __NR_getpeername, __NR_getsockname, __NR_getsockopt, __NR_recvfrom, __NR_recvmmsg,
    __NR_recvmsg, __NR_sendmmsg, __NR_sendmsg, __NR_sendto, __NR_setsockopt, __NR_shutdown, __NR_socketpair,
    /* waiting, and the time */
    __NR_clock_getres, __NR_clock_gettime, __NR_clock_nanosleep, __NR_epoll_create1, __NR_epoll_ctl, __NR_epoll_pwait,
    EPOLL_PWAIT2, __NR_eventfd2, __NR_futex, __NR_gettimeofday, __NR_nanosleep, __NR_pipe2, __NR_ppoll, __NR_pselect6,
    __NR_restart_syscall, __NR_sched_getaffinity, __NR_sched_yield, __NR_timerfd_create, __NR_timerfd_gettime,
    __NR_timerfd_settime,
    /* itself */
    __NR_exit, __NR_exit_group, __NR_getegid, __NR_geteuid, __NR_getgid, __NR_getpid, __NR_getppid, __NR_getrandom,
    __NR_getrusage, __NR_gettid, __NR_getuid, __NR_prlimit64, __NR_rt_sigaction, __NR_rt_sigprocmask,
    __NR_rt_sigreturn, __NR_set_robust_list, __NR_set_tid_address, __NR_sigaltstack, __NR_sysinfo, __NR_uname, RSEQ,
#ifndef __riscv
    __NR_getrlimit, __NR_renameat,
#endif
#ifdef __x86_64__ /* the older forms of some of these */
    __NR_access, __NR_dup2, __NR_epoll_create, __NR_epoll_wait, __NR_lstat, __NR_open, __NR_pipe, __NR_poll,
    __NR_readlink, __NR_rename, __NR_rmdir, __NR_select, __NR_stat, __NR_time, __NR_unlink,
#endif
};

/* To fork(), and for what a worker does before it enters a sandbox of its own. */
static const uint32_t of_parents[] = {__NR_clone,     __NR_kill, __NR_wait4, __NR_prctl, CLOSE_RANGE,
                                      CREATE_RULESET, ADD_RULE,  RESTRICT_SELF,
                                      __NR_capget,    __NR_capset, __NR_setgroups, __NR_setresgid, __NR_setresuid};

static const uint32_t families[] = {AF_INET, AF_INET6, AF_NETLINK /* getifaddrs(3) */};

enum {
    HARMLESS = sizeof harmless / sizeof *harmless,
    OF_PARENTS = sizeof of_parents / sizeof *of_parents,
    FAMILIES = sizeof families / sizeof *families
};

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define UNLESS(value, steps) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, steps)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

/* Lower halves of arguments: families and processes have no upper ones. */
static bool restrict_calls(bool has_workers)
{
    const uint32_t self = (uint32_t)getpid();
    struct sock_filter steps[2 * (HARMLESS + OF_PARENTS + FAMILIES) + 16];
    size_t count = 0;

    steps[count++] = (struct sock_filter)FIELD(arch);
    steps[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    steps[count++] = (struct sock_filter)FIELD(nr);
    for (size_t i = 0; i < HARMLESS + (has_workers ? OF_PARENTS : 0); i++) {
        steps[count++] = (struct sock_filter)UNLESS(i < HARMLESS ? harmless[i] : of_parents[i - HARMLESS], 1);
        steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    }
    steps[count++] = (struct sock_filter)UNLESS(__NR_socket, 2 * FAMILIES + 2);
    steps[count++] = (struct sock_filter)FIELD(args[0]);
    for (size_t i = 0; i < FAMILIES; i++) {
        steps[count++] = (struct sock_filter)UNLESS(families[i], 1);
        steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    }
    steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
    steps[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 1, 0);
    steps[count++] = (struct sock_filter)UNLESS(__NR_kill, 3);
    steps[count++] = (struct sock_filter)FIELD(args[0]);
    steps[count++] = (struct sock_filter)UNLESS(self, 1);
    steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    steps[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){(unsigned short)count, steps}) == 0;
}

#else

static bool restrict_calls(bool has_workers)
{
    (void)has_workers;
    return false;
}

#endif

unsigned sandbox_enter(const struct sandbox *sandbox)
{
    unsigned parts = 0;

#ifdef UNCONFINED /* builds for tools that have work to do when a process ends */
    (void)sandbox;
    return 0;
#endif
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 0;
    parts |= !sandbox->keeps_powers && powers_give_up(&sandbox->user, sandbox->readable) ? SANDBOX_POWERS : 0;
    parts |= restrict_files(sandbox) ? SANDBOX_FILES : 0;
    parts |= restrict_calls(sandbox->has_workers) ? SANDBOX_CALLS : 0;
    return parts;
}
