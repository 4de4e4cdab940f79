/* tests/unit/test_sandbox.c - what a confined process may still do, each tried by a process of its own. */
#include "cmd/io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNCONFINED = 77 };

static char own[] = "/tmp/mailready-own-XXXXXX", foreign[] = "/tmp/mailready-foreign-XXXXXX";
static char trusted[] = "/tmp/mailready-trusted-XXXXXX"; /* certificates: "linked" leads to a file of foreign */
static int own_fd;

/* Each returns 0, or the errno of what was refused. */

static int run_a_program(void)
{
    return execl("/bin/true", "true", (char *)NULL) ? errno : 0;
}

static int make_a_process(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child < 0 ? errno : 0;
}

static int listen_somewhere(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return fd < 0 || listen(fd, 1) != 0 ? errno : 0;
}

static int talk_to_a_local_service(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int capture_packets(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 ? errno : 0;
}

static int signal_another(void)
{
    return kill(getppid(), 0) != 0 ? errno : 0;
}

static int open_at(const char *directory, const char *name, int flags)
{
    char path[PATH_MAX];
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    return fd < 0 ? errno : 0;
}

static int read_a_foreign_file(void)
{
    return open_at(foreign, "there", O_RDONLY);
}

static int read_a_file_linked_among_certificates(void)
{
    return open_at(trusted, "linked", O_RDONLY);
}

static int write_a_file_linked_among_certificates(void)
{
    return open_at(trusted, "linked", O_WRONLY);
}

static int write_a_foreign_file(void)
{
    return open_at(foreign, "there", O_WRONLY);
}

static int make_a_foreign_file(void)
{
    return open_at(foreign, "new", O_WRONLY | O_CREAT);
}

static int remove_a_foreign_file(void)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/there", foreign);
    return unlink(path) != 0 ? errno : 0;
}

static int read_passwords(void)
{
    return open_at("/etc", "passwd", O_RDONLY);
}

static int make_a_socket(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int pair[2];

    snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", own);
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || bind(pair[0], (struct sockaddr *)&at, sizeof at) != 0
               ? errno
               : 0;
}

static int replace_a_report(void)
{
    int error = open_at(own, ".report.mailready", O_WRONLY | O_CREAT | O_TRUNC);

    return error ? error : renameat(own_fd, ".report.mailready", own_fd, "report") != 0 ? errno : 0;
}

static int read_certificates(void)
{
    return open_at("/etc", "ssl", O_RDONLY | O_DIRECTORY);
}

static int read_hosts(void)
{
    return open_at("/etc", "hosts", O_RDONLY);
}

static int ask_a_peer(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ? errno : 0;
}

enum who { ALONE = 1, PARENT = 2, WORKER = 4 /* within a parent's */, ALL = 7, UNBOUND = 8 };

static const struct deed {
    const char *name;
    int (*attempt)(void);
    unsigned allowed; /* to enum who */
} deeds[] = {
    {"run a program", run_a_program, 0},
    {"make a process", make_a_process, PARENT},
    {"listen", listen_somewhere, 0},
    {"talk to a local service", talk_to_a_local_service, 0},
    {"capture packets", capture_packets, 0},
    {"be traced", trace, 0},
    {"signal another process", signal_another, PARENT},
    {"read a file of others", read_a_foreign_file, 0},
    {"write a file linked among certificates", write_a_file_linked_among_certificates, 0},
    {"write a file of others", write_a_foreign_file, 0},
    {"make a file elsewhere", make_a_foreign_file, 0},
    {"remove a file of others", remove_a_foreign_file, 0},
    {"read /etc/passwd", read_passwords, 0},
    {"make a socket in its own directory", make_a_socket, 0},
    {"replace a report", replace_a_report, ALONE | PARENT},
    {"read certificates", read_certificates, ALL},
    {"read a file linked among certificates", read_a_file_linked_among_certificates, ALL},
    {"read /etc/hosts", read_hosts, ALL},
    {"ask a peer", ask_a_peer, ALL},
};

static bool confine(enum who who)
{
    enum { WHOLE = SANDBOX_FILES | SANDBOX_CALLS };
    const int writable[] = {own_fd, -1};
    const char *const readable[] = {trusted, NULL};
    const struct sandbox outer = {.readable = readable, .writable = writable, .has_workers = who != ALONE};
    const struct sandbox inner = {.readable = readable};

    return who == UNBOUND ||
           (sandbox_enter(&outer) == WHOLE && (who != WORKER || sandbox_enter(&inner) == WHOLE));
}

/* In a process of its own: the errno. */
static int outcome(const struct deed *deed, enum who who)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        if (!confine(who))
            _exit(UNCONFINED);
        _exit(deed->attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_deeds_of(enum who who)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        int error = outcome(&deeds[i], who);

        if (error == UNCONFINED) {
            print_message("this kernel does not confine\n");
            skip();
        }
        if (deeds[i].allowed & who ? error != 0 : error != EPERM && error != EACCES)
            fail_msg("%u: %s: %s", (unsigned)who, deeds[i].name, strerror(error));
    }
}

static void test_alone(void **state)
{
    (void)state;
    test_deeds_of(ALONE);
}

static void test_parent(void **state)
{
    (void)state;
    test_deeds_of(PARENT);
}

static void test_worker(void **state)
{
    (void)state;
    test_deeds_of(WORKER);
}

/* Else a refusal above would say nothing: a file that is not there is not opened, either. */
static void test_without(void **state)
{
    static const char *const tried[] = {"run a program",           "make a process",        "listen",
                                        "talk to a local service", "read a file of others", "read /etc/passwd",
                                        "write a file of others",  "make a file elsewhere"};

    (void)state;
    for (size_t t = 0; t < sizeof tried / sizeof *tried; t++)
        for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
            if (strcmp(deeds[i].name, tried[t]) == 0)
                assert_int_equal(outcome(&deeds[i], UNBOUND), 0);
}

static bool link_to_foreign(void)
{
    char from[PATH_MAX], to[PATH_MAX];

    snprintf(from, sizeof from, "%s/linked", trusted);
    snprintf(to, sizeof to, "%s/linked", foreign);
    return symlink(to, from) == 0;
}

static void empty(const char *directory)
{
    static const char *const names[] = {"there", "linked", "new", "report", ".report.mailready", "socket"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alone), cmocka_unit_test(test_parent),
                                       cmocka_unit_test(test_worker), cmocka_unit_test(test_without)};
    int failed;

    if (!mkdtemp(own) || !mkdtemp(foreign) || (own_fd = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
        open_at(foreign, "there", O_WRONLY | O_CREAT) != 0 || open_at(foreign, "linked", O_WRONLY | O_CREAT) != 0 ||
        !mkdtemp(trusted) || !link_to_foreign())
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    empty(own);
    empty(foreign);
    empty(trusted);
    return failed;
}
