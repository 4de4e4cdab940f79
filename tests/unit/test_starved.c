/* The collectors, when memory is refused in the middle of their work: the n-th allocation fails, or all from it on.
 *
 * Whatever has been seen of a server stays true or is not said, and what is missing is put down to this machine
 * (threats.md R1, C8).  Each play is a process of its own, since it may crash, and because a library that was ever
 * refused memory is never believed again (library_memory.h).
 *
 * Counted is what the program asks for on the thread that plays; the servers are other threads.  OpenSSL and libcurl
 * ask through library_memory.c, by reallocarray(), libevent through the functions that it is given here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <event2/event.h>

#include "core/base/arena.h"
#include "core/base/channel.h"
#include "core/base/gzip.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/base/x509.h"
#include "core/collect/dns/dns.h"
#include "core/collect/https/https.h"
#include "core/collect/net/politeness.h"
#include "core/collect/smtp/smtp.h"
#include "core/collect/tls/tls.h"
#include "core/facts/evidence.h"
#include "core/facts/https_response.h"
#include "core/facts/signed_reply.h"
#include "core/facts/smtp_session.h"
#include "tests/unit/dns_packet.h"
#include "tests/unit/peer.h"

#define HOST "mx.example.org"
#define POLICY "version: STSv1\r\nmode: none\r\nmax_age: 0\r\n"

enum { LIVE_MAX = 8192, PLAY_S = 20, LIBRARY_PLACES = 40, FAULTS_SHOWN = 10, SAID_MAX = 256 };

/* ---- which allocation fails ---- */

enum whose { OURS, LIBRARYS, WHOSE_COUNT };

static const char *const whose_name[WHOSE_COUNT] = {[OURS] = "ours", [LIBRARYS] = "a library's"};

static struct {
    enum whose whose;
    unsigned long at; /* 0: none fails */
    bool and_on;      /* all that follow, whosever they are */
    bool failed;
} plan;

/* Shared with the process that plays. */
struct notes {
    unsigned long count[WHOSE_COUNT];
    char said[SAID_MAX]; /* what was wrong */
};
static struct notes *notes;

static _Thread_local bool armed;
static void *live[LIVE_MAX]; /* ours, not freed yet */
static size_t live_count;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_reallocarray(void *, size_t, size_t);
char *__real_strdup(const char *);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_reallocarray(void *, size_t, size_t);
char *__wrap_strdup(const char *);
void __wrap_free(void *);

static bool fails(enum whose whose)
{
    if (!armed)
        return false;
    notes->count[whose]++;
    if (plan.failed ? !plan.and_on : whose != plan.whose || notes->count[whose] != plan.at)
        return false;
    plan.failed = true;
    errno = ENOMEM;
    return true;
}

static void *noted(void *block)
{
    if (armed && block && live_count < LIVE_MAX)
        live[live_count++] = block;
    return block;
}

static void forget(const void *block)
{
    for (size_t i = live_count; armed && i-- > 0;)
        if (live[i] == block) {
            live[i] = live[--live_count];
            return;
        }
}

void *__wrap_malloc(size_t size)
{
    return fails(OURS) ? NULL : noted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(OURS) ? NULL : noted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (fails(OURS))
        return NULL;
    forget(block);
    return noted(__real_realloc(block, size));
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    return size && fails(LIBRARYS) ? NULL : __real_reallocarray(block, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(OURS) ? NULL : noted(__real_strdup(text));
}

void __wrap_free(void *block)
{
    forget(block);
    __real_free(block);
}

/* ---- how a play ends ---- */

enum outcome { RIGHT, STARVED, WRONG };

static enum outcome wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
static enum outcome wrong(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(notes->said, sizeof notes->said, format, args);
    va_end(args);
    return WRONG;
}

/* Where a loop cannot go on, or libevent gives up, the program ends: that is no evidence at all. */
static void give_up(int unused)
{
    (void)unused;
    armed = false;
    _exit(STARVED);
}

static void exhausted(void *unused)
{
    (void)unused;
    give_up(0);
}

static struct loop *open_loop(void)
{
    struct loop *loop = loop_new();

    if (loop)
        loop_on_exhausted(loop, exhausted, NULL);
    return loop;
}

static bool is_ours(struct trouble trouble)
{
    return trouble.reason == REASON_RESOURCES && trouble.side == SIDE_US && trouble.why;
}

/* ---- evidence, and what it comes to ---- */

struct collector { /* NULL: none could be made */
    void *self;
    void (*collect)(void *self, struct evidence *);
    void (*end)(void *self);
    enum outcome (*judge)(const struct evidence *);
};

/* Takes the collector. */
static enum outcome play_evidence(struct loop *loop, const struct collector *collector, const struct key *key)
{
    struct store *store = collector->self ? store_new(loop, collector->collect, collector->self) : NULL;
    struct evidence *evidence = store ? store_want(store, key, NULL, 0, NULL) : NULL;
    enum outcome outcome = STARVED;

    if (evidence) {
        loop_run(loop);
        if (!evidence->known)
            outcome = wrong("nothing is known");
        else if (evidence->value)
            outcome = collector->judge(evidence);
    }
    collector->end(collector->self);
    store_free(store);
    return outcome;
}

/* ---- SMTP ---- */

static struct issued authority, leaf;
static SSL_CTX *credentials;
static char *ca;
static FILE *nowhere;

static const struct ip_network loopback = {{IP_V4, {127}}, 8};

/* More than libevent keeps in one piece: made by make_long_ehlo(). */
enum { LONG_EHLO_LINES = 101, LONG_LINE = 107 };
static char long_ehlo[LONG_EHLO_LINES * LONG_LINE];

static void make_long_ehlo(void)
{
    size_t length = 0;

    for (size_t i = 1; i < LONG_EHLO_LINES; i++)
        length += (size_t)snprintf(long_ehlo + length, LONG_LINE, "250-XLONG %0*zu\r\n", LONG_LINE - 13, i);
    snprintf(long_ehlo + length, LONG_LINE, "250 PIPELINING\r\n");
}

static const struct peer_step plain[] = {
    {SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, long_ehlo, 0}, FAREWELL, {END, 0, 0}};
static const struct peer_step secure[] = {TO_TLS, {SAY, EHLO_PLAIN, 0}, FAREWELL, {END, 0, 0}};

/* It is not waited for, and ends with the process. */
static struct peer *peer_to_the_end(const struct peer_step *script)
{
    return peer_start(script, credentials, 1);
}

static void collect_smtp(void *smtp, struct evidence *evidence)
{
    smtp_collect(smtp, evidence);
}

static void end_smtp(void *smtp)
{
    smtp_free(smtp);
}

/* RIGHT: so far. */
static enum outcome judge_dialogue(const struct smtp_session *s)
{
    if (s->end == SMTP_END_LOCAL && is_ours(s->trouble))
        return STARVED;
    if (s->end != SMTP_END_OK || s->violations)
        return wrong("%s in %s: %s", smtp_end_name(s->end), smtp_state_name(s->state), s->trouble.why);
    if (s->greeting.code != 220 || s->ehlo.code != 250)
        return wrong("greeting %d, EHLO %d", s->greeting.code, s->ehlo.code);
    return RIGHT;
}

static enum outcome judge_plain(const struct evidence *evidence)
{
    const struct smtp_session *s = evidence->value;
    enum outcome outcome = judge_dialogue(s);

    if (outcome == RIGHT && (s->ehlo.line_count != LONG_EHLO_LINES || s->tls))
        return wrong("%zu lines", s->ehlo.line_count);
    return outcome;
}

static enum outcome judge_secure(const struct evidence *evidence)
{
    const struct smtp_session *s = evidence->value;
    const struct tls_session *tls = s->tls;
    enum outcome outcome = judge_dialogue(s);

    if (outcome != RIGHT)
        return outcome;
    return tls && tls->established && !tls->verify_error && tls->name_matches && tls->chain_count == 1 &&
                   tls->chain[0].facts && tls->chain[0].facts->dns_name_count == 1 && s->ehlo_tls.code == 250
               ? RIGHT
               : wrong("TLS: %s", tls ? tls->verify_text : "none");
}

static enum outcome play_smtp(const struct peer_step *script)
{
    struct peer *peer = peer_to_the_end(script);
    struct smtp_config config = {.our_name = "probe.example.net",
                                 .use_ipv4 = true,
                                 .use_ipv6 = true,
                                 .allowed = &loopback,
                                 .allowed_count = 1,
                                 .ca = ca};
    struct key key = {.kind = EVIDENCE_SMTP, .name = HOST, .ip = peer->ip, .port = peer->port, .nth = 1};
    struct collector collector = {
        .collect = collect_smtp, .end = end_smtp, .judge = script == plain ? judge_plain : judge_secure};
    enum outcome outcome;
    struct loop *loop;
    const char *why = no_memory;

    armed = true;
    loop = open_loop();
    config.trace = trace_new(nowhere);
    if (loop)
        collector.self = smtp_new(loop, &config, &why);
    outcome = play_evidence(loop, &collector, &key);
    if (why != no_memory)
        outcome = wrong("smtp_new: %s", why);
    trace_free(config.trace);
    loop_free(loop);
    armed = false;
    return outcome;
}

static enum outcome play_plain(void)
{
    return play_smtp(plain);
}

static enum outcome play_secure(void)
{
    return play_smtp(secure);
}

/* ---- HTTPS ---- */

/* clang-format off */
static const struct peer_step policy[] = {
    {SECURE, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0},
    {SAY, "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n" POLICY, 0},
    {CLOSE, 0, 0}};
/* clang-format on */

static void collect_https(void *https, struct evidence *evidence)
{
    https_collect(https, evidence);
}

static void end_https(void *https)
{
    https_free(https);
}

static enum outcome judge_https(const struct evidence *evidence)
{
    const struct https_response *r = evidence->value;

    if (r->end == HTTPS_END_LOCAL && is_ours(r->trouble))
        return STARVED;
    if (r->end != HTTPS_END_OK)
        return wrong("%s: %s", https_end_name(r->end), r->trouble.why);
    return r->status == 200 && r->body.len == strlen(POLICY) && memcmp(r->body.at, POLICY, r->body.len) == 0 &&
                   str_equal(r->content_type, str_of("text/plain")) && r->date.len > 0 && r->tls &&
                   r->tls->established && !r->tls->verify_error && r->tls->name_matches && r->tls->chain_count == 1
               ? RIGHT
               : wrong("status %d, %zu octets", r->status, r->body.len);
}

static enum outcome play_https(bool has_closed_address)
{
    struct peer *peer = peer_to_the_end(policy);
    const struct ip addresses[] = {{IP_V4, {127, 77, 77, 1}}, peer->ip};
    struct https_config config = {
        .use_ipv4 = true, .use_ipv6 = true, .allowed = &loopback, .allowed_count = 1, .ca = ca};
    char url[128];
    struct key key = {.kind = EVIDENCE_HTTPS,
                      .name = url,
                      .nth = 1,
                      .addresses = &addresses[has_closed_address ? 0 : 1],
                      .address_count = has_closed_address ? 2 : 1,
                      .body_max = HTTPS_POLICY_BYTES};
    struct collector collector = {.collect = collect_https, .end = end_https, .judge = judge_https};
    enum outcome outcome;
    struct loop *loop;

    snprintf(url, sizeof url, "https://" HOST ":%u/.well-known/mta-sts.txt", (unsigned)peer->port);
    armed = true;
    loop = open_loop();
    collector.self = loop ? https_new(loop, &config) : NULL;
    outcome = play_evidence(loop, &collector, &key);
    loop_free(loop);
    armed = false;
    return outcome;
}

static enum outcome play_one_address(void)
{
    return play_https(false);
}

static enum outcome play_two_addresses(void)
{
    return play_https(true);
}

/* ---- DNS ---- */

enum { RESPONSE = 0x8180, TRUNCATED = 0x0200, OPT = 41, QUERY_MAX = 512 };

struct name_server {
    int udp, tcp;
    struct dns_server at;
};

/* The question, an address and EDNS; over UDP the address does not fit. */
static void put_reply(struct packet *p, const uint8_t *query, bool is_whole)
{
    size_t end = 12;

    while (query[end])
        end += query[end] + 1u;
    put_bytes(p, query, 2);
    put16(p, is_whole ? RESPONSE : RESPONSE | TRUNCATED);
    put16(p, 1);
    put16(p, is_whole);
    put16(p, 0);
    put16(p, 1);
    put_bytes(p, query + 12, end + 5 - 12);
    if (is_whole)
        put_bytes(p, "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1", 16);
    put8(p, 0);
    put16(p, OPT);
    put16(p, 1232);
    put32(p, 0);
    put16(p, 0);
}

static void serve_stream(int listener)
{
    int fd = accept(listener, NULL, NULL);
    uint8_t query[2 + QUERY_MAX];
    struct packet p = {.size = 2};

    if (recv(fd, query, 2, MSG_WAITALL) == 2 && query[0] < 2 &&
        recv(fd, query, (size_t)(query[0] << 8 | query[1]), MSG_WAITALL) > 12) {
        put_reply(&p, query, true);
        p.at[0] = (uint8_t)((p.size - 2) >> 8);
        p.at[1] = (uint8_t)(p.size - 2);
        send(fd, p.at, p.size, MSG_NOSIGNAL);
    }
    close(fd);
}

static void *serve_names(void *arg)
{
    const struct name_server *server = arg;
    struct pollfd fds[] = {{server->udp, POLLIN, 0}, {server->tcp, POLLIN, 0}};

    while (poll(fds, 2, -1) > 0) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        uint8_t query[QUERY_MAX];
        struct packet p = {.size = 0};

        if (fds[1].revents)
            serve_stream(server->tcp);
        if (fds[0].revents && recvfrom(server->udp, query, sizeof query, 0, (struct sockaddr *)&from, &size) > 12) {
            put_reply(&p, query, false);
            sendto(server->udp, p.at, p.size, 0, (const struct sockaddr *)&from, size);
        }
    }
    return NULL;
}

static void start_name_server(struct name_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000501)}};
    socklen_t size = sizeof address;
    pthread_t thread;

    server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(server->tcp, (struct sockaddr *)&address, size) != 0 || listen(server->tcp, 8) != 0 ||
        getsockname(server->tcp, (struct sockaddr *)&address, &size) != 0 ||
        bind(server->udp, (struct sockaddr *)&address, size) != 0 ||
        pthread_create(&thread, NULL, serve_names, server) != 0)
        abort();
    ip_from_sockaddr((struct sockaddr *)&address, &server->at.ip, &server->at.port);
}

static void collect_dns(void *dns, struct evidence *evidence)
{
    dns_collect(dns, evidence);
}

static void end_dns(void *dns)
{
    dns_free(dns);
}

static enum outcome judge_dns(const struct evidence *evidence)
{
    const struct dns_answer *answer = evidence->value;
    const struct signed_reply *reply = evidence->value;
    struct trouble trouble = evidence->key.kind == EVIDENCE_DNS ? answer->trouble : reply->trouble;

    if (is_ours(trouble))
        return STARVED;
    if (trouble.reason != REASON_NONE)
        return wrong("%s", trouble.why);
    if (evidence->key.kind == EVIDENCE_DNSSEC)
        return RIGHT;
    return answer->status == DNS_OK && answer->count == 1 && answer->tcp ? RIGHT : wrong("status %d", answer->status);
}

static enum outcome play_question(enum evidence_kind kind)
{
    static struct name_server server;
    struct dns_config config = {.servers = &server.at, .server_count = 1};
    struct key key = {.kind = kind, .name = HOST, .type = DNS_A, .nth = 1};
    struct collector collector = {.collect = collect_dns, .end = end_dns, .judge = judge_dns};
    enum outcome outcome;
    struct loop *loop;

    start_name_server(&server);
    armed = true;
    loop = open_loop();
    collector.self = loop ? dns_new(loop, &config) : NULL;
    outcome = play_evidence(loop, &collector, &key);
    loop_free(loop);
    armed = false;
    return outcome;
}

static enum outcome play_dns(void)
{
    return play_question(EVIDENCE_DNS);
}

static enum outcome play_dnssec(void)
{
    return play_question(EVIDENCE_DNSSEC);
}

/* ---- parts ---- */

enum { MESSAGE_BYTES = 100000 };

struct end {
    struct loop *loop;
    size_t heard;
};

static bool on_message(void *arg, struct str message)
{
    struct end *end = arg;

    end->heard += message.len;
    loop_stop(end->loop);
    return true;
}

static void on_lost(void *arg)
{
    struct end *end = arg;

    loop_stop(end->loop);
}

static enum outcome play_channel(void)
{
    static const struct channel_handler handler = {.message = on_message, .lost = on_lost};
    static char text[MESSAGE_BYTES];
    struct channel *from = NULL, *to = NULL;
    struct end end = {.heard = 0};
    int ends[2];

    armed = true;
    end.loop = open_loop();
    if (end.loop && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) {
        from = channel_new(end.loop, ends[0], MESSAGE_BYTES, &handler, &end);
        to = channel_new(end.loop, ends[1], MESSAGE_BYTES, &handler, &end);
        if (from && to && channel_send(from, (struct str){text, sizeof text}))
            loop_run(end.loop);
    }
    channel_free(from);
    channel_free(to);
    loop_free(end.loop);
    armed = false;
    if (end.heard && end.heard != sizeof text)
        return wrong("%zu octets", end.heard);
    return end.heard ? RIGHT : STARVED;
}

static void count_one(void *count)
{
    ++*(unsigned *)count;
}

static enum outcome play_tasks(void)
{
    struct task *tasks[2] = {NULL};
    struct trace *trace;
    struct loop *loop;
    unsigned runs = 0;

    armed = true;
    loop = open_loop();
    trace = trace_new(nowhere);
    if (loop) {
        tasks[0] = task_new(loop, count_one, &runs);
        tasks[1] = task_new_long(loop, count_one, &runs);
        loop_defer(loop, count_one, &runs);
        loop_defer(loop, count_one, &runs);
    }
    for (size_t i = 0; i < 2; i++)
        if (tasks[i])
            task_schedule(tasks[i]);
    trace_event(trace, "what", "peer", "%s", "##[error]");
    if (loop)
        loop_run(loop);
    task_free(tasks[0]);
    task_free(tasks[1]);
    trace_free(trace);
    loop_free(loop);
    armed = false;
    return loop && trace && tasks[0] && tasks[1] ? (runs == 4 ? RIGHT : wrong("%u runs", runs)) : STARVED;
}

static struct cJSON *parse(struct arena *arena, const char *text)
{
    const char *why = no_memory;
    jmp_buf spent;

    if (setjmp(spent) != 0)
        return NULL;
    arena_on_exhausted(arena, &spent);
    return json_parse(arena, text, strlen(text), &why);
}

static enum outcome play_texts(void)
{
    static const char text[] = "{\"name\": 1, \"other\": [2, {\"a\": 3, \"b\": 4}]}";
    struct cJSON *json = NULL;
    struct arena *arena;
    size_t size = 0;
    char *packed;

    armed = true;
    arena = arena_new(SIZE_MAX);
    if (arena)
        json = parse(arena, text);
    packed = gzip_pack(str_of(text), &size);
    cJSON_Delete(json);
    free(packed);
    arena_free(arena);
    armed = false;
    return json && packed ? RIGHT : STARVED;
}

static enum outcome play_tls(void)
{
    struct tls *tls, *obsolete;
    struct tls_client *old_client = NULL, *client = NULL;
    const char *why = NULL;
    enum outcome outcome;

    armed = true;
    tls = tls_new(ca, &why);
    obsolete = tls_new_obsolete();
    if (tls)
        client = tls_client_new(tls, HOST, 0);
    if (obsolete)
        old_client = tls_client_new(obsolete, HOST, 0);
    outcome = client && old_client && tls_handshake(client) == TLS_WANTS_BYTES ? RIGHT : STARVED;
    if (!tls && why != no_memory)
        outcome = wrong("tls_new: %s", why);
    tls_client_free(client);
    tls_client_free(old_client);
    tls_free(tls);
    tls_free(obsolete);
    armed = false;
    return outcome;
}

/* ---- all plays ---- */

struct scene {
    const char *name;
    enum outcome (*play)(void);
};

/* Without a sanitizer's search for leaks, which would find those of libraries that were refused memory. */
static _Noreturn void leave(enum outcome outcome)
{
    if (outcome != WRONG && live_count > 0)
        outcome = wrong("%zu blocks are not freed", live_count);
    _exit((int)outcome);
}

static enum outcome play(const struct scene *scene, enum whose whose, unsigned long at, bool and_on)
{
    pid_t player;
    int status;

    memset(notes, 0, sizeof *notes);
    fflush(NULL);
    player = fork();
    if (player == 0) {
        alarm(PLAY_S);
        plan.whose = whose;
        plan.at = at;
        plan.and_on = and_on;
        leave(scene->play());
    }
    if (player < 0 || waitpid(player, &status, 0) != player)
        abort();
    if (!WIFEXITED(status))
        return wrong("ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) > WRONG)
        return wrong("exit status %d", WEXITSTATUS(status));
    return (enum outcome)WEXITSTATUS(status);
}

static void starve(const struct scene *scene, enum whose whose, unsigned long total, unsigned *faults)
{
    unsigned long step = whose == OURS || total <= LIBRARY_PLACES ? 1 : total / LIBRARY_PLACES;
    unsigned starved = 0;

    for (unsigned long at = 1; at <= total; at += step)
        for (int and_on = 0; and_on < 2; and_on++) {
            enum outcome outcome = play(scene, whose, at, and_on);

            starved += outcome == STARVED;
            if (outcome == WRONG && (*faults)++ < FAULTS_SHOWN)
                print_error("%s, %s no. %lu of %lu%s: %s\n", scene->name, whose_name[whose], at, total,
                            and_on ? " and on" : "", notes->said);
        }
    assert_true(!total || starved > 0);
}

static void test_scene(void **state)
{
    const struct scene *scene = *state;
    unsigned long totals[WHOSE_COUNT];
    unsigned faults = 0;

    if (play(scene, OURS, 0, false) != RIGHT)
        fail_msg("%s: %s", scene->name, notes->said);
    memcpy(totals, notes->count, sizeof totals);
    if (!totals[OURS]) /* of a library that is linked dynamically, nothing is counted */
        skip();
    for (enum whose whose = OURS; whose < WHOSE_COUNT; whose++)
        starve(scene, whose, totals[whose], &faults);
    assert_int_equal(faults, 0);
}

static int set_up(void **state)
{
    (void)state;
    notes = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    nowhere = fopen("/dev/null", "w");
    if (notes == MAP_FAILED || !nowhere || !x509_begin())
        return -1;
    make_long_ehlo();
    authority = issue("Test Authority", NULL, NULL, NULL);
    leaf = issue("mx", "DNS:" HOST, NULL, &authority);
    credentials = credentials_of(&leaf, NULL, 0);
    ca = pem_of(authority.cert);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    SSL_CTX_free(credentials);
    issued_free(&leaf);
    issued_free(&authority);
    free(ca);
    fclose(nowhere);
    munmap(notes, sizeof *notes);
    return 0;
}

#define SCENE(name, play)                                                                                              \
    {                                                                                                                  \
        name, test_scene, NULL, NULL, &(struct scene)                                                                  \
        {                                                                                                              \
            name, play                                                                                                 \
        }                                                                                                              \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE("SMTP in the clear", play_plain),  SCENE("SMTP with STARTTLS", play_secure),
        SCENE("HTTPS", play_one_address),        SCENE("HTTPS with a second address", play_two_addresses),
        SCENE("DNS over UDP and TCP", play_dns), SCENE("DNSSEC", play_dnssec),
        SCENE("a channel", play_channel),        SCENE("tasks and a trace", play_tasks),
        SCENE("JSON and gzip", play_texts),      SCENE("TLS clients", play_tls),
    };

    signal(SIGPIPE, SIG_IGN);
    setenv("SSL_CERT_FILE", "/nonexistent", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    event_set_mem_functions(__wrap_malloc, __wrap_realloc, __wrap_free);
    loop_on_broken(give_up);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
