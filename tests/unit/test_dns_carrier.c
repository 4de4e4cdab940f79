/* tests/unit/test_dns_carrier.c - DNS packets on their way: forged,
 * late, cancelled, refused, in pieces (threats.md D1, D5, N11, R1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/dns/dns_carrier.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { HASTY_UDP_MS = 300, HASTY_TCP_MS = 400, PATIENCE_MS = 10000, FEW = 4, REPLY_MAX = 65535 };

/* ---- the system calls of the carrier, and what is to become of them ---- */

static struct {
    int socket_error, connect_error, send_error; /* errno; 0: the call is made */
    int errors;                                  /* so many, then calls are made again; 0: always */
    size_t send_most;                            /* octets at once; 0: all */
    unsigned sockets;                            /* calls */
    struct sockaddr_storage to;                  /* of the last connect() */
} calls;

static bool fails(int error)
{
    errno = error;
    if (error && calls.errors > 0 && --calls.errors == 0)
        calls.socket_error = calls.connect_error = calls.send_error = 0;
    return error;
}

int socket(int family, int type, int protocol)
{
    calls.sockets++;
    return fails(calls.socket_error) ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
    memcpy(&calls.to, to, size);
    return fails(calls.connect_error) ? -1 : (int)syscall(SYS_connect, fd, to, size);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (calls.send_most && size > calls.send_most)
        size = calls.send_most;
    return fails(calls.send_error) ? -1 : (ssize_t)syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

/* ---- a server whose script is the test ---- */

struct bench {
    struct loop *loop;
    struct dns_carrier *carrier;
    int udp, tcp; /* on one port of 127.0.0.1 */
    int free_fd;
    struct dns_server server;
};

struct parcel { /* an exchange, and how often it ended */
    struct dns_exchange exchange;
    unsigned ended;
    uint8_t query[DNS_QUERY_MAX], reply[REPLY_MAX];
    size_t reply_size;
};

struct heard { /* by the server */
    uint8_t bytes[2 + DNS_QUERY_MAX];
    size_t size;
    struct sockaddr_in from;
};

static bool sending; /* inside dns_carry() */

static void on_done(struct dns_exchange *exchange)
{
    struct parcel *parcel = (struct parcel *)exchange;

    assert_false(sending);
    parcel->ended++;
    if (exchange->fate != DNS_REPLIED)
        return;
    assert_true(exchange->reply_size <= REPLY_MAX);
    memcpy(parcel->reply, exchange->reply, exchange->reply_size);
    parcel->reply_size = exchange->reply_size;
}

static int next_fd(void)
{
    int fd = dup(STDERR_FILENO);

    close(fd);
    return fd;
}

static void open_with(struct bench *bench, int udp_ms, int tcp_ms)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {PATIENCE_MS / 1000, 0};
    socklen_t size = sizeof at;
    bool bound = false;

    memset(&calls, 0, sizeof calls);
    bench->free_fd = next_fd();
    for (int i = 0; i < 100 && !bound; i++) {
        bench->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bench->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        at.sin_port = 0;
        bound = bind(bench->tcp, (struct sockaddr *)&at, size) == 0 && listen(bench->tcp, 16) == 0 &&
                getsockname(bench->tcp, (struct sockaddr *)&at, &size) == 0 &&
                bind(bench->udp, (struct sockaddr *)&at, size) == 0;
        if (!bound) {
            close(bench->tcp);
            close(bench->udp);
        }
    }
    assert_true(bound);
    setsockopt(bench->udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(bench->tcp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bench->server = (struct dns_server){.port = ntohs(at.sin_port)};
    assert_true(ip_parse("127.0.0.1", &bench->server.ip));
    bench->loop = loop_new();
    bench->carrier = dns_carrier_new(bench->loop, udp_ms, tcp_ms);
    assert_non_null(bench->carrier);
    calls.sockets = 0;
}

static void open_bench(struct bench *bench)
{
    open_with(bench, PATIENCE_MS, PATIENCE_MS);
}

static void open_hasty(struct bench *bench) /* to wait for silence */
{
    open_with(bench, HASTY_UDP_MS, HASTY_TCP_MS);
}

static void close_bench(struct bench *bench)
{
    dns_carrier_free(bench->carrier);
    loop_free(bench->loop);
    close(bench->udp);
    close(bench->tcp);
    assert_int_equal(next_fd(), bench->free_fd);
}

static void turn(struct bench *bench)
{
    event_base_loop(loop_base(bench->loop), EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static struct parcel *carry(struct bench *bench, bool tcp)
{
    struct parcel *parcel = calloc(1, sizeof *parcel);

    assert_non_null(parcel);
    parcel->exchange =
        (struct dns_exchange){.server = bench->server, .tcp = tcp, .query = parcel->query, .done = on_done};
    parcel->exchange.query_size = dns_wire_query(
        "mx.example.org", DNS_A, DNS_QUERY_RECURSION | DNS_QUERY_EDNS | DNS_QUERY_RANDOM_CASE, parcel->query);
    assert_true(parcel->exchange.query_size > 0);
    sending = true;
    dns_carry(bench->carrier, &parcel->exchange);
    sending = false;
    return parcel;
}

static void await(struct bench *bench, const struct parcel *parcel)
{
    int64_t end_ms = loop_now_ms(bench->loop) + PATIENCE_MS;

    while (!parcel->ended && loop_now_ms(bench->loop) < end_ms)
        event_base_loop(loop_base(bench->loop), EVLOOP_ONCE);
    assert_int_equal(parcel->ended, 1);
}

static void assert_fate(struct bench *bench, struct parcel *parcel, enum dns_fate fate)
{
    await(bench, parcel);
    assert_int_equal(parcel->exchange.fate, fate);
    free(parcel);
}

/* The reply to a query is its echo with QR set. */
static void assert_replied(struct bench *bench, struct parcel *parcel)
{
    await(bench, parcel);
    assert_int_equal(parcel->exchange.fate, DNS_REPLIED);
    assert_int_equal(parcel->reply_size, parcel->exchange.query_size);
    parcel->query[2] |= 0x80;
    assert_memory_equal(parcel->reply, parcel->query, parcel->reply_size);
    free(parcel);
}

static struct heard hear(struct bench *bench)
{
    struct heard heard = {.size = 0};
    socklen_t size = sizeof heard.from;
    ssize_t got;

    turn(bench); /* what was carried departs */
    got = recvfrom(bench->udp, heard.bytes, sizeof heard.bytes, 0, (struct sockaddr *)&heard.from, &size);
    assert_true(got > DNS_HEADER_SIZE);
    heard.size = (size_t)got;
    heard.bytes[2] |= 0x80;
    return heard;
}

static void answer(int fd, const struct heard *heard, const void *bytes, size_t size)
{
    assert_int_equal(sendto(fd, bytes, size, 0, (const struct sockaddr *)&heard->from, sizeof heard->from),
                     (ssize_t)size);
}

static bool is_silent(int fd)
{
    struct pollfd look = {fd, POLLIN, 0};

    return poll(&look, 1, 50) == 0;
}

/* ---- UDP ---- */

static void the_reply_is_found_among_forged_ones(void **state)
{
    static const uint8_t large[DNS_DATAGRAM_MAX + 1];
    struct bench bench;

    (void)state;
    open_bench(&bench);
    int elsewhere = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct parcel *parcel = carry(&bench, false);
    struct heard heard = hear(&bench);

    for (unsigned i = 0; i < 50; i++) {
        struct heard forged = heard;
        uint8_t too_large[sizeof large];

        memcpy(too_large, large, sizeof large);
        memcpy(too_large, heard.bytes, heard.size);
        switch (i % 6) {
        case 0:
            forged.bytes[0] ^= (uint8_t)(i + 1); /* id */
            answer(bench.udp, &forged, forged.bytes, forged.size);
            break;
        case 1:
            forged.bytes[DNS_HEADER_SIZE + 1] ^= 3; /* name */
            answer(bench.udp, &forged, forged.bytes, forged.size);
            break;
        case 2:
            answer(elsewhere, &heard, heard.bytes, heard.size);
            break;
        case 3:
            answer(bench.udp, &heard, heard.bytes, i % DNS_HEADER_SIZE);
            break;
        case 4:
            answer(bench.udp, &heard, too_large, sizeof too_large);
            break;
        case 5:
            forged.bytes[DNS_HEADER_SIZE + 17] ^= 1; /* type */
            answer(bench.udp, &forged, forged.bytes, forged.size);
            break;
        }
    }
    answer(bench.udp, &heard, heard.bytes, heard.size);
    assert_replied(&bench, parcel);
    close(elsewhere);
    close_bench(&bench);
}

static void forged_replies_take_no_time(void **state)
{
    struct bench bench;

    (void)state;
    open_hasty(&bench);
    struct parcel *parcel = carry(&bench, false);
    struct heard heard = hear(&bench);
    int64_t began_ms = loop_now_ms(bench.loop);

    heard.bytes[0] ^= 1;
    while (!parcel->ended) {
        answer(bench.udp, &heard, heard.bytes, heard.size);
        turn(&bench);
        assert_true(loop_now_ms(bench.loop) - began_ms < PATIENCE_MS);
    }
    assert_fate(&bench, parcel, DNS_SILENT);
    close_bench(&bench);
}

/* The carrier lets pass what the caller will judge: letters in another case, and no question at all. */
static void near_replies_are_the_callers_to_judge(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct parcel *parcel = carry(&bench, false);
    struct heard heard = hear(&bench);

    heard.bytes[DNS_HEADER_SIZE + 1] ^= 0x20;
    answer(bench.udp, &heard, heard.bytes, heard.size);
    assert_fate(&bench, parcel, DNS_REPLIED);
    parcel = carry(&bench, false);
    heard = hear(&bench);
    memset(heard.bytes + 4, 0, 8);
    answer(bench.udp, &heard, heard.bytes, DNS_HEADER_SIZE);
    assert_fate(&bench, parcel, DNS_REPLIED);
    close_bench(&bench);
}

static void a_late_reply_is_nobodys(void **state)
{
    struct bench bench;

    (void)state;
    open_hasty(&bench);
    struct parcel *first = carry(&bench, false);
    struct heard late = hear(&bench);

    assert_fate(&bench, first, DNS_SILENT);
    struct parcel *second = carry(&bench, false);
    struct heard heard = hear(&bench);
    uint16_t port = late.from.sin_port;

    assert_int_not_equal(port, heard.from.sin_port);
    answer(bench.udp, &late, late.bytes, late.size); /* where it was waited for */
    late.from.sin_port = heard.from.sin_port;
    if (memcmp(late.bytes, heard.bytes, 2) != 0)
        answer(bench.udp, &late, late.bytes, late.size); /* where another one is */
    for (int i = 0; i < 10; i++)
        turn(&bench);
    assert_int_equal(second->ended, 0);
    answer(bench.udp, &heard, heard.bytes, heard.size);
    assert_replied(&bench, second);
    close_bench(&bench);
}

static void what_is_cancelled_is_forgotten(void **state)
{
    struct bench bench;

    (void)state;
    for (int turns = 0; turns < 3; turns++)
        for (int tcp = 0; tcp < 2; tcp++) {
            open_bench(&bench);
            struct parcel *parcel = carry(&bench, tcp), *other = carry(&bench, tcp);

            for (int i = 0; i < turns; i++)
                turn(&bench);
            dns_cancel(&parcel->exchange);
            dns_cancel(&parcel->exchange);
            if (turns == 0 && !tcp) {
                struct heard heard = hear(&bench);

                assert_true(is_silent(bench.udp)); /* one has been sent, not two */
                answer(bench.udp, &heard, heard.bytes, heard.size);
                assert_replied(&bench, other);
            } else {
                dns_cancel(&other->exchange);
                free(other);
            }
            loop_run(bench.loop); /* ends: there is nothing to wait for */
            assert_int_equal(parcel->ended, 0);
            free(parcel);
            close_bench(&bench);
        }
}

static void a_stopped_program_has_heard_no_silence(void **state)
{
    static const struct timespec stop = {.tv_nsec = (HASTY_UDP_MS + 300) * 1000000L};
    struct bench bench;

    (void)state;
    open_hasty(&bench);
    struct parcel *parcel = carry(&bench, false);
    struct heard heard = hear(&bench);

    nanosleep(&stop, NULL);
    turn(&bench);
    assert_int_equal(parcel->ended, 0);
    answer(bench.udp, &heard, heard.bytes, heard.size);
    assert_replied(&bench, parcel);
    parcel = carry(&bench, false);
    heard = hear(&bench);
    for (int stops = 0; stops < 4; stops++) { /* but not for ever */
        assert_int_equal(parcel->ended, 0);
        nanosleep(&stop, NULL);
        turn(&bench);
    }
    assert_int_equal(parcel->ended, 1);
    assert_fate(&bench, parcel, DNS_SILENT);
    close_bench(&bench);
}

/* ---- what the machine says ---- */

static void refusals_are_told_at_once(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    close(bench.udp);
    close(bench.tcp);
    assert_fate(&bench, carry(&bench, false), DNS_UNREACHABLE);
    assert_fate(&bench, carry(&bench, true), DNS_UNREACHABLE);
    bench.udp = bench.tcp = -1;
    close_bench(&bench);
}

static void errors_are_told_as_what_they_are(void **state)
{
    static const struct {
        int error;
        enum dns_fate fate;
    } cases[] = {
        {EPERM, DNS_FORBIDDEN},     {EACCES, DNS_FORBIDDEN},          {ENETUNREACH, DNS_NO_ROUTE},
        {EINVAL, DNS_NO_ROUTE},     {EHOSTUNREACH, DNS_NO_ROUTE},     {EAFNOSUPPORT, DNS_NO_ROUTE},
        {ENOBUFS, DNS_NO_RESOURCES}, {ENOMEM, DNS_NO_RESOURCES},       {EMFILE, DNS_NO_RESOURCES},
        {ENFILE, DNS_NO_RESOURCES}, {EADDRNOTAVAIL, DNS_NO_RESOURCES}, {ECONNREFUSED, DNS_UNREACHABLE},
    };
    struct bench bench;

    (void)state;
    open_bench(&bench);
    for (size_t i = 0; i < 3 * LENGTH(cases); i++) {
        int *error = i % 3 == 0 ? &calls.socket_error : i % 3 == 1 ? &calls.connect_error : &calls.send_error;

        for (int tcp = 0; tcp < 2; tcp++) {
            *error = cases[i / 3].error;
            assert_fate(&bench, carry(&bench, tcp), cases[i / 3].fate);
        }
        *error = 0;
    }
    calls.connect_error = EAGAIN; /* no port is left */
    assert_fate(&bench, carry(&bench, false), DNS_NO_RESOURCES);
    calls.connect_error = EADDRNOTAVAIL;
    assert_true(ip_parse("::1", &bench.server.ip));
    assert_fate(&bench, carry(&bench, false), DNS_NO_ROUTE);
    close_bench(&bench);
}

static void interrupted_calls_are_made_again(void **state)
{
    static const int errors[] = {EINTR, EAGAIN};
    struct bench bench;

    (void)state;
    open_bench(&bench);
    for (size_t i = 0; i < LENGTH(errors); i++) {
        struct parcel *parcel = carry(&bench, false);

        calls.send_error = errors[i];
        calls.errors = 2;
        for (int turns = 0; turns < 3; turns++)
            turn(&bench);

        struct heard heard = hear(&bench);

        answer(bench.udp, &heard, heard.bytes, heard.size);
        assert_replied(&bench, parcel);
    }
    close_bench(&bench);
}

/* R1: while one of ours is open, its end will free what is short. */
static void what_is_short_is_waited_for(void **state)
{
    struct parcel *parcels[FEW];
    struct heard heard;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    parcels[0] = carry(&bench, false);
    heard = hear(&bench);
    calls.socket_error = EMFILE;
    for (int i = 1; i < FEW; i++)
        parcels[i] = carry(&bench, false);
    calls.sockets = 0;
    for (int i = 0; i < 10; i++)
        turn(&bench);
    assert_int_equal(calls.sockets, 1); /* and in peace */
    answer(bench.udp, &heard, heard.bytes, heard.size);
    await(&bench, parcels[0]);
    calls.socket_error = 0;
    assert_replied(&bench, parcels[0]);
    for (int i = 1; i < FEW; i++) {
        assert_int_equal(parcels[i]->ended, 0);
        heard = hear(&bench);
        answer(bench.udp, &heard, heard.bytes, heard.size);
        assert_replied(&bench, parcels[i]);
    }
    close_bench(&bench);
}

static void sockets_are_few_where_descriptors_are(void **state)
{
    struct rlimit limit, few = {.rlim_cur = FD_RESERVE + 2 * FEW};
    struct parcel *parcels[3 * FEW];
    struct heard heard[3 * FEW];
    struct bench bench;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few.rlim_max = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    open_bench(&bench);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int i = 0; i < 3 * FEW; i++)
        parcels[i] = carry(&bench, false);
    for (int i = 0; i < 10; i++)
        turn(&bench);
    assert_int_equal(calls.sockets, FEW);
    for (int i = 0; i < 3 * FEW; i++) { /* first come, first served; and a wait for a socket is no silence */
        heard[i] = hear(&bench);
        if (i % FEW == FEW - 1)
            for (int j = i + 1 - FEW; j <= i; j++) {
                answer(bench.udp, &heard[j], heard[j].bytes, heard[j].size);
                assert_replied(&bench, parcels[j]);
            }
    }
    close_bench(&bench);
}

static void a_scope_goes_with_its_address(void **state)
{
    char text[DNS_SERVER_TEXT_MAX];
    struct bench bench;

    (void)state;
    open_bench(&bench);
    assert_true(dns_server_parse("fe80::53%7", &bench.server));
    calls.connect_error = ENETUNREACH;
    assert_fate(&bench, carry(&bench, false), DNS_NO_ROUTE);
    assert_int_equal(((struct sockaddr_in6 *)&calls.to)->sin6_scope_id, 7);
    bench.server.scope = 4000000000; /* no interface has it */
    dns_server_print(&bench.server, text);
    assert_string_equal(text, "fe80::53%4000000000");
    close_bench(&bench);
}

/* ---- TCP ---- */

static int accept_one(struct bench *bench, struct heard *heard)
{
    struct timeval patience = {PATIENCE_MS / 1000, 0};
    size_t want = 2;
    int fd;

    turn(bench);
    fd = accept(bench->tcp, NULL, NULL);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    *heard = (struct heard){.size = 0};
    while (heard->size < want) {
        ssize_t got;

        turn(bench);
        got = recv(fd, heard->bytes + heard->size, want - heard->size, 0);
        assert_true(got > 0);
        heard->size += (size_t)got;
        if (heard->size == 2)
            want = 2 + (size_t)(heard->bytes[0] << 8 | heard->bytes[1]);
    }
    heard->bytes[4] |= 0x80;
    return fd;
}

static void say(int fd, const void *bytes, size_t size)
{
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
}

static void a_message_may_come_in_pieces(void **state)
{
    struct heard heard;
    struct bench bench;

    (void)state;
    for (size_t most = 0; most < 3; most++) {
        open_bench(&bench);
        calls.send_most = most;
        struct parcel *parcel = carry(&bench, true);
        int fd = accept_one(&bench, &heard);

        assert_int_equal(heard.size, 2 + parcel->exchange.query_size);
        for (size_t i = 0; i < heard.size; i++) {
            assert_int_equal(parcel->ended, 0);
            say(fd, heard.bytes + i, 1);
            turn(&bench);
        }
        assert_replied(&bench, parcel);
        close(fd);
        close_bench(&bench);
    }
}

static void other_messages_are_dropped(void **state)
{
    static const uint8_t nothing[400];
    struct heard heard, other;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct parcel *parcel = carry(&bench, true);
    int fd = accept_one(&bench, &heard);

    other = heard;
    other.bytes[2] ^= 1;
    say(fd, nothing, sizeof nothing); /* empty ones */
    say(fd, "\0\1x", 3);
    say(fd, other.bytes, other.size);
    say(fd, other.bytes, 20);
    turn(&bench);
    say(fd, other.bytes + 20, other.size - 20);
    say(fd, heard.bytes, heard.size);
    say(fd, other.bytes, other.size);
    assert_replied(&bench, parcel);
    close(fd);
    close_bench(&bench);
}

static void the_longest_message_arrives(void **state)
{
    static uint8_t message[2 + DNS_PACKET_MAX];
    struct heard heard;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct parcel *parcel = carry(&bench, true);
    int fd = accept_one(&bench, &heard);

    memcpy(message, heard.bytes, heard.size);
    message[0] = message[1] = 0xff;
    for (size_t i = heard.size; i < sizeof message; i++)
        message[i] = (uint8_t)(i * 7);
    for (size_t at = 0; at < sizeof message;) {
        size_t size = sizeof message - at < 5000 ? sizeof message - at : 5000;

        say(fd, message + at, size);
        turn(&bench);
        at += size;
    }
    await(&bench, parcel);
    assert_int_equal(parcel->reply_size, DNS_PACKET_MAX);
    assert_memory_equal(parcel->reply, message + 2, DNS_PACKET_MAX);
    free(parcel);
    close(fd);
    close_bench(&bench);
}

static void a_stall_or_a_lost_connection_ends(void **state)
{
    enum { STALL, HANG_UP, RESET, WAYS };
    static const size_t said[] = {0, 1, 2, 3, 20}; /* octets before */
    struct heard heard;
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < WAYS * LENGTH(said); i++) {
        struct linger linger = {1, 0};
        bool stalls = i % WAYS == STALL;

        open_hasty(&bench);
        struct parcel *parcel = carry(&bench, true);
        int64_t began_ms = loop_now_ms(bench.loop);
        int fd = accept_one(&bench, &heard);

        heard.bytes[0] = heard.bytes[1] = 0xff;
        say(fd, heard.bytes, said[i / WAYS]);
        if (i % WAYS == RESET)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        if (!stalls)
            close(fd);
        assert_fate(&bench, parcel, stalls ? DNS_SILENT : DNS_UNREACHABLE);
        assert_true(!stalls || loop_now_ms(bench.loop) - began_ms >= HASTY_TCP_MS);
        if (stalls)
            close(fd);
        close_bench(&bench);
    }
}

static void a_drip_is_not_waited_for(void **state)
{
    static const struct timespec pause = {.tv_nsec = 10000000L};
    struct heard heard;
    struct bench bench;

    (void)state;
    open_hasty(&bench);
    struct parcel *parcel = carry(&bench, true);
    int fd = accept_one(&bench, &heard);
    int64_t began_ms = loop_now_ms(bench.loop);

    say(fd, "\xff\xff", 2);
    while (!parcel->ended && loop_now_ms(bench.loop) - began_ms < PATIENCE_MS) {
        say(fd, "x", 1);
        nanosleep(&pause, NULL);
        turn(&bench);
    }
    assert_fate(&bench, parcel, DNS_SILENT);
    close(fd);
    close_bench(&bench);
}

/* Stopped before the question could be said: nobody has been asked yet. */
static void a_stopped_program_has_not_asked(void **state)
{
    static const struct timespec stop = {.tv_nsec = (HASTY_TCP_MS + 100) * 1000000L};
    struct heard heard;
    struct bench bench;

    (void)state;
    open_hasty(&bench);
    struct parcel *parcel = carry(&bench, true);

    calls.send_error = EAGAIN; /* as long as the connection does not stand */
    calls.errors = 1;
    turn(&bench);
    nanosleep(&stop, NULL);
    turn(&bench);
    assert_int_equal(parcel->ended, 0);
    int fd = accept_one(&bench, &heard);

    say(fd, heard.bytes, heard.size);
    assert_replied(&bench, parcel);
    close(fd);
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reply_is_found_among_forged_ones),
        cmocka_unit_test(forged_replies_take_no_time),
        cmocka_unit_test(near_replies_are_the_callers_to_judge),
        cmocka_unit_test(a_late_reply_is_nobodys),
        cmocka_unit_test(what_is_cancelled_is_forgotten),
        cmocka_unit_test(a_stopped_program_has_heard_no_silence),
        cmocka_unit_test(refusals_are_told_at_once),
        cmocka_unit_test(errors_are_told_as_what_they_are),
        cmocka_unit_test(interrupted_calls_are_made_again),
        cmocka_unit_test(what_is_short_is_waited_for),
        cmocka_unit_test(sockets_are_few_where_descriptors_are),
        cmocka_unit_test(a_scope_goes_with_its_address),
        cmocka_unit_test(a_message_may_come_in_pieces),
        cmocka_unit_test(other_messages_are_dropped),
        cmocka_unit_test(the_longest_message_arrives),
        cmocka_unit_test(a_stall_or_a_lost_connection_ends),
        cmocka_unit_test(a_drip_is_not_waited_for),
        cmocka_unit_test(a_stopped_program_has_not_asked),
    };

    alarm(60);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
