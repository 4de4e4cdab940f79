/* tests/unit/test_dns.c - the DNS collector against scripted servers (threats.md D1, D2, D5, D6, D10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/collect/dns/dns_carrier.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"
#include "tests/unit/dns_packet.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { PATIENCE_S = 60, TRY_MS = 200, TCP_MS = 300, PEERS_MAX = 3, CONNECTIONS_MAX = 16 };
enum { ANSWER = 0x8180, AUTHENTIC = 0x0020, TRUNCATED = 0x0200, REFERRAL = 0x8000 };
enum { FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5, YXDOMAIN = 6, UNKNOWN_EXTENDED_ERROR = 999 };

/* ---- scripted servers: UDP and TCP on one port of 127.0.0.1, on the loop of the test ---- */

struct asked {
    const uint8_t *packet;
    size_t size;
    unsigned id, type;
    char name[256]; /* letter case as sent */
    bool recursion, cd, edns, tcp;
    unsigned nth; /* to this server, from 1 */
    struct sockaddr_in from;
    int fd;
};

struct server;
typedef void script(struct server *, const struct asked *);

struct server {
    script *script;
    struct event_base *base;
    int udp, tcp;
    uint16_t port;
    struct event *udp_event, *tcp_event;
    struct event *connections[CONNECTIONS_MAX];
    int fds[CONNECTIONS_MAX];
    unsigned connection_count, queries, by_tcp, with_cd, without_edns;
    uint16_t ports[256]; /* that queries came from */
};

static struct packet reply;

static bool read_question(struct asked *asked)
{
    size_t at = 12, used = 0;

    if (asked->size < 17)
        return false;
    while (asked->packet[at]) {
        size_t length = asked->packet[at++];

        if (used)
            asked->name[used++] = '.';
        memcpy(asked->name + used, asked->packet + at, length);
        used += length;
        at += length;
    }
    asked->name[used] = '\0';
    asked->id = (unsigned)(asked->packet[0] << 8 | asked->packet[1]);
    asked->type = (unsigned)(asked->packet[at + 1] << 8 | asked->packet[at + 2]);
    asked->recursion = asked->packet[2] & 1;
    asked->cd = asked->packet[3] & 0x10;
    asked->edns = asked->packet[11];
    return true;
}

static void serve(struct server *server, struct asked *asked)
{
    if (!read_question(asked))
        return;
    if (server->queries < LENGTH(server->ports))
        server->ports[server->queries] = asked->from.sin_port;
    asked->nth = ++server->queries;
    server->by_tcp += asked->tcp;
    server->with_cd += asked->cd;
    server->without_edns += !asked->edns;
    server->script(server, asked);
}

static void on_udp(evutil_socket_t fd, short what, void *arg)
{
    uint8_t packet[1500];
    struct asked asked = {.packet = packet, .fd = fd};
    socklen_t size = sizeof asked.from;
    ssize_t got;

    (void)what;
    while ((got = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&asked.from, &size)) > 0) {
        asked.size = (size_t)got;
        serve(arg, &asked);
    }
}

static void on_stream(evutil_socket_t fd, short what, void *arg)
{
    uint8_t bytes[1500];
    struct server *server = arg;
    ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)what;
    for (unsigned i = 0; got <= 0 && i < server->connection_count; i++)
        if (server->fds[i] == fd)
            event_del(server->connections[i]);
    for (ssize_t at = 0; at + 2 <= got;) {
        ssize_t size = bytes[at] << 8 | bytes[at + 1];
        struct asked asked = {.packet = bytes + at + 2, .size = (size_t)size, .tcp = true, .fd = fd};

        if (at + 2 + size <= got)
            serve(server, &asked);
        at += 2 + size;
    }
}

static void on_connection(evutil_socket_t fd, short what, void *arg)
{
    struct server *server = arg;
    int connection = accept(fd, NULL, NULL);

    (void)what;
    if (connection < 0)
        return;
    assert_true(server->connection_count < CONNECTIONS_MAX);
    server->fds[server->connection_count] = connection;
    server->connections[server->connection_count] =
        event_new(server->base, connection, EV_READ | EV_PERSIST, on_stream, server);
    event_add(server->connections[server->connection_count++], NULL);
}

static bool bind_both(struct server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;

    server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(server->tcp, (struct sockaddr *)&at, size) == 0 && listen(server->tcp, 16) == 0 &&
        getsockname(server->tcp, (struct sockaddr *)&at, &size) == 0 &&
        bind(server->udp, (struct sockaddr *)&at, size) == 0) {
        server->port = ntohs(at.sin_port);
        return true;
    }
    close(server->tcp);
    close(server->udp);
    return false;
}

static void server_start(struct server *server, struct loop *loop, script *says)
{
    int tries = 100;

    *server = (struct server){.script = says, .base = loop_base(loop)};
    while (!bind_both(server) && tries-- > 0)
        ;
    assert_true(tries > 0);
    server->udp_event = event_new(server->base, server->udp, EV_READ | EV_PERSIST, on_udp, server);
    server->tcp_event = event_new(server->base, server->tcp, EV_READ | EV_PERSIST, on_connection, server);
    event_add(server->udp_event, NULL);
    event_add(server->tcp_event, NULL);
}

static void server_stop(struct server *server)
{
    event_free(server->udp_event);
    event_free(server->tcp_event);
    close(server->udp);
    close(server->tcp);
    for (unsigned i = 0; i < server->connection_count; i++) {
        event_free(server->connections[i]);
        close(server->fds[i]);
    }
}

/* ---- what scripts say ---- */

static void send_reply(const struct asked *asked)
{
    uint8_t length[2] = {(uint8_t)(reply.size >> 8), (uint8_t)reply.size};

    if (asked->tcp) {
        send(asked->fd, length, 2, MSG_NOSIGNAL);
        send(asked->fd, reply.at, reply.size, MSG_NOSIGNAL);
    } else {
        sendto(asked->fd, reply.at, reply.size, 0, (const struct sockaddr *)&asked->from, sizeof asked->from);
    }
}

static void begin(const struct asked *asked, unsigned flags)
{
    begin_reply(&reply, asked->id, flags, asked->name, asked->type);
}

static void finish(const struct asked *asked, int extended_error)
{
    if (asked->edns)
        put_opt(&reply, 0, extended_error);
    send_reply(asked);
}

static void say(const struct asked *asked, unsigned flags, int extended_error)
{
    begin(asked, flags);
    finish(asked, extended_error);
}

static void say_address(const struct asked *asked, unsigned flags, uint32_t address)
{
    begin(asked, ANSWER | flags);
    put_a(&reply, NULL, 300, address);
    finish(asked, -1);
}

static void good(struct server *server, const struct asked *asked)
{
    (void)server;
    say_address(asked, 0, 0xc0000201);
}

static void silent(struct server *server, const struct asked *asked)
{
    (void)server;
    (void)asked;
}

/* ---- asking ---- */

struct bench {
    struct loop *loop;
    struct server servers[PEERS_MAX];
    size_t server_count;
    struct dns_config config;
    struct dns_server addresses[PEERS_MAX];
    struct dns *dns;
    struct store *store;
    struct waiter waiter;
    unsigned awaited;
};

static void on_wake(struct waiter *waiter, unsigned probe)
{
    struct bench *bench = (struct bench *)((char *)waiter - offsetof(struct bench, waiter));

    (void)probe;
    if (--bench->awaited == 0)
        loop_stop(bench->loop);
}

static void collect(void *arg, struct evidence *evidence)
{
    dns_collect(((struct bench *)arg)->dns, evidence);
}

/* Scripts for up to three resolvers; NULL: nothing listens there. */
static void open_bench(struct bench *bench, script *first, script *second, script *third)
{
    script *const scripts[PEERS_MAX] = {first, second, third};

    *bench = (struct bench){.loop = loop_new(), .waiter = {.wake = on_wake}};
    bench->config.random_case = true;
    bench->config.try_ms = TRY_MS;
    bench->config.tcp_ms = TCP_MS;
    for (size_t i = 0; i < PEERS_MAX; i++) {
        if (!scripts[i])
            continue;
        server_start(&bench->servers[i], bench->loop, scripts[i]);
        bench->addresses[i].port = bench->servers[i].port;
        assert_true(ip_parse("127.0.0.1", &bench->addresses[i].ip));
        bench->server_count = i + 1;
    }
    bench->config.servers = bench->addresses;
    bench->config.server_count = bench->server_count;
    bench->dns = dns_new(bench->loop, &bench->config);
    bench->store = store_new(bench->loop, collect, bench);
    assert_non_null(bench->dns);
}

static void reopen(struct bench *bench) /* after a change of the configuration */
{
    dns_free(bench->dns);
    bench->dns = dns_new(bench->loop, &bench->config);
    assert_non_null(bench->dns);
}

static void close_bench(struct bench *bench)
{
    dns_free(bench->dns);
    store_unpin_all(&bench->waiter);
    store_free(bench->store);
    for (size_t i = 0; i < bench->server_count; i++)
        if (bench->servers[i].script)
            server_stop(&bench->servers[i]);
    loop_free(bench->loop);
}

static struct evidence *want(struct bench *bench, const struct key *key)
{
    struct evidence *evidence = store_want(bench->store, key, &bench->waiter, 0, NULL);

    bench->awaited += !evidence->known; /* nothing to send: known at once */
    return evidence;
}

static const struct dns_answer *ask_key(struct bench *bench, const struct key *key)
{
    struct evidence *evidence = want(bench, key);

    if (!evidence->known)
        loop_run(bench->loop);
    assert_true(evidence->known);
    assert_string_equal(((const struct dns_answer *)evidence->value)->key, evidence->text);
    return evidence->value;
}

static const struct dns_answer *ask(struct bench *bench, const char *name, enum dns_type type)
{
    return ask_key(bench, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = 1});
}

static const struct dns_answer *ask_at(struct bench *bench, const char *name, enum dns_type type)
{
    return ask_key(bench, &(struct key){.kind = EVIDENCE_DNS,
                                        .name = name,
                                        .type = type,
                                        .ip = bench->addresses[0].ip,
                                        .port = bench->addresses[0].port,
                                        .nth = 1});
}

/* Asked again, to count the answers. */
static const struct dns_answer *ask_sample(struct bench *bench, const char *name, enum dns_type type)
{
    return ask_key(bench, &(struct key){.kind = EVIDENCE_DNS,
                                        .name = name,
                                        .type = type,
                                        .ip = bench->addresses[0].ip,
                                        .port = bench->addresses[0].port,
                                        .nth = 2});
}

static void assert_address(const struct dns_answer *answer)
{
    assert_int_equal(answer->status, DNS_OK);
    assert_int_equal(answer->trouble.reason, REASON_NONE);
    assert_int_equal(answer->count, 1);
    assert_int_equal(answer->records[0].type, DNS_A);
    assert_memory_equal(answer->records[0].ip.bytes, "\xc0\0\2\1", 4);
    assert_int_equal(answer->ttl_s, 300);
}

static void assert_trouble(const struct dns_answer *answer, enum reason reason, enum side side)
{
    assert_int_equal(answer->status, DNS_UNKNOWN);
    assert_int_equal(answer->trouble.reason, reason);
    assert_int_equal(answer->trouble.side, side);
    assert_non_null(answer->trouble.why);
    assert_int_equal(answer->count, 0);
}

/* ---- answers ---- */

static void an_answer_is_an_answer(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;
    char server[32];

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    snprintf(server, sizeof server, "127.0.0.1@%u", bench.servers[0].port);
    answer = ask(&bench, "mx.example.org", DNS_A);
    assert_address(answer);
    assert_string_equal(answer->server, server);
    assert_int_equal(answer->security, DNS_INSECURE);
    assert_int_equal(answer->tries, 1);
    assert_int_equal(answer->rcode, 0);
    assert_int_equal(answer->extended_error, -1);
    assert_true(answer->edns && !answer->tcp);
    close_bench(&bench);
}

static void negative(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER | (strncasecmp(asked->name, "nx", 2) == 0 ? NXDOMAIN : 0));
    if (strcasecmp(asked->name, "bare.example") != 0)
        put_soa(&reply, 1, "Example", 3600, 60);
    finish(asked, -1);
}

static void absence_is_a_fact(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, negative, NULL, NULL);
    answer = ask(&bench, "nx.example", DNS_A);
    assert_int_equal(answer->status, DNS_NXDOMAIN);
    assert_int_equal(answer->ttl_s, 60);
    assert_string_equal(answer->zone, "Example");
    assert_int_equal(ask(&bench, "name.example", DNS_MX)->status, DNS_NODATA);
    answer = ask(&bench, "bare.example", DNS_A);
    assert_int_equal(answer->status, DNS_NODATA);
    assert_null(answer->zone);
    close_bench(&bench);
}

/* ---- security: D2 ---- */

static void signed_twice(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    put_rrsig(&reply, DNS_A, 13);
    put_rrsig(&reply, DNS_A, 7);
    put_a(&reply, NULL, 300, 0xc0000201);
    put_rrsig(&reply, DNS_AAAA, 5);
    put_rrsig(&reply, DNS_A, 13);
    finish(asked, -1);
}

static void algorithms_are_those_over_the_records(void **state)
{
    const struct dns_answer *answer;
    struct bench bench;

    (void)state;
    open_bench(&bench, signed_twice, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_int_equal(answer->count, 1);
    assert_int_equal(answer->algorithm_count, 2);
    assert_int_equal(answer->algorithms[0], 7);
    assert_int_equal(answer->algorithms[1], 13);
    close_bench(&bench);
}

static void authentic(struct server *server, const struct asked *asked)
{
    (void)server;
    say_address(asked, AUTHENTIC, 0xc0000201);
}

static void authentic_bit_counts_from_trusted_resolvers_only(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, authentic, NULL, NULL);
    assert_int_equal(ask(&bench, "example.org", DNS_A)->security, DNS_SECURE);
    assert_int_equal(ask_at(&bench, "at.example.org", DNS_A)->security, DNS_UNDECIDED); /* no resolver of ours */
    close_bench(&bench);
}

/* ---- forgery: D1 ---- */

static void forger(struct server *server, const struct asked *asked)
{
    int elsewhere = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)server;
    for (unsigned i = 1; i <= 50; i++) {
        begin_reply(&reply, asked->id + (i % 3 == 0 ? i : 0), ANSWER, i % 3 == 1 ? "other.example.org" : asked->name,
                    asked->type);
        put_a(&reply, NULL, 300, 0x7f000001);
        if (asked->edns)
            put_opt(&reply, 0, -1);
        sendto(i % 3 == 2 ? elsewhere : asked->fd, reply.at, reply.size, 0, (const struct sockaddr *)&asked->from,
               sizeof asked->from);
    }
    close(elsewhere);
    say_address(asked, 0, 0xc0000201);
}

static void forged_replies_are_not_heard(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, forger, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_int_equal(answer->tries, 1);
    close_bench(&bench);
}

/* As systemd-resolved 257, where the name does not exist and was asked for something else before. */
static void mixing_up(struct server *server, const struct asked *asked)
{
    struct asked other = *asked;

    (void)server;
    if (asked->edns)
        other.type = DNS_MX;
    begin(&other, ANSWER | NXDOMAIN);
    finish(&other, -1);
}

static void a_mixed_up_answer_is_asked_for_without_edns(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, mixing_up, NULL, NULL);
    answer = ask(&bench, "gone.example.org", DNS_A);
    assert_int_equal(answer->status, DNS_NXDOMAIN);
    assert_int_equal(answer->tries, 2);
    assert_false(answer->tcp);
    close_bench(&bench);
}

static void lower_casing(struct server *server, const struct asked *asked)
{
    struct asked lower = *asked;

    (void)server;
    for (char *c = lower.name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    say_address(&lower, 0, asked->tcp ? 0xc0000201 : 0x7f000001);
}

static void a_changed_echo_is_asked_for_over_tcp(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, lower_casing, NULL, NULL);
    answer = ask(&bench, "a-name-with-many-letters.example.org", DNS_A);
    assert_address(answer);
    assert_true(answer->tcp);
    assert_int_equal(answer->tries, 2);
    close_bench(&bench);
}

static void points_into_question(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    size_t at = begin_record(&reply, 0, NULL, DNS_MX, 300);
    put16(&reply, 10);
    put_bytes(&reply, "\2Mx\xc0\x0c", 5);
    end_record(&reply, at);
    finish(asked, -1);
}

static void random_case_does_not_show(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, points_into_question, NULL, NULL);
    answer = ask(&bench, "a-name-with-many-letters.example.org", DNS_MX);
    assert_int_equal(answer->count, 1);
    assert_string_equal(answer->records[0].mx.host, "Mx.a-name-with-many-letters.example.org");
    close_bench(&bench);
}

static void source_ports_rotate(void **state)
{
    struct bench bench;
    unsigned ports = 0;

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    for (unsigned i = 0; i < 200; i++) {
        char name[32];

        snprintf(name, sizeof name, "n%u.example.org", i);
        want(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = DNS_A, .nth = 1});
    }
    loop_run(bench.loop);
    assert_int_equal(bench.servers[0].queries, 200);
    for (unsigned i = 0; i < 200; i++) {
        bool seen = false;

        for (unsigned before = 0; before < i; before++)
            seen = seen || bench.servers[0].ports[before] == bench.servers[0].ports[i];
        ports += !seen;
    }
    assert_true(ports > 150); /* a port may be drawn again when it is free */
    close_bench(&bench);
}

/* ---- transport: D5 ---- */

static void truncating(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->tcp)
        say_address(asked, 0, 0xc0000201);
    else
        say(asked, ANSWER | TRUNCATED, -1);
}

static void truncation_leads_to_tcp(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, truncating, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_true(answer->tcp && answer->edns);
    assert_int_equal(answer->tries, 2);
    close_bench(&bench);
}

enum { CROWD = 8 };

/* All share one thread: nobody looks at the replies while the last of them is being made. */
static void late_over_tcp(struct server *server, const struct asked *asked)
{
    static const struct timespec pause = {.tv_sec = 1};

    truncating(server, asked);
    if (asked->tcp && server->by_tcp == CROWD)
        nanosleep(&pause, NULL);
}

static void replies_that_came_while_nobody_looked_count(void **state)
{
    struct evidence *evidence[CROWD];
    struct bench bench;

    (void)state;
    open_bench(&bench, late_over_tcp, NULL, NULL);
    for (unsigned i = 0; i < CROWD; i++) {
        char name[32];

        snprintf(name, sizeof name, "n%u.example.org", i);
        evidence[i] = want(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = DNS_A, .nth = 1});
    }
    loop_run(bench.loop);
    assert_int_equal(bench.servers[0].by_tcp, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        assert_address(evidence[i]->value);
    close_bench(&bench);
}

static void long_over_tcp(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER | (asked->tcp ? 0 : TRUNCATED));
    for (int i = 0; asked->tcp && i < 600; i++)
        put_name_record(&reply, NULL, DNS_PTR, 300, "a-long-name-as-they-come.hosts.example.org");
    finish(asked, -1);
}

static void tcp_carries_long_answers(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, long_over_tcp, NULL, NULL);
    answer = ask(&bench, "1.2.0.192.in-addr.arpa", DNS_PTR);
    assert_int_equal(answer->status, DNS_OK);
    assert_int_equal(answer->count, 600);
    assert_string_equal(answer->records[599].name, "a-long-name-as-they-come.hosts.example.org");
    close_bench(&bench);
}

static void fits_udp(struct server *server, const struct asked *asked) /* more than 512, less than 1232 octets */
{
    (void)server;
    begin(asked, ANSWER);
    for (int i = 0; i < 20; i++)
        put_name_record(&reply, NULL, DNS_PTR, 300, "a-long-name.hosts.example.org");
    finish(asked, -1);
}

static void edns_carries_more_than_512_octets(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, fits_udp, NULL, NULL);
    answer = ask(&bench, "1.2.0.192.in-addr.arpa", DNS_PTR);
    assert_int_equal(answer->count, 20);
    assert_true(!answer->tcp && answer->edns);
    close_bench(&bench);
}

static void always_truncated(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | TRUNCATED, -1);
}

static void one_octet_and_stall(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->tcp)
        send(asked->fd, "\1", 1, MSG_NOSIGNAL);
    else
        say(asked, ANSWER | TRUNCATED, -1);
}

static void length_and_nothing(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->tcp)
        send(asked->fd, "\xff\xff", 2, MSG_NOSIGNAL);
    else
        say(asked, ANSWER | TRUNCATED, -1);
}

static void hang_up(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->tcp)
        shutdown(asked->fd, SHUT_RDWR);
    else
        say(asked, ANSWER | TRUNCATED, -1);
}

static void a_stalled_tcp_connection_ends(void **state)
{
    static script *const scripts[] = {one_octet_and_stall, length_and_nothing};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;

        open_bench(&bench, scripts[i], NULL, NULL);
        assert_trouble(ask(&bench, "example.org", DNS_A), REASON_TIMEOUT, SIDE_NETWORK);
        close_bench(&bench);
        open_bench(&bench, scripts[i], good, NULL);
        assert_address(ask(&bench, "example.org", DNS_A));
        close_bench(&bench);
    }
}

static void a_lost_tcp_connection_ends(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, hang_up, NULL, NULL);
    assert_int_equal(ask(&bench, "example.org", DNS_A)->status, DNS_UNKNOWN);
    close_bench(&bench);
    open_bench(&bench, hang_up, good, NULL);
    assert_address(ask(&bench, "example.org", DNS_A));
    close_bench(&bench);
    open_bench(&bench, always_truncated, NULL, NULL);
    event_free(bench.servers[0].tcp_event);
    bench.servers[0].tcp_event = event_new(bench.servers[0].base, -1, 0, on_connection, NULL);
    close(bench.servers[0].tcp);
    bench.servers[0].tcp = -1;
    assert_trouble(ask(&bench, "example.org", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER);
    close_bench(&bench);
}

static void formerr_to_edns(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->edns) {
        begin(asked, 0x8180 | FORMERR);
        send_reply(asked);
    } else {
        say_address(asked, 0, 0xc0000201);
    }
}

static void formerr_with_opt(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->edns)
        say(asked, ANSWER | FORMERR, -1);
    else
        say_address(asked, 0, 0xc0000201);
}

static void notimp_to_edns(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->edns)
        say(asked, ANSWER | NOTIMP, -1);
    else
        say_address(asked, 0, 0xc0000201);
}

static void badvers(struct server *server, const struct asked *asked)
{
    (void)server;
    if (!asked->edns) {
        say_address(asked, 0, 0xc0000201);
        return;
    }
    begin(asked, ANSWER);
    put_opt(&reply, 1, -1);
    send_reply(asked);
}

static void drops_edns(struct server *server, const struct asked *asked)
{
    (void)server;
    if (!asked->edns)
        say_address(asked, 0, 0xc0000201);
}

static void servers_without_edns_are_asked_without(void **state)
{
    static script *const scripts[] = {formerr_to_edns, formerr_with_opt, notimp_to_edns, badvers, drops_edns};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;

        open_bench(&bench, scripts[i], NULL, NULL);
        for (int round = 0; round < 8; round++) {
            const struct dns_answer *answer;
            char name[32];

            snprintf(name, sizeof name, "n%d.example.org", round);
            answer = ask(&bench, name, DNS_A);
            assert_address(answer);
            assert_false(answer->edns || answer->tcp);
        }
        assert_true(bench.servers[0].without_edns >= 8);
        assert_true(bench.servers[0].queries <= 8 + 3 * (DNS_TRIES - 1)); /* it was remembered */
        close_bench(&bench);
    }
}

/* ---- silence and refusal: D10 ---- */

static void drops_first(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->nth > 1)
        say_address(asked, 0, 0xc0000201);
}

static void answers_tcp_only(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->tcp)
        say_address(asked, 0, 0xc0000201);
}

static void a_lost_packet_is_sent_again(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, drops_first, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_int_equal(answer->tries, 2);
    assert_int_equal(answer->setbacks, 1);
    assert_int_equal(bench.servers[0].without_edns, 0); /* no signature would be seen then */
    close_bench(&bench);
    open_bench(&bench, answers_tcp_only, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_true(answer->tcp);
    assert_int_equal(answer->tries, DNS_TRIES + 1);
    close_bench(&bench);
}

static void answers_udp_only(struct server *server, const struct asked *asked)
{
    (void)server;
    if (!asked->tcp)
        say_address(asked, 0, 0xc0000201);
}

/* D9: over TCP, which a forger cannot join; where there is none, over UDP, and that is no sign of anything. */
static void a_second_opinion_comes_over_tcp(void **state)
{
    static script *const scripts[] = {answers_tcp_only, answers_udp_only};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;
        const struct dns_answer *answer;

        open_bench(&bench, scripts[i], NULL, NULL);
        answer = ask_key(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = "example.org", .type = DNS_A, .nth = 2});
        assert_address(answer);
        assert_int_equal(answer->tcp, scripts[i] == answers_tcp_only);
        assert_int_equal(answer->tries, scripts[i] == answers_tcp_only ? 1 : 2);
        assert_int_equal(answer->setbacks, 0);
        close_bench(&bench);
    }
}

static void answers_one_name(struct server *server, const struct asked *asked)
{
    (void)server;
    if (strncasecmp(asked->name, "fast", 4) == 0)
        say_address(asked, 0, 0xc0000201);
}

static void silence_is_trouble(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, silent, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_RESOLVER_DOWN, SIDE_RESOLVER);
    assert_int_equal(answer->rcode, -1);
    assert_string_equal(answer->server, "");
    assert_int_equal(answer->tries, DNS_TRIES + 1);
    assert_int_equal(ask(&bench, "next.example.org", DNS_A)->tries, 1); /* known to be silent */
    close_bench(&bench);

    open_bench(&bench, answers_one_name, NULL, NULL);
    assert_address(ask(&bench, "fast.example.org", DNS_A));
    assert_trouble(ask(&bench, "example.org", DNS_A), REASON_TIMEOUT, SIDE_NETWORK);
    close_bench(&bench);

    open_bench(&bench, silent, NULL, NULL);
    assert_trouble(ask_at(&bench, "example.org", DNS_A), REASON_TIMEOUT, SIDE_NETWORK);
    close_bench(&bench);
}

static void a_silent_resolver_stands_back(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, silent, good, NULL);
    assert_address(ask(&bench, "example.org", DNS_A));
    assert_int_equal(bench.servers[1].queries, 1);
    bench.servers[0].queries = 0;
    assert_address(ask(&bench, "next.example.org", DNS_A));
    assert_int_equal(bench.servers[0].queries, 0);
    close_bench(&bench);
}

static void refuses(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | REFUSED, 18);
}

static void the_next_resolver_is_asked_after_refusal(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;
    char server[32];

    (void)state;
    open_bench(&bench, refuses, good, NULL);
    snprintf(server, sizeof server, "127.0.0.1@%u", bench.servers[1].port);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_string_equal(answer->server, server);
    close_bench(&bench);

    open_bench(&bench, refuses, refuses, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_REFUSED_BY_RESOLVER, SIDE_RESOLVER);
    assert_int_equal(answer->rcode, REFUSED);
    assert_int_equal(answer->extended_error, 18);
    assert_int_equal(answer->tries, 2);
    close_bench(&bench);

    open_bench(&bench, refuses, NULL, NULL);
    assert_trouble(ask_at(&bench, "example.org", DNS_A), REASON_REFUSED_BY_RESOLVER, SIDE_TARGET);
    close_bench(&bench);
}

static void nothing_listens(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;
    int64_t start;

    (void)state;
    open_bench(&bench, silent, good, NULL);
    bench.addresses[0].port = 1;
    reopen(&bench);
    start = loop_now_ms(bench.loop);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_true(loop_now_ms(bench.loop) - start < TRY_MS);
    bench.config.server_count = 1;
    reopen(&bench);
    assert_trouble(ask(&bench, "two.example.org", DNS_A), REASON_RESOLVER_DOWN, SIDE_RESOLVER);
    assert_trouble(ask_at(&bench, "three.example.org", DNS_A), REASON_CONNECTION_LOST, SIDE_TARGET);
    bench.config.server_count = 0;
    reopen(&bench);
    assert_trouble(ask(&bench, "four.example.org", DNS_A), REASON_RESOLVER_DOWN, SIDE_US);
    close_bench(&bench);
}

static int udp_error, tcp_error; /* of connect() */

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
    socklen_t type_size = sizeof(int);
    int type = 0;

    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
    errno = type == SOCK_DGRAM ? udp_error : tcp_error;
    return errno ? -1 : (int)syscall(SYS_connect, fd, to, size);
}

/* N11: a firewall that rejects UDP, by ICMP or by an error of ours, need not reject TCP. */
static void where_udp_is_rejected_tcp_is_tried_at_once(void **state)
{
    static const int errors[] = {ECONNREFUSED, EPERM, EACCES, EHOSTUNREACH};
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    for (size_t i = 0; i < LENGTH(errors); i++) {
        open_bench(&bench, good, NULL, NULL);
        udp_error = errors[i];
        answer = ask(&bench, "example.org", DNS_A);
        assert_address(answer);
        assert_true(answer->tcp);
        assert_int_equal(answer->tries, 2);
        answer = ask_at(&bench, "at.example.org", DNS_A);
        assert_address(answer);
        assert_int_equal(answer->setbacks, 0); /* it answers reliably */
        udp_error = 0;
        close_bench(&bench);
    }
    open_bench(&bench, good, NULL, NULL); /* nothing listens, in earnest */
    event_del(bench.servers[0].udp_event);
    close(bench.servers[0].udp);
    answer = ask(&bench, "example.org", DNS_A);
    assert_address(answer);
    assert_true(answer->tcp);
    close_bench(&bench);
}

/* Who may not send hears nothing over TCP either, and that is no silence of the server's. */
static void what_this_machine_forbids_is_ours(void **state)
{
    static const int errors[] = {EPERM, EACCES, ENETUNREACH};
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < LENGTH(errors); i++) {
        open_bench(&bench, silent, NULL, NULL);
        udp_error = errors[i];
        assert_trouble(ask(&bench, "example.org", DNS_A), REASON_RESOLVER_DOWN, SIDE_US);
        assert_trouble(ask_at(&bench, "example.org", DNS_A), REASON_RESOLVER_DOWN, SIDE_US);
        udp_error = 0;
        close_bench(&bench);
    }
}

static void a_machine_without_ipv6_says_so(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, silent, NULL, NULL);
    assert_true(ip_parse("2001:db8::53", &bench.addresses[0].ip));
    reopen(&bench);
    udp_error = tcp_error = ENETUNREACH;
    assert_trouble(ask(&bench, "example.org", DNS_A), REASON_NO_IPV6_HERE, SIDE_US);
    udp_error = tcp_error = 0;
    close_bench(&bench);
}

/* D9: where this machine lets no question out over TCP, that is no reason to have no second opinion. */
static void a_second_opinion_comes_over_udp_where_tcp_has_no_way(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    tcp_error = ENETUNREACH;
    answer = ask_key(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = "example.org", .type = DNS_A, .nth = 2});
    tcp_error = 0;
    assert_address(answer);
    assert_false(answer->tcp);
    assert_int_equal(answer->setbacks, 0);
    close_bench(&bench);
}

static void unaskable(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    assert_trouble(ask(&bench, "a..example.org", DNS_A), REASON_PROTOCOL, SIDE_TARGET);
    assert_int_equal(bench.servers[0].queries, 0);
    close_bench(&bench);
}

/* ---- SERVFAIL ---- */

static void bogus(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->cd)
        say_address(asked, 0, 0xc0000201);
    else
        say(asked, ANSWER | SERVFAIL, strncasecmp(asked->name, "told", 4) == 0 ? 6 : -1);
}

static void broken(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | SERVFAIL, 22);
}

static void recovering(struct server *server, const struct asked *asked)
{
    (void)server;
    if (asked->nth == 1)
        say(asked, ANSWER | SERVFAIL, -1);
    else
        say_address(asked, 0, 0xc0000201);
}

static void an_answer_with_cd_means_bogus(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, bogus, good, NULL);
    answer = ask(&bench, "told.example.org", DNS_A);
    assert_trouble(answer, REASON_DNSSEC_BOGUS, SIDE_TARGET);
    assert_int_equal(answer->security, DNS_BOGUS);
    assert_int_equal(answer->extended_error, 6);
    assert_int_equal(answer->rcode, SERVFAIL);
    assert_int_equal(answer->tries, 2);
    answer = ask(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_DNSSEC_BOGUS, SIDE_TARGET);
    assert_int_equal(answer->security, DNS_BOGUS);
    assert_int_equal(answer->tries, 1 + 2 * DNS_CONTRADICTIONS);
    assert_int_equal(bench.servers[1].queries, 0);
    close_bench(&bench);

    open_bench(&bench, recovering, NULL, NULL);
    assert_address(ask(&bench, "example.org", DNS_A));
    close_bench(&bench);
}

/* Three of ten answers are SERVFAIL, by a fixed row of numbers. */
static void fails_by_chance(struct server *server, const struct asked *asked)
{
    static uint32_t seed = 1;

    (void)server;
    seed = seed * 1664525 + 1013904223;
    if (seed >> 16 < 65536 * 3 / 10)
        say(asked, ANSWER | SERVFAIL, -1);
    else
        say_address(asked, 0, 0xc0000201);
}

/* N13 */
static void failure_by_chance_is_not_bogus(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, fails_by_chance, NULL, NULL);
    for (int i = 0; i < 2000; i++) {
        const struct dns_answer *answer;
        char name[32];

        snprintf(name, sizeof name, "n%d.example.org", i);
        answer = ask(&bench, name, DNS_A);
        assert_int_not_equal(answer->trouble.reason, REASON_DNSSEC_BOGUS);
        if (answer->status != DNS_OK)
            assert_trouble(answer, REASON_SERVFAIL, SIDE_TARGET);
    }
    close_bench(&bench);
}

static void a_second_failure_means_broken(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, broken, broken, broken);
    answer = ask(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_SERVFAIL, SIDE_TARGET);
    assert_int_equal(answer->extended_error, 22);
    assert_int_equal(answer->tries, 4);
    assert_int_equal(answer->security, DNS_UNDECIDED);
    assert_int_equal(bench.servers[1].with_cd, 1);
    assert_int_equal(bench.servers[2].queries, 0);
    close_bench(&bench);
    open_bench(&bench, broken, good, NULL);
    assert_address(ask(&bench, "example.org", DNS_A));
    close_bench(&bench);
    open_bench(&bench, broken, NULL, NULL);
    answer = ask_at(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_SERVFAIL, SIDE_TARGET);
    assert_int_equal(answer->tries, 1);
    close_bench(&bench);
}

/* ---- asked again, to count the answers ---- */

static void a_sample_is_one_packet(void **state)
{
    static script *const scripts[] = {silent, broken, drops_first, drops_edns};
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        const struct dns_answer *answer;

        open_bench(&bench, scripts[i], NULL, NULL);
        answer = ask_sample(&bench, "example.org", DNS_A);
        assert_int_equal(bench.servers[0].queries, 1);
        assert_int_equal(bench.servers[0].without_edns, 1);
        assert_int_equal(answer->tries, 1);
        assert_int_equal(answer->setbacks, scripts[i] != drops_edns);
        assert_int_equal(answer->status, scripts[i] == drops_edns ? DNS_OK : DNS_UNKNOWN);
        close_bench(&bench);
    }
    open_bench(&bench, truncating, NULL, NULL);
    assert_address(ask_sample(&bench, "example.org", DNS_A));
    assert_int_equal(bench.servers[0].by_tcp, 1);
    close_bench(&bench);
}

/* What is true of a moment is learnt anew by the next audit. */
static void samples_are_not_shared(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    assert_address(ask_sample(&bench, "example.org", DNS_A));
    assert_address(ask_at(&bench, "example.org", DNS_A));
    store_unpin_all(&bench.waiter);
    assert_address(ask_sample(&bench, "example.org", DNS_A));
    assert_address(ask_at(&bench, "example.org", DNS_A));
    assert_int_equal(bench.servers[0].queries, 3);
    close_bench(&bench);
}

/* ---- malformed ---- */

static void self_pointer(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    put16(&reply, 0xc000 | (unsigned)reply.size);
    put16(&reply, DNS_A);
    put16(&reply, 1);
    put32(&reply, 300);
    put16(&reply, 4);
    put32(&reply, 0);
    count_record(&reply, 0);
    send_reply(asked);
}

static void a_malformed_reply_is_not_used(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, self_pointer, NULL, NULL);
    answer = ask(&bench, "example.org", DNS_A);
    assert_trouble(answer, REASON_PROTOCOL, SIDE_RESOLVER);
    assert_true(bench.servers[0].by_tcp == 1);
    answer = ask_at(&bench, "at.example.org", DNS_A);
    assert_trouble(answer, REASON_PROTOCOL, SIDE_TARGET);
    close_bench(&bench);
    open_bench(&bench, self_pointer, good, NULL);
    assert_address(ask(&bench, "example.org", DNS_A));
    close_bench(&bench);
}

static void malformed_over_udp_only(struct server *server, const struct asked *asked)
{
    if (!asked->tcp)
        self_pointer(server, asked);
}

static void a_malformed_second_opinion_is_none(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, malformed_over_udp_only, good, NULL);
    assert_address(ask_key(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = "x.lab", .type = DNS_A, .nth = 2}));
    assert_int_equal(bench.servers[0].queries, 2);
    assert_int_equal(bench.servers[1].queries, 1);
    close_bench(&bench);
}

/* An answer of the target's own server that does not say that it has authority may be anybody's. */
static void a_denial_without_authority_is_none(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, negative, NULL, NULL);
    assert_trouble(ask_at(&bench, "name.example", DNS_A), REASON_PROTOCOL, SIDE_TARGET);
    assert_trouble(ask_at(&bench, "nx.example", DNS_A), REASON_PROTOCOL, SIDE_TARGET);
    assert_int_equal(ask(&bench, "nx.example", DNS_A)->status, DNS_NXDOMAIN); /* a resolver has none */
    close_bench(&bench);
}

/* ---- replies that say no ---- */

static void says_yxdomain(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | YXDOMAIN, UNKNOWN_EXTENDED_ERROR);
}

static void says_formerr(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | FORMERR, -1);
}

/* It has not even understood what the question was. */
static void says_formerr_to_nothing(struct server *server, const struct asked *asked)
{
    (void)server;
    reply.size = 0;
    put16(&reply, asked->id);
    put16(&reply, ANSWER | FORMERR);
    put32(&reply, 0);
    put32(&reply, 0);
    send_reply(asked);
}

static void an_unusual_code_is_no_answer(void **state)
{
    static const struct {
        script *script;
        int rcode;
        unsigned tries; /* without EDNS, too */
    } cases[] = {{says_yxdomain, YXDOMAIN, 1}, {says_formerr, FORMERR, 2}, {says_formerr_to_nothing, FORMERR, 2}};
    const struct dns_answer *answer;
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        open_bench(&bench, cases[i].script, NULL, NULL);
        answer = ask(&bench, "example.org", DNS_A);
        assert_trouble(answer, REASON_PROTOCOL, SIDE_RESOLVER);
        assert_int_equal(answer->rcode, cases[i].rcode);
        assert_int_equal(answer->tries, cases[i].tries);
        assert_int_equal(strstr(answer->trouble.why, "extended error 999") != NULL, cases[i].rcode == YXDOMAIN);
        close_bench(&bench);
        open_bench(&bench, cases[i].script, good, NULL);
        assert_address(ask(&bench, "example.org", DNS_A));
        close_bench(&bench);
    }
}

/* A question for signatures has CD set already, and what it gets is evidence as it is: nothing is asked twice. */
static void signatures_are_asked_for_once(void **state)
{
    static const struct {
        script *script;
        enum reason reason;
    } cases[] = {{broken, REASON_SERVFAIL}, {mixing_up, REASON_PROTOCOL}, {good, REASON_NONE}};
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct key key = {.kind = EVIDENCE_DNSSEC, .name = "example.org", .type = DNS_A, .nth = 1};
        const struct signed_reply *signed_reply;
        const struct evidence *evidence;

        open_bench(&bench, cases[i].script, NULL, NULL);
        evidence = want(&bench, &key);
        loop_run(bench.loop);
        assert_true(evidence->known);
        signed_reply = evidence->value;
        assert_int_equal(signed_reply->trouble.reason, cases[i].reason);
        assert_int_equal(bench.servers[0].queries, 1);
        close_bench(&bench);
    }
}

static void other_owners(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    put_a(&reply, "other.example.org", 10, 0x7f000001);
    if (strncasecmp(asked->name, "mixed", 5) == 0)
        put_a(&reply, NULL, 300, 0xc0000201);
    put_name_record(&reply, NULL, DNS_NS, 5, "ns.example.org");
    finish(asked, -1);
}

static void records_of_others_are_ignored(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, other_owners, NULL, NULL);
    assert_address(ask(&bench, "mixed.example.org", DNS_A));
    assert_trouble(ask(&bench, "example.org", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER); /* and no absence either */
    close_bench(&bench);
}

/* N12 */
static void of_class_ch(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    size_t at = begin_record(&reply, strncasecmp(asked->name, "soa", 3) == 0, NULL, DNS_A, 1);
    set16(&reply, at - 6, 3); /* class CH */
    put32(&reply, 0x7f000001);
    end_record(&reply, at);
    finish(asked, -1);
}

static void of_opcode_5(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | 5 << 11, -1);
}

static void a_copy_of_the_query(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, 0x0120, -1);
}

static void cut_off_everywhere(struct server *server, const struct asked *asked)
{
    (void)server;
    say(asked, ANSWER | TRUNCATED, -1);
}

static void what_is_no_reply_is_no_absence(void **state)
{
    static script *const scripts[] = {of_class_ch, of_opcode_5, a_copy_of_the_query, cut_off_everywhere};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;

        open_bench(&bench, scripts[i], NULL, NULL);
        assert_trouble(ask(&bench, "example.org", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER);
        assert_int_equal(bench.servers[0].by_tcp, 1); /* asked again */
        assert_trouble(ask(&bench, "soa.example.org", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER);
        close_bench(&bench);
        open_bench(&bench, scripts[i], good, NULL);
        assert_address(ask(&bench, "example.org", DNS_A));
        close_bench(&bench);
    }
}

static void refers(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, REFERRAL);
    size_t at = begin_record(&reply, 1, "org", DNS_NS, 300);
    put_name(&reply, "a0.org.afilias-nst.info");
    end_record(&reply, at);
    finish(asked, -1);
}

static void a_referral_is_no_absence(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, refers, NULL, NULL);
    assert_trouble(ask_at(&bench, "example.org", DNS_A), REASON_PROTOCOL, SIDE_TARGET);
    assert_trouble(ask(&bench, "example.org", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER);
    close_bench(&bench);
}

/* ---- chains: D6 ---- */

static unsigned number_of(const char *name)
{
    return (unsigned)strtoul(name + 1, NULL, 10);
}

/* n1 -> n2 -> ... in replies of one link ("o") or of all that there are ("a"); the number after the first dot says how
 * many links there are, "r" before it that the last one leads to the first name. */
static void chains(struct server *server, const struct asked *asked)
{
    unsigned at = number_of(asked->name), links;
    bool ring, all = tolower((unsigned char)asked->name[0]) == 'a';
    const char *dot = strchr(asked->name, '.') + 1;
    char owner[256], target[300];

    (void)server;
    ring = tolower((unsigned char)*dot) == 'r';
    links = (unsigned)strtoul(dot + ring, NULL, 10);
    begin(asked, ANSWER);
    snprintf(owner, sizeof owner, "%s", asked->name);
    for (; at <= links && reply.size < 1000; at++) {
        snprintf(target, sizeof target, "%c%u.%s", asked->name[0], ring && at == links ? 1 : at + 1, dot);
        put_name_record(&reply, owner, DNS_CNAME, 100 + at, target);
        snprintf(owner, sizeof owner, "%.255s", target);
        if (!all)
            break;
    }
    if (at > links && !ring)
        put_a(&reply, owner, 300, 0xc0000201);
    finish(asked, -1);
}

static void chains_are_followed(void **state)
{
    static const struct {
        const char *name;
        size_t links;
        bool loops, too_long;
    } cases[] = {
        {"a1.1.example", 1, false, false},   {"o1.1.example", 1, false, false},   {"a1.11.example", 11, false, false},
        {"o1.11.example", 11, false, false}, {"a1.12.example", 12, false, true},  {"o1.12.example", 12, false, true},
        {"a1.r1.example", 1, true, false},   {"o1.r1.example", 1, true, false},   {"a1.r2.example", 2, true, false},
        {"o1.r2.example", 2, true, false},   {"a1.r12.example", 12, true, false}, {"o1.r12.example", 12, true, false},
        {"a1.r13.example", 12, false, true}, {"o1.r13.example", 12, false, true}, {"o1.100.example", 12, false, true},
    };
    struct bench bench;

    (void)state;
    open_bench(&bench, chains, NULL, NULL);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct dns_answer *answer = ask(&bench, cases[i].name, DNS_A);

        assert_int_equal(answer->chain_count, cases[i].links);
        assert_int_equal(answer->chain_loops, cases[i].loops);
        assert_int_equal(answer->chain_too_long, cases[i].too_long);
        assert_string_equal(answer->chain[0].owner, cases[i].name);
        if (cases[i].loops || cases[i].too_long) {
            assert_trouble(answer, REASON_PROTOCOL, SIDE_TARGET);
        } else {
            assert_int_equal(answer->status, DNS_OK);
            assert_int_equal(answer->count, 1);
            assert_int_equal(answer->ttl_s, 101);
        }
    }
    assert_int_equal(ask(&bench, "o1.11.example", DNS_CNAME)->count, 1);
    assert_int_equal(ask(&bench, "o1.11.example", DNS_CNAME)->chain_count, 0);
    close_bench(&bench);
}

/* As Unbound: chains that end badly are SERVFAIL, unless one asks for a link. */
static void hides_chains(struct server *server, const struct asked *asked)
{
    if (asked->type == DNS_CNAME)
        chains(server, asked);
    else if (number_of(asked->name) == 1)
        say(asked, ANSWER | SERVFAIL, -1);
    else
        say_address(asked, 0, 0xc0000201);
}

static void hidden_chains_are_walked(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, hides_chains, NULL, NULL);
    answer = ask(&bench, "o1.r2.example", DNS_A);
    assert_trouble(answer, REASON_PROTOCOL, SIDE_TARGET);
    assert_true(answer->chain_loops);
    assert_int_equal(answer->chain_count, 2);
    assert_int_equal(strcasecmp(answer->chain[1].target, "o1.r2.example"), 0);
    assert_true(ask(&bench, "o1.12.example", DNS_A)->chain_too_long);
    answer = ask(&bench, "o1.3.example", DNS_A); /* it has recovered by then */
    assert_int_equal(answer->status, DNS_OK);
    assert_int_equal(answer->chain_count, 3);
    assert_trouble(ask(&bench, "o1.0.example", DNS_MX), REASON_SERVFAIL, SIDE_TARGET);
    close_bench(&bench);
}

static void dangling(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER | NXDOMAIN);
    put_name_record(&reply, NULL, DNS_CNAME, 30, "gone.example");
    put_soa(&reply, 1, "example", 3600, 60);
    finish(asked, -1);
}

static void the_end_of_a_chain_may_be_absent(void **state)
{
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, dangling, NULL, NULL);
    answer = ask(&bench, "alias.example", DNS_A);
    assert_int_equal(answer->status, DNS_NXDOMAIN);
    assert_int_equal(answer->chain_count, 1);
    assert_string_equal(answer->chain[0].target, "gone.example");
    assert_int_equal(answer->ttl_s, 30);
    close_bench(&bench);
}

enum { DNAME = 39 };

/* "bare" stands for servers that make no CNAME record of it, whatever RFC 6672 3.1 says. */
static void redirects(struct server *server, const struct asked *asked)
{
    (void)server;
    begin(asked, ANSWER);
    if (name_is_under(asked->name, "ring.example")) {
        put_name_record(&reply, "ring.example", DNAME, 50, "a.ring.example");
    } else if (name_is_under(asked->name, "old.example")) {
        put_name_record(&reply, "old.example", DNAME, 50, "new.example");
        if (tolower((unsigned char)asked->name[0]) == 'm')
            put_name_record(&reply, asked->name, DNS_CNAME, 0, "mx.new.example");
    } else if (name_is_under(asked->name, "new.example")) {
        put_a(&reply, asked->name, 300, 0xc0000201);
    }
    finish(asked, -1);
}

static void redirects_are_followed(void **state)
{
    static const char *const names[][2] = {{"mx.old.example", "mx.new.example"},
                                           {"bare.old.example", "bare.new.example"},
                                           {"bare.a.old.example", "bare.a.new.example"}};
    struct bench bench;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, redirects, NULL, NULL);
    for (size_t i = 0; i < LENGTH(names); i++) {
        answer = ask(&bench, names[i][0], DNS_A);
        assert_int_equal(answer->status, DNS_OK);
        assert_int_equal(answer->chain_count, 1);
        assert_int_equal(strcasecmp(answer->chain[0].target, names[i][1]), 0);
    }
    answer = ask(&bench, "x.ring.example", DNS_A);
    assert_trouble(answer, REASON_PROTOCOL, SIDE_TARGET);
    assert_true(answer->chain_too_long);
    assert_trouble(ask(&bench, "old.example", DNS_A), REASON_PROTOCOL, SIDE_RESOLVER); /* which it does not move */
    close_bench(&bench);
}

/* ---- the collector itself: R14 ---- */

static void freed_with_questions_open(void **state)
{
    static script *const scripts[] = {silent, one_octet_and_stall, good};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;

        open_bench(&bench, scripts[i], NULL, NULL);
        for (unsigned n = 0; n < 100; n++) {
            char name[32];

            snprintf(name, sizeof name, "n%u.example.org", n);
            want(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = DNS_A, .nth = 1});
        }
        for (int turns = 0; turns < 3; turns++)
            event_base_loop(loop_base(bench.loop), EVLOOP_ONCE | EVLOOP_NONBLOCK);
        close_bench(&bench);
    }
}

static void without_descriptors(void **state)
{
    struct bench bench;
    int taken[1024], count = 0;
    const struct dns_answer *answer;

    (void)state;
    open_bench(&bench, good, NULL, NULL);
    assert_address(ask(&bench, "example.org", DNS_A)); /* libraries have opened what they need */
    while (count < (int)LENGTH(taken) && (taken[count] = dup(0)) >= 0)
        count++;
    answer = count < (int)LENGTH(taken) ? ask(&bench, "two.example.org", DNS_A) : NULL;
    while (count > 0)
        close(taken[--count]);
    if (answer)
        assert_trouble(answer, REASON_RESOURCES, SIDE_US);
    assert_address(ask(&bench, "three.example.org", DNS_A));
    close_bench(&bench);
}

static void the_loop_ends_when_all_is_known(void **state)
{
    static script *const scripts[] = {truncating, silent};

    (void)state;
    for (size_t i = 0; i < LENGTH(scripts); i++) {
        struct bench bench;
        struct evidence *evidence;

        open_bench(&bench, scripts[i], NULL, NULL);
        evidence = want(&bench, &(struct key){.kind = EVIDENCE_DNS, .name = "example.org", .type = DNS_A, .nth = 1});
        bench.awaited = 1000; /* nobody stops the loop */
        while (!evidence->known)
            event_base_loop(loop_base(bench.loop), EVLOOP_ONCE);
        server_stop(&bench.servers[0]);
        bench.servers[0].script = NULL;
        loop_run(bench.loop);
        if (scripts[i] == truncating)
            assert_address(evidence->value);
        else
            assert_trouble(evidence->value, REASON_RESOLVER_DOWN, SIDE_RESOLVER);
        close_bench(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_an_answer),
        cmocka_unit_test(absence_is_a_fact),
        cmocka_unit_test(algorithms_are_those_over_the_records),
        cmocka_unit_test(authentic_bit_counts_from_trusted_resolvers_only),
        cmocka_unit_test(forged_replies_are_not_heard),
        cmocka_unit_test(a_mixed_up_answer_is_asked_for_without_edns),
        cmocka_unit_test(a_changed_echo_is_asked_for_over_tcp),
        cmocka_unit_test(random_case_does_not_show),
        cmocka_unit_test(source_ports_rotate),
        cmocka_unit_test(truncation_leads_to_tcp),
        cmocka_unit_test(replies_that_came_while_nobody_looked_count),
        cmocka_unit_test(tcp_carries_long_answers),
        cmocka_unit_test(edns_carries_more_than_512_octets),
        cmocka_unit_test(a_stalled_tcp_connection_ends),
        cmocka_unit_test(a_lost_tcp_connection_ends),
        cmocka_unit_test(servers_without_edns_are_asked_without),
        cmocka_unit_test(a_second_opinion_comes_over_tcp),
        cmocka_unit_test(a_lost_packet_is_sent_again),
        cmocka_unit_test(silence_is_trouble),
        cmocka_unit_test(a_silent_resolver_stands_back),
        cmocka_unit_test(the_next_resolver_is_asked_after_refusal),
        cmocka_unit_test(nothing_listens),
        cmocka_unit_test(where_udp_is_rejected_tcp_is_tried_at_once),
        cmocka_unit_test(what_this_machine_forbids_is_ours),
        cmocka_unit_test(a_machine_without_ipv6_says_so),
        cmocka_unit_test(a_second_opinion_comes_over_udp_where_tcp_has_no_way),
        cmocka_unit_test(unaskable),
        cmocka_unit_test(an_answer_with_cd_means_bogus),
        cmocka_unit_test(failure_by_chance_is_not_bogus),
        cmocka_unit_test(a_second_failure_means_broken),
        cmocka_unit_test(a_sample_is_one_packet),
        cmocka_unit_test(samples_are_not_shared),
        cmocka_unit_test(a_malformed_reply_is_not_used),
        cmocka_unit_test(a_malformed_second_opinion_is_none),
        cmocka_unit_test(a_denial_without_authority_is_none),
        cmocka_unit_test(an_unusual_code_is_no_answer),
        cmocka_unit_test(signatures_are_asked_for_once),
        cmocka_unit_test(records_of_others_are_ignored),
        cmocka_unit_test(what_is_no_reply_is_no_absence),
        cmocka_unit_test(a_referral_is_no_absence),
        cmocka_unit_test(chains_are_followed),
        cmocka_unit_test(hidden_chains_are_walked),
        cmocka_unit_test(the_end_of_a_chain_may_be_absent),
        cmocka_unit_test(redirects_are_followed),
        cmocka_unit_test(freed_with_questions_open),
        cmocka_unit_test(without_descriptors),
        cmocka_unit_test(the_loop_ends_when_all_is_known),
    };

    alarm(PATIENCE_S);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
