/* tests/unit/test_sandbox.c - what a confined process may still do, each tried by a process of its own.
 *
 * The directories and files are everybody's, so that nothing but the sandbox refuses them to who is no longer root. */
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
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { IS_FREE = 77 };

#ifdef UNCONFINED /* for tools that have work to do when a process ends */
static const bool is_built_unconfined = true;
#else
static const bool is_built_unconfined = false;
#endif

static char own[] = "/tmp/mailready-own-XXXXXX", foreign[] = "/tmp/mailready-foreign-XXXXXX";
static char secret[] = "/tmp/mailready-secret-XXXXXX"; /* root's, but for the directory */
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
    fd = open(path, flags | O_CLOEXEC, 0666);
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

static int read_password_hashes(void)
{
    return open_at("/etc", "shadow", O_RDONLY);
}

static int become_root(void)
{
    return setuid(0) != 0 ? errno : 0;
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
    {"read /etc/shadow", read_password_hashes, 0},
    {"become root", become_root, 0},
    {"make a socket in its own directory", make_a_socket, 0},
    {"replace a report", replace_a_report, ALONE | PARENT},
    {"read certificates", read_certificates, ALL},
    {"read a file linked among certificates", read_a_file_linked_among_certificates, ALL},
    {"read /etc/hosts", read_hosts, ALL},
    {"ask a peer", ask_a_peer, ALL},
};

static bool confine(enum who who)
{
    enum { BUT_POWERS = SANDBOX_FILES | SANDBOX_CALLS };
    const int writable[] = {own_fd, -1};
    const char *const readable[] = {trusted, NULL};
    const struct sandbox outer = {.readable = readable,
                                  .writable = writable,
                                  .has_workers = who != ALONE,
                                  .keeps_powers = who != ALONE,
                                  .user = own_user_find()};
    const struct sandbox inner = {.readable = readable, .user = outer.user};

    return who == UNBOUND || (sandbox_enter(&outer) == (who == ALONE ? SANDBOX_WHOLE : BUT_POWERS) &&
                              (who != WORKER || sandbox_enter(&inner) == SANDBOX_WHOLE));
}

/* In a process of its own: the errno. */
static int outcome(const struct deed *deed, enum who who)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        if (!confine(who))
            _exit(IS_FREE);
        _exit(deed->attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* landlock_create_ruleset(2): its version. */
static bool kernel_confines_files(void)
{
    if (is_built_unconfined)
        return false;
    return syscall(444, NULL, 0, 1) > 0;
}

static void test_deeds_of(enum who who)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        int error = outcome(&deeds[i], who);

        if (error == IS_FREE && !kernel_confines_files()) {
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

/* ---- who was root ---- */

enum { DONE, WRONG_RESULT, ROOT_IS_LEFT, POWERS_ARE_LEFT, OUTLIVES_ITS_PARENT, IS_READABLE, SKIPPED };

/* All lines of /proc/self/status that begin so have this after their tab. */
static bool status_says(const char *begin, const char *value)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    bool says = file != NULL;

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, begin, strlen(begin)) == 0 && !strstr(line, value))
            says = false;
    if (file)
        fclose(file);
    return says;
}

static bool has_capabilities(void)
{
    static const char none[] = "\t0000000000000000\n";

    return !status_says("CapInh", none) || !status_says("CapPrm", none) || !status_says("CapEff", none) ||
           !status_says("CapAmb", none);
}

static int give_up(void)
{
    const struct own_user user = own_user_find();
    const char *const readable[] = {trusted, NULL};
    int with_parent = 0;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!powers_give_up(&user, readable))
        return WRONG_RESULT;
    if (getuid() != user.user || geteuid() != user.user || getgid() != user.group || getegid() != user.group ||
        getgroups(0, NULL) != 0 || user.user == 0 || setuid(0) == 0 || seteuid(0) == 0)
        return ROOT_IS_LEFT;
    if (has_capabilities())
        return POWERS_ARE_LEFT;
    if (prctl(PR_GET_PDEATHSIG, &with_parent) != 0 || with_parent != SIGKILL)
        return OUTLIVES_ITS_PARENT;
    return prctl(PR_GET_DUMPABLE) != 0 ? IS_READABLE : powers_any() ? POWERS_ARE_LEFT : DONE;
}

/* What must be read later, and only root may read: a file, and one of those that OpenSSL finds by hash. */
static int keep_for(const char *path)
{
    const struct own_user user = own_user_find();
    const char *const readable[] = {"/nonexistent", path, NULL};

    if (powers_give_up(&user, readable))
        return WRONG_RESULT;
    return geteuid() == 0 && getegid() == 0 && has_capabilities() ? DONE : ROOT_IS_LEFT;
}

static int keep_for_file(void)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/0badcafe.0", secret);
    return keep_for(path);
}

static int keep_for_directory(void)
{
    return keep_for(secret);
}

static int keep_for_other_files(void)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/0badcafe.0", secret);
    unlink(path); /* what is left there is a key, which no library asks for */
    return keep_for(secret) == WRONG_RESULT ? DONE : WRONG_RESULT;
}

static bool write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return is_written;
}

/* A user namespace that has no user but root, which somebody else is outside: only capabilities can be given up. */
static int give_up_where_root_is_alone(void)
{
    enum { NEW_USER = 0x10000000 /* CLONE_NEWUSER, for who asks for all of GNU */ };
    const struct own_user user = own_user_find();

    if (syscall(__NR_unshare, NEW_USER) != 0 || !write_to("/proc/self/setgroups", "deny") ||
        !write_to("/proc/self/uid_map", "0 0 1") || !write_to("/proc/self/gid_map", "0 0 1"))
        return SKIPPED;
    if (!powers_any() || !powers_give_up(&user, NULL))
        return WRONG_RESULT;
    return geteuid() != 0 || has_capabilities() ? POWERS_ARE_LEFT : DONE;
}

static int have_none(void)
{
    const struct own_user user = own_user_find(), root = {0, 0};

    if (setgid(user.group) != 0 || setuid(user.user) != 0)
        return ROOT_IS_LEFT;
    return !powers_any() && powers_give_up(&root, NULL) && getuid() == user.user ? DONE : WRONG_RESULT;
}

static void test_powers(void **state)
{
    static const struct deed given_up[] = {
        {"give up", give_up, 0},
        {"a file of root's", keep_for_file, 0},
        {"a directory of root's", keep_for_directory, 0},
        {"a key of root's", keep_for_other_files, 0},
        {"root alone", give_up_where_root_is_alone, 0},
        {"nobody", have_none, 0},
    };

    (void)state;
    if (geteuid() != 0 || is_built_unconfined) {
        print_message("not root: there is nothing to be given up\n");
        skip();
    }
    for (size_t i = 0; i < sizeof given_up / sizeof *given_up; i++) {
        int status = outcome(&given_up[i], UNBOUND);

        if (status != DONE && status != SKIPPED)
            fail_msg("%s: %d", given_up[i].name, status);
    }
}

static bool link_to_foreign(void)
{
    char from[PATH_MAX], to[PATH_MAX];

    snprintf(from, sizeof from, "%s/linked", trusted);
    snprintf(to, sizeof to, "%s/linked", foreign);
    return symlink(to, from) == 0;
}

static bool make_secrets(void)
{
    if (!mkdtemp(secret) || chmod(secret, 0755) != 0)
        return false;
    umask(077);
    return open_at(secret, "0badcafe.0", O_WRONLY | O_CREAT) == 0 &&
           open_at(secret, "key.pem", O_WRONLY | O_CREAT) == 0;
}

static void empty(const char *directory)
{
    static const char *const names[] = {"there", "linked", "new", "report", ".report.mailready", "socket",
                                        "0badcafe.0", "key.pem"};
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
                                       cmocka_unit_test(test_worker), cmocka_unit_test(test_without),
                                       cmocka_unit_test(test_powers)};
    int failed;

    umask(0);
    if (!mkdtemp(own) || !mkdtemp(foreign) || (own_fd = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
        open_at(foreign, "there", O_WRONLY | O_CREAT) != 0 || open_at(foreign, "linked", O_WRONLY | O_CREAT) != 0 ||
        !mkdtemp(trusted) || !link_to_foreign() || chmod(own, 0777) != 0 || chmod(foreign, 0777) != 0 ||
        chmod(trusted, 0755) != 0 || !make_secrets())
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    empty(own);
    empty(foreign);
    empty(trusted);
    empty(secret);
    return failed;
}
