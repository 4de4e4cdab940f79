/* A worker process by the orders that it is given: it audits, hurries, and ends with who deals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/auditor.h"
#include "cmd/command.h"
#include "cmd/destination.h"
#include "cmd/io/sandbox.h"
#include "cmd/io/sheets.h"
#include "cmd/options/project.h"
#include "cmd/worker.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/tape.h"
#include "core/collect/net/guestbook.h"
#include "probes/probes.h"

enum { LIMIT_S = 60, AUDIT_S = 3600, HURRY_MS = 400, MESSAGE_MAX = 1 << 22, ARENA_BYTES = 1 << 20 };

struct rig {
    pid_t worker;
    int fd;     /* to it */
    int silent; /* a resolver that says nothing */
};

static _Noreturn void work(const struct dns_server *resolver, int fd)
{
    struct project project = {.defaults = {.target = {.smtp_port = 25, .sessions = 1}}};
    struct sheets sheets = {0};
    struct engine_config config = {.probes = all_probes,
                                   .probe_count = all_probe_count,
                                   .audit_ms = AUDIT_S * 1000LL,
                                   .at_once = 2,
                                   .helo = "localhost"};
    struct auditor_plan auditor = {.project = &project, .config = &config, .sheets = &sheets};
    struct sandbox sandbox = {.user = own_user_find()};
    struct worker_plan plan = {.auditor = &auditor,
                               .sandbox = &sandbox,
                               .guestbook = guestbook_new(),
                               .arena = arena_new(ARENA_BYTES),
                               .count = 1};

    config.dns = (struct dns_config){.servers = resolver, .server_count = 1};
    config.smtp = (struct smtp_config){.our_name = "localhost", .use_ipv4 = true, .use_ipv6 = true};
    worker_run(&plan, fd);
}

static void rig_begin(struct rig *rig)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct dns_server resolver = {.ip = {IP_V4, {127, 0, 0, 1}}};
    const struct timeval limit = {.tv_sec = LIMIT_S};
    int ends[2];

    rig->silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(rig->silent, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(rig->silent, (struct sockaddr *)&address, &size), 0);
    resolver.port = ntohs(address.sin_port);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    rig->worker = fork();
    if (rig->worker == 0)
        work(&resolver, ends[1]);
    assert_true(rig->worker > 0);
    close(ends[1]);
    rig->fd = ends[0];
}

/* Its exit status, when nobody deals any more. */
static int rig_end(struct rig *rig)
{
    int status = 0;

    close(rig->fd);
    close(rig->silent);
    assert_int_equal(waitpid(rig->worker, &status, 0), rig->worker);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void send_tape(const struct rig *rig, struct tape *tape)
{
    uint64_t length = tape->size;

    assert_int_equal(write(rig->fd, &length, sizeof length), sizeof length);
    assert_int_equal(write(rig->fd, tape->at, tape->size), tape->size);
    tape_free(tape);
}

static void order_audit(const struct rig *rig, int64_t number, const char *domain)
{
    struct tape tape = {0};

    tape_number(&tape, ORDER_AUDIT);
    tape_number(&tape, number);
    tape_number(&tape, PLACE_HERE);
    tape_number(&tape, DESTINATION_SHARDS);
    tape_text(&tape, domain);
    tape_text(&tape, "");
    send_tape(rig, &tape);
}

static void order_hurry(const struct rig *rig)
{
    struct tape tape = {0};

    tape_number(&tape, ORDER_HURRY);
    tape_number(&tape, HURRY_MS);
    send_tape(rig, &tape);
}

static void take(const struct rig *rig, void *out, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(rig->fd, (char *)out + done, size - done);

        assert_true(got > 0);
        done += (size_t)got;
    }
}

/* The number of the next domain that it has done with; the other answers are passed over. */
static int64_t next_account(const struct rig *rig)
{
    static char message[MESSAGE_MAX];
    struct tape_reader reader;
    uint64_t length;
    int64_t what;

    do {
        take(rig, &length, sizeof length);
        assert_true(length <= sizeof message);
        take(rig, message, length);
        reader = tape_reader((struct str){message, length});
        what = tape_read_number(&reader);
        assert_int_not_equal(what, ANSWER_NONE);
    } while (what != ANSWER_ACCOUNT);
    return tape_read_number(&reader);
}

/* A signal came, and the reports are to be written now: of what is under way, and of what was dealt but a moment later.
 */
static void hurries(void **state)
{
    time_t begun = time(NULL);
    struct rig rig;

    (void)state;
    rig_begin(&rig);
    order_audit(&rig, 7, "a.example");
    order_hurry(&rig);
    assert_int_equal(next_account(&rig), 7);
    order_audit(&rig, 8, "b.example");
    assert_int_equal(next_account(&rig), 8);
    assert_true(time(NULL) - begun < LIMIT_S);
    assert_int_equal(rig_end(&rig), EXIT_STATUS_READY);
}

/* Who deals is trusted with what is audited, and not with what is no order at all. */
static void leaves_for_half_an_order(void **state)
{
    struct tape tape = {0};
    struct rig rig;
    char said[1024];
    ssize_t got;

    (void)state;
    rig_begin(&rig);
    tape_number(&tape, ORDER_AUDIT);
    tape_number(&tape, 7);
    send_tape(&rig, &tape);
    while ((got = read(rig.fd, said, sizeof said)) > 0)
        ;
    assert_int_equal(got, 0); /* it has gone, and did not wait for us to */
    assert_int_equal(rig_end(&rig), EXIT_STATUS_FAULT);
}

static void ends_with_who_deals(void **state)
{
    struct rig rig;

    (void)state;
    rig_begin(&rig);
    assert_int_equal(rig_end(&rig), EXIT_STATUS_READY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hurries),
        cmocka_unit_test(leaves_for_half_an_order),
        cmocka_unit_test(ends_with_who_deals),
    };

    signal(SIGPIPE, SIG_IGN); /* as main() does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
