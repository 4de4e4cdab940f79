/* Recordings: values survive the round trip, hostile files are refused with a place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/collect/dns/dns.h"
#include "core/collect/smtp/smtp.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"
#include "core/result/result.h"

static const char every_byte[] =
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b"
    "\x1c\x1d\x1e\x1f"
    "\"\\/x41\\x41 \x7f\x80\x81\x9b\xa0\xc2\x85\xe2\x80\xae\xff\xfe\xed\xa0\x80\xf4\x90\x80\x80\x00";

#define HOSTILE                                                                                                        \
    {                                                                                                                  \
        every_byte, sizeof every_byte - 1                                                                              \
    }
#define TEXT(s)                                                                                                        \
    {                                                                                                                  \
        s, sizeof(s) - 1                                                                                               \
    }
#define V4(a, b, c, d)                                                                                                 \
    {                                                                                                                  \
        IP_V4,                                                                                                         \
        {                                                                                                              \
            a, b, c, d                                                                                                 \
        }                                                                                                              \
    }
#define V6(last)                                                                                                       \
    {                                                                                                                  \
        IP_V6,                                                                                                         \
        {                                                                                                              \
            0x20, 0x01, 0x0d, 0xb8, [15] = last                                                                        \
        }                                                                                                              \
    }

/* Values */

static const struct dns_record addresses[] = {{.type = DNS_A, .ttl_s = 300, .ip = V4(192, 0, 2, 1)},
                                              {.type = DNS_A, .ttl_s = 299, .ip = V4(192, 0, 2, 255)}};
static const struct dns_record hosts[] = {
    {.type = DNS_MX, .ttl_s = 60, .mx = {0, ""}},
    {.type = DNS_MX, .ttl_s = 60, .mx = {65535, "a\\000\\255\\.b\\\\.Example.ORG"}}};
static const struct dns_record texts[] = {
    {.type = DNS_TXT, .ttl_s = 60, .txt = {HOSTILE, 1, false}},
    {.type = DNS_TXT, .ttl_s = 60, .txt = {HOSTILE, 7, true}},
    {.type = DNS_TXT, .ttl_s = 4294967295u, .txt = {{"", 0}, 0, false}},
    {.type = DNS_TXT, .ttl_s = 60, .txt = {{"", 0}, 1, false}},
};
static const struct dns_record authority[] = {
    {.type = DNS_SOA, .ttl_s = 5, .soa = {"", "x\\.y.example", 4294967295u, 0, 1, 2, 3}}};
static const struct dns_record keys[] = {{.type = DNS_TLSA, .ttl_s = 5, .tlsa = {3, 1, 255, HOSTILE}},
                                         {.type = DNS_TLSA, .ttl_s = 5, .tlsa = {255, 0, 0, {"", 0}}}};
static const struct dns_record mapped[] = {{.type = DNS_AAAA, .ttl_s = 5, .ip = V6(9)},
                                           {.type = DNS_AAAA, .ttl_s = 5, .ip = V4(192, 0, 2, 7)}};
static const struct dns_record names[] = {{.type = DNS_PTR, .ttl_s = 0, .name = "MX1.Example.org"},
                                          {.type = DNS_PTR, .ttl_s = 0, .name = ""}};
static const struct dns_link links[] = {{"a.example", "b.example"}, {"b.example", ""}};

static const struct dns_answer answers[] = {
    {.key = "dns:example.org/A",
     .security = DNS_SECURE,
     .records = addresses,
     .count = 2,
     .algorithms = (const uint8_t[]){0, 13, 255},
     .algorithm_count = 3,
     .chain = links,
     .chain_count = 2,
     .server = "192.0.2.53@5353",
     .tcp = true,
     .tries = 7,
     .setbacks = 2,
     .ttl_s = 300,
     .zone = ""},
    {.key = "dns:example.org/MX",
     .security = DNS_INSECURE,
     .records = hosts,
     .count = 2,
     .extended_error = -1,
     .server = "127.0.0.1",
     .edns = true,
     .tries = 1,
     .ttl_s = 60},
    {.key = "dns:example.org/TXT",
     .records = texts,
     .count = 4,
     .extended_error = 65535,
     .server = "::1",
     .edns = true,
     .ttl_s = 60},
    {.key = "dns:example.org/SOA", .records = authority, .count = 1, .server = ""},
    {.key = "dns:_25._tcp.example.org/TLSA",
     .security = DNS_SECURE,
     .records = keys,
     .count = 2,
     .server = "",
     .ttl_s = 5},
    {.key = "dns@192.0.2.53:example.org/AAAA#2", .records = mapped, .count = 2, .server = "", .ttl_s = 4294967295u},
    {.key = "dns:1.2.0.192.in-addr.arpa/PTR", .records = names, .count = 2, .server = "x", .edns = true},
    {.key = "dns:example.net/A",
     .status = DNS_NXDOMAIN,
     .security = DNS_SECURE,
     .chain = links,
     .chain_count = 1,
     .rcode = 3,
     .extended_error = 22,
     .server = "127.0.0.1",
     .zone = "Example\\.x.net",
     .edns = true,
     .tries = 1,
     .ttl_s = 9},
    {.key = "dns:example.net/AAAA", .status = DNS_NODATA, .rcode = 5, .extended_error = -1, .server = "127.0.0.1"},
    {.key = "dns:loop.example/A",
     .status = DNS_UNKNOWN,
     .trouble = {REASON_PROTOCOL, SIDE_RESOLVER, "round \"and\" round"},
     .security = DNS_BOGUS,
     .chain = links,
     .chain_count = 2,
     .chain_loops = true,
     .chain_too_long = true,
     .rcode = -1,
     .extended_error = 6,
     .server = "",
     .tries = 65535},
    {.key = "dns:slow.example/A",
     .status = DNS_UNKNOWN,
     .trouble = {REASON_TIMEOUT, SIDE_NETWORK, "no answer before the deadline"},
     .records = addresses,
     .count = 1,
     .rcode = 4095,
     .extended_error = -1,
     .server = "",
     .edns = true,
     .tries = 3},
    {.key = "dns:silent.example/A",
     .status = DNS_UNKNOWN,
     .trouble = {REASON_NONE, SIDE_NONE, NULL},
     .rcode = -1,
     .extended_error = -1,
     .server = ""},
};

static const struct str banner[] = {TEXT("220-mx\xff.example\x00 ESMTP \\x00"), TEXT(""), TEXT("220 \x1b[31m\xc2\x9b")};
static const struct str offers[] = {TEXT("250-mx1.example.org"), TEXT("250 STARTTLS")};
static const struct str odd[] = {TEXT("2x")};
static const struct certificate chain[] = {{{every_byte, 1}, NULL},
                                           {{every_byte, 2}, NULL},
                                           {{every_byte, 3}, NULL},
                                           {{every_byte, 30}, NULL},
                                           {{every_byte, 0}, NULL}};
static const struct tls_session good_tls = {true,  NULL, "TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", chain,
                                            5,     true, 18,        "self-signed certificate",     true,
                                            false, 12};
static const struct tls_session no_tls = {
    false, "wrong version number", NULL, NULL, NULL, 0, false, 0, NULL, false, true, -1};

static const struct smtp_session sessions[] = {
    {.key = "smtp:192.0.2.1:25/mx1.example.org",
     .ip = V4(192, 0, 2, 1),
     .port = 25,
     .server_name = "mx1.example.org",
     .end = SMTP_END_OK,
     .state = SMTP_DONE,
     .violations = SMTP_BARE_LF | SMTP_8BIT_OCTETS,
     .greeting = {220, banner, 3, SMTP_BARE_LF, 3, 0},
     .ehlo = {250, offers, 2, SMTP_8BIT_OCTETS, 0, 0},
     .starttls = {220, banner, 3, 0, 999999999999999, 0},
     .ehlo_tls = {250, offers, 2, 0, 1, 0},
     .quit = {221, NULL, 0, 0, 1, 0},
     .tls = &good_tls,
     .our_name = "audit.example.com",
     .our_ip = V4(198, 51, 100, 7),
     .connect_ms = 0,
     .greeting_ms = 3,
     .greeted_s = 1767225600,
     .total_ms = 900},
    {.key = "smtp:[2001:db8::9]:587/#2",
     .ip = V6(9),
     .port = 587,
     .server_name = "",
     .end = SMTP_END_INJECTION,
     .state = SMTP_STARTTLS,
     .trouble = {REASON_NONE, SIDE_NONE, NULL},
     .os_error = 104,
     .violations = SMTP_VIOLATIONS,
     .greeting = {0, odd, 1, SMTP_BAD_CODE | SMTP_TOO_MANY_LINES | SMTP_CODE_CHANGES, -1, 0},
     .helo = {0, NULL, 0, 0, 15000, 0},
     .injected = HOSTILE,
     .tls = &no_tls,
     .our_name = "",
     .our_ip = {.family = IP_NONE},
     .connect_ms = -1,
     .greeting_ms = -1,
     .total_ms = -1},
    {.key = "connect:192.0.2.9:80",
     .ip = V4(192, 0, 2, 9),
     .port = 80,
     .server_name = "",
     .end = SMTP_END_REFUSED,
     .state = SMTP_CONNECTING,
     .trouble = {REASON_CONNECTION_LOST, SIDE_TARGET, "refused"},
     .our_name = "x",
     .our_ip = V6(1),
     .connect_ms = -1,
     .greeting_ms = -1},
};

static const struct ip own[] = {V4(198, 51, 100, 7), V6(7)};
static const char *const resolvers[] = {"127.0.0.1", "192.0.2.53@5353"};
static const struct vantage vantages[] = {
    {"odd \xc3\xa9 \x01 name", false, own, 2, true, false, true, false, resolvers, 2, false, true},
    {"", true, NULL, 0, false, true, false, true, NULL, 0, true, false},
};
static const int64_t nows[] = {0, -1, 1767225600, 999999999999999, -999999999999999};

/* Comparison, field by field */

#define SAME(member) assert_int_equal(a->member, b->member)

static void same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        assert_string_equal(a, b);
}

static void same_bytes(struct str a, struct str b)
{
    assert_true(str_equal(a, b));
}

static void same_ip(const struct ip *a, const struct ip *b)
{
    assert_int_equal(a->family, b->family);
    assert_memory_equal(a->bytes, b->bytes, sizeof a->bytes);
}

static void same_trouble(const struct trouble *a, const struct trouble *b)
{
    SAME(reason);
    SAME(side);
    same_text(a->why, b->why);
}

static void same_record(const struct dns_record *a, const struct dns_record *b)
{
    SAME(type);
    SAME(ttl_s);
    switch (a->type) {
    case DNS_A:
    case DNS_AAAA:
        same_ip(&a->ip, &b->ip);
        break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        same_text(a->name, b->name);
        break;
    case DNS_MX:
        SAME(mx.preference);
        same_text(a->mx.host, b->mx.host);
        break;
    case DNS_SOA:
        same_text(a->soa.mname, b->soa.mname);
        same_text(a->soa.rname, b->soa.rname);
        SAME(soa.serial);
        SAME(soa.refresh);
        SAME(soa.retry);
        SAME(soa.expire);
        SAME(soa.minimum);
        break;
    case DNS_TXT:
        same_bytes(a->txt.joined, b->txt.joined);
        SAME(txt.strings);
        SAME(txt.oversize);
        break;
    case DNS_TLSA:
        SAME(tlsa.usage);
        SAME(tlsa.selector);
        SAME(tlsa.matching);
        same_bytes(a->tlsa.data, b->tlsa.data);
        break;
    }
}

static void same_answer(const struct dns_answer *a, const struct dns_answer *b)
{
    same_text(a->key, b->key);
    SAME(status);
    same_trouble(&a->trouble, &b->trouble);
    SAME(security);
    SAME(count);
    for (size_t i = 0; i < a->count; i++)
        same_record(&a->records[i], &b->records[i]);
    SAME(algorithm_count);
    for (size_t i = 0; i < a->algorithm_count; i++)
        SAME(algorithms[i]);
    SAME(chain_count);
    for (size_t i = 0; i < a->chain_count; i++) {
        same_text(a->chain[i].owner, b->chain[i].owner);
        same_text(a->chain[i].target, b->chain[i].target);
    }
    SAME(chain_loops);
    SAME(chain_too_long);
    same_text(a->zone, b->zone);
    SAME(rcode);
    SAME(extended_error);
    same_text(a->server, b->server);
    SAME(tcp);
    SAME(edns);
    SAME(tries);
    SAME(setbacks);
    SAME(ttl_s);
}

static void same_reply(const struct smtp_reply *a, const struct smtp_reply *b)
{
    SAME(code);
    SAME(line_count);
    for (size_t i = 0; i < a->line_count; i++)
        same_bytes(a->lines[i], b->lines[i]);
    SAME(violations);
    SAME(ms);
}

static void same_tls(const struct tls_session *a, const struct tls_session *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (!a)
        return;
    SAME(established);
    same_text(a->error, b->error);
    same_text(a->protocol, b->protocol);
    same_text(a->cipher, b->cipher);
    SAME(chain_count);
    for (size_t i = 0; i < a->chain_count; i++)
        same_bytes(a->chain[i].der, b->chain[i].der);
    SAME(chain_cut);
    SAME(verify_error);
    SAME(lacks_anchors);
    same_text(a->verify_text, b->verify_text);
    SAME(name_matches);
    SAME(ms);
}

static void same_session(const struct smtp_session *a, const struct smtp_session *b)
{
    same_text(a->key, b->key);
    same_ip(&a->ip, &b->ip);
    SAME(port);
    same_text(a->server_name, b->server_name);
    SAME(end);
    SAME(state);
    same_trouble(&a->trouble, &b->trouble);
    SAME(os_error);
    SAME(violations);
    same_bytes(a->injected, b->injected);
    same_reply(&a->greeting, &b->greeting);
    same_reply(&a->ehlo, &b->ehlo);
    same_reply(&a->helo, &b->helo);
    same_reply(&a->starttls, &b->starttls);
    same_reply(&a->ehlo_tls, &b->ehlo_tls);
    same_reply(&a->quit, &b->quit);
    same_tls(a->tls, b->tls);
    same_text(a->our_name, b->our_name);
    same_ip(&a->our_ip, &b->our_ip);
    SAME(connect_ms);
    SAME(greeting_ms);
    SAME(greeted_s);
    SAME(total_ms);
}

static void same_vantage(const struct vantage *a, const struct vantage *b)
{
    same_text(a->host, b->host);
    SAME(host_is_fqdn);
    SAME(address_count);
    for (size_t i = 0; i < a->address_count; i++)
        same_ip(&a->addresses[i], &b->addresses[i]);
    SAME(ipv4_route);
    SAME(ipv6_route);
    SAME(ipv4_used);
    SAME(ipv6_used);
    SAME(resolver_count);
    for (size_t i = 0; i < a->resolver_count; i++)
        same_text(a->resolvers[i], b->resolvers[i]);
    SAME(trusts_ad);
}

/* A recording of the values above: the n-th vantage and now. */

enum { EVIDENCE_MAX = 32 };

static const struct sender senders[] = {
    {.ip = V4(192, 0, 2, 1), .helo = "[192.0.2.1]"},
    {.host = "out.example.org", .ip = {.family = IP_NONE}},
    {.host = "both.example.org", .ip = V6(5), .helo = "x"},
};
static const char *const selectors[] = {"2026a", "b"};
static const char *const canaries[] = {"mx.example.net"};

static void add(struct arena *arena, struct evidence *at, const char *text, const void *value)
{
    *at = (struct evidence){.known = true, .value = value, .text = text};
    assert_true(key_parse(arena, text, &at->key));
}

static char *write_all(struct arena *arena, size_t nth, const struct target *target)
{
    struct evidence all[EVIDENCE_MAX];
    const struct evidence *list[EVIDENCE_MAX];
    struct result result = {.target = target, .elapsed_ms = 1234, .evidence = list};

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        add(arena, &all[result.evidence_count++], answers[i].key, &answers[i]);
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++)
        add(arena, &all[result.evidence_count++], sessions[i].key, &sessions[i]);
    add(arena, &all[result.evidence_count++], "vantage", &vantages[nth % 2]);
    add(arena, &all[result.evidence_count++], "now", &nows[nth]);
    add(arena, &all[result.evidence_count], "dns:pending.example/A", NULL);
    all[result.evidence_count++].known = false;
    for (size_t i = 0; i < result.evidence_count; i++)
        list[i] = &all[i];
    return recording_write(&result);
}

/* Writes what was read, in the same order. */
static char *write_again(struct arena *arena, const struct recording *r)
{
    struct evidence all[EVIDENCE_MAX];
    const struct evidence *list[EVIDENCE_MAX];
    struct result result = {.target = recording_target(r), .elapsed_ms = recording_elapsed_ms(r), .evidence = list};

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        add(arena, &all[result.evidence_count++], answers[i].key, recording_value(r, arena, answers[i].key));
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++)
        add(arena, &all[result.evidence_count++], sessions[i].key, recording_value(r, arena, sessions[i].key));
    add(arena, &all[result.evidence_count++], "vantage", recording_value(r, arena, "vantage"));
    add(arena, &all[result.evidence_count++], "now", recording_value(r, arena, "now"));
    for (size_t i = 0; i < result.evidence_count; i++)
        list[i] = &all[i];
    return recording_write(&result);
}

static struct target full_target(void)
{
    return (struct target){
        .domain = "example.org",
        .unicode = "ex\xc3\xa4mple.org",
        .senders = senders,
        .sender_count = 3,
        .selectors = selectors,
        .selector_count = 2,
        .guess_selectors = true,
        .mail_froms = canaries,
        .mail_from_count = 1,
        .froms = canaries,
        .from_count = 1,
        .volume = VOLUME_BULK,
        .dnsbls = canaries,
        .dnsbl_count = 1,
        .canaries = canaries,
        .canary_count = 1,
        .active = ACTIVE_POSTMASTER | ACTIVE_RELAY | ACTIVE_OLD_TLS,
        .own = canaries,
        .own_count = 1,
        .relay_domain = "example.net",
        .smtp_port = 2525,
        .sessions = 2,
    };
}

static void test_round_trip(void **state)
{
    (void)state;
    for (size_t nth = 0; nth < sizeof nows / sizeof *nows; nth++) {
        struct arena *arena = arena_new(SIZE_MAX);
        struct target target = full_target();
        char *text = write_all(arena, nth, &target), *again;
        const char *why = "";
        struct recording *r;

        assert_non_null(text);
        r = recording_read(arena, text, strlen(text), &why);
        assert_string_equal(why, "");
        assert_non_null(r);
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
            same_answer(&answers[i], recording_value(r, arena, answers[i].key));
        for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++)
            same_session(&sessions[i], recording_value(r, arena, sessions[i].key));
        same_vantage(&vantages[nth % 2], recording_value(r, arena, "vantage"));
        assert_true(*(const int64_t *)recording_value(r, arena, "now") == nows[nth]);
        assert_null(recording_value(r, arena, "dns:pending.example/A"));
        assert_int_equal(recording_elapsed_ms(r), 1234);
        again = write_again(arena, r);
        assert_string_equal(text, again);
        free(again);
        free(text);
        recording_free(r);
        arena_free(arena);
    }
}

static void test_target(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct target target = full_target();
    char *text = write_all(arena, 0, &target);
    const char *why = "";
    struct recording *r = recording_read(arena, text, strlen(text), &why);
    const struct target *t;

    (void)state;
    assert_non_null(r);
    t = recording_target(r);
    assert_string_equal(t->domain, target.domain);
    assert_string_equal(t->unicode, target.unicode);
    assert_int_equal(t->smtp_port, 2525);
    assert_int_equal(t->active, target.active);
    assert_int_equal(t->own_count, 1);
    assert_string_equal(t->own[0], "mx.example.net");
    assert_string_equal(t->relay_domain, "example.net");
    assert_int_equal(t->sessions, 2);
    assert_int_equal(t->sender_count, 3);
    for (size_t i = 0; i < 3; i++) {
        same_text(t->senders[i].host, senders[i].host);
        same_text(t->senders[i].helo, senders[i].helo);
        same_ip(&t->senders[i].ip, &senders[i].ip);
    }
    assert_int_equal(t->selector_count, 2);
    assert_string_equal(t->selectors[1], "b");
    assert_true(t->guess_selectors);
    assert_int_equal(t->mail_from_count, 1);
    assert_string_equal(t->mail_froms[0], "mx.example.net");
    assert_int_equal(t->from_count, 1);
    assert_string_equal(t->froms[0], "mx.example.net");
    assert_int_equal(t->volume, VOLUME_BULK);
    assert_int_equal(t->dnsbl_count, 1);
    assert_string_equal(t->dnsbls[0], "mx.example.net");
    assert_int_equal(t->canary_count, 1);
    assert_string_equal(t->canaries[0], "mx.example.net");
    for (size_t i = 0; i < CHECK_COUNT; i++)
        assert_true(target_selects(t, i));
    free(text);
    recording_free(r);
    arena_free(arena);
}

/* Every prefix of a valid file is refused, and refused quietly (threats.md J5). */
static void test_truncations(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct target target = full_target();
    char *text = write_all(arena, 0, &target);
    size_t size = strlen(text) - 1; /* the line end is not missed */

    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        struct arena *scratch = arena_new(65536);
        char *copy = malloc(cut + 1); /* of the exact size, so that a sanitizer sees any read beyond */
        const char *why = NULL;

        assert_non_null(copy);
        memcpy(copy, text, cut);
        copy = realloc(copy, cut ? cut : 1);
        assert_null(recording_read(scratch, copy, cut, &why));
        assert_non_null(why);
        free(copy);
        arena_free(scratch);
    }
    free(text);
    arena_free(arena);
}

/* What hand-written files say in short. */
static void test_short_forms(void **state)
{
    static const char text[] =
        "{\"mailready_evidence\":1,\"target\":{\"domain\":\"good.lab\",\"senders\":[\"192.0.2.1\"]},\"evidence\":{"
        "\"dns:good.lab/MX\":[\"10 mx1.good.lab\",\"0 .\"],\"dns:good.lab/A\":\"nodata\",\"dns:no.lab/A\":\"nxdomain\","
        "\"dns:slow.lab/A\":\"timeout\",\"dns@192.0.2.53:good.lab/NS\":{\"records\":[\"ns.good.lab\"]},"
        "\"dns:bogus.lab/A\":\"dnssec_bogus\","
        "\"smtp:192.0.2.1:25/mx1.good.lab\":{\"greeting\":\"220 mx1.good.lab\",\"ehlo\":[\"250-mx1.good.lab\",\"250 "
        "STARTTLS\"],\"tls\":{}},"
        "\"smtp:192.0.2.2:25/mx2.good.lab\":\"refused\"}}";
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why = "";
    struct recording *r = recording_read(arena, text, sizeof text - 1, &why);
    const struct dns_answer *a;
    const struct smtp_session *s;
    const struct vantage *v;

    (void)state;
    assert_string_equal(why, "");
    assert_string_equal(recording_target(r)->unicode, "good.lab");
    assert_int_equal(recording_target(r)->smtp_port, 25);
    a = recording_value(r, arena, "dns:good.lab/MX");
    assert_int_equal(a->status, DNS_OK);
    assert_int_equal(a->count, 2);
    assert_int_equal(a->records[0].mx.preference, 10);
    assert_string_equal(a->records[1].mx.host, "");
    assert_int_equal(a->records[0].ttl_s, DNS_TTL_MAX_S);
    assert_string_equal(a->server, "127.0.0.1");
    assert_int_equal(a->security, DNS_UNDECIDED);
    a = recording_value(r, arena, "dns:good.lab/A");
    assert_int_equal(a->status, DNS_NODATA);
    assert_int_equal(a->rcode, 0);
    a = recording_value(r, arena, "dns:no.lab/A");
    assert_int_equal(a->status, DNS_NXDOMAIN);
    assert_int_equal(a->rcode, 3);
    a = recording_value(r, arena, "dns:slow.lab/A");
    assert_int_equal(a->status, DNS_UNKNOWN);
    assert_int_equal(a->trouble.side, trouble_of(REASON_TIMEOUT).side);
    assert_string_equal(a->trouble.why, trouble_of(REASON_TIMEOUT).why);
    assert_int_equal(a->rcode, -1);
    assert_string_equal(a->server, "");
    a = recording_value(r, arena, "dns:bogus.lab/A");
    assert_int_equal(a->security, DNS_BOGUS);
    assert_int_equal(a->rcode, 2);
    a = recording_value(r, arena, "dns@192.0.2.53:good.lab/NS");
    assert_string_equal(a->server, "192.0.2.53");
    s = recording_value(r, arena, "smtp:192.0.2.1:25/mx1.good.lab");
    assert_int_equal(s->end, SMTP_END_OK);
    assert_int_equal(s->state, SMTP_QUIT);
    assert_int_equal(s->greeting.code, 220);
    assert_int_equal(s->ehlo.code, 250);
    assert_int_equal(s->ehlo.line_count, 2);
    assert_true(s->tls && s->tls->established && s->tls->name_matches);
    assert_string_equal(s->server_name, "mx1.good.lab");
    s = recording_value(r, arena, "smtp:192.0.2.2:25/mx2.good.lab");
    assert_int_equal(s->end, SMTP_END_REFUSED);
    assert_int_equal(s->state, SMTP_CONNECTING);
    assert_int_equal(s->connect_ms, -1);
    assert_null(s->tls);
    v = recording_value(r, arena, "vantage");
    assert_true(v->ipv4_route && v->ipv6_used && v->trusts_ad);
    assert_non_null(recording_value(r, arena, "now"));
    recording_free(r);
    arena_free(arena);
}

#define IN(members) "{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"},\"evidence\":{" members "}}"

static const struct {
    const char *text, *why; /* `why`: what the message must contain */
} refused[] = {
    {"", "line 1: the text ends too early"},
    {"\n\n{", "line 3: "},
    {"[]", "expected an object"},
    {"{}", "mailready_evidence: missing"},
    {IN("\"dns:x/A\":{\"algorithms\":[256],\"records\":[\"11.0.0.1\"]}"), "algorithms[0]: expected a whole number"},
    {"{} x", "something follows the end"},
    {"{\"mailready_evidence\":2}", "mailready_evidence: expected a whole number"},
    {"{\"mailready_evidence\":1}", "target: missing"},
    {"{\"mailready_evidence\":1,\"target\":{}}", "target.domain: missing"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"X.lab\"},\"evidence\":{}}",
     "target.domain: not a domain name"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":null},\"evidence\":{}}", "target.domain: expected a text"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"selectors\":[null]}}",
     "target.selectors[0]: expected a text"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"active\":[null]}}", "target.active[0]: expected a"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"not_senders\":[null]}}",
     "target.not_senders[0]: expected a text"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"senders\":[null]}}", "target.senders[0]: expected"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"}}", "evidence: missing"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"},\"evidence\":[]}", "evidence: expected an object"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"smtp_port\":65536},\"evidence\":{}}",
     "target.smtp_port: "},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"active\":[\"everything\"]},\"evidence\":{}}",
     "target.active: no such test"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"active\":[\"relay\"]},\"evidence\":{}}",
     "target.relay_domain"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"senders\":[{}]},\"evidence\":{}}", "target.senders"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"selectors\":[1]},\"evidence\":{}}",
     "target.selectors[0]: expected a text"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\",\"froms\":[\"X.lab\"]},\"evidence\":{}}",
     "target.froms: not a domain name in lower case, as A-labels, without a final dot"},
    {"{\"mailready_evidence\":1,\"Target\":{\"domain\":\"x.lab\"},\"evidence\":{}}", "target: missing"},
    {"{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"},\"evidence\":{},\"expect\":[]}",
     "unknown member \"expect\""},
    {IN("\"now\":1,\"n\\u006fw\":2"), "member \"now\" occurs twice"},
    {IN("\"\":1,\"\":2"), "member \"\" occurs twice"},
    {IN("\"now\":1.5"), "evidence now: expected a whole number"},
    {IN("\"now\":1e300"), "evidence now: expected a whole number"},
    {IN("\"now\":1000000000000000"), "evidence now: expected a whole number"},
    {IN("\"now\":01"), "line 1: "},
    {IN("\"now\":+1"), "expected a value"},
    {IN("\"now\":1."), "not a number"},
    {IN("\"now\":1e+"), "not a number"},
    {IN("\"now\":-"), "not a number"},
    {IN("\"now\":00000000000000000000000000000000000000000000"), "line 1: "},
    {IN("\"now\":0.0000000000000000000000000000000000000000000000000"), "too long"},
    {IN("\"now\":NaN"), "expected a value"},
    {IN("\"then\":1"), "evidence then: not a key"},
    {IN("\"th\\u001b[31men\":1"), "evidence th\\x1b[31men: not a key"},
    {IN("\"dns:X.lab/MX\":[\"10 a.lab\"]"), "evidence dns:X.lab/MX: not a key"},
    {IN("\"dns:x.lab/MX\":[\"10 a.lab\",\"10 b.lab\",\"ten c.lab\"]"),
     "evidence dns:x.lab/MX: records[2]: expected a preference"},
    {IN("\"dns:x.lab/MX\":[\"10 a.lab.\"]"), "without a final dot"},
    {IN("\"dns:x.lab/MX\":[\"010 a.lab\"]"), "expected a preference"},
    {IN("\"dns:x.lab/MX\":[\"65536 a.lab\"]"), "expected a preference"},
    {IN("\"dns:x.lab/MX\":[]"), "records: none"},
    {IN("\"dns:x.lab/MX\":{}"), "status: missing"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"OK\"}"), "status: expected a word"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"unknown\"}"), "reason: missing"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"nodata\",\"reason\":\"timeout\"}"), "unknown member \"reason\""},
    {IN("\"dns:x.lab/MX\":{\"status\":\"nodata\",\"records\":[\"1 a\"]}"), "records: not with this status"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"nodata\",\"ttl\":-1}"), "ttl: expected a whole number"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"nodata\",\"tcp\":1}"), "tcp: expected true or false"},
    {IN("\"dns:x.lab/MX\":{\"records\":[{\"ttl\":1}]}"), "records[0].text: missing"},
    {IN("\"dns:x.lab/MX\":{\"records\":[{\"text\":null}]}"), "records[0].text: expected a text"},
    {IN("\"dns:x.lab/MX\":{\"records\":[{\"text\":\"1 a\",\"strings\":2}]}"), "records[0]: unknown member \"strings\""},
    {IN("\"dns:x.lab/MX\":{\"records\":[null]}"), "records[0]: expected an object"},
    {IN("\"dns:x.lab/TXT\":[\"\\\\x4\"]"), "records[0]: expected printable ASCII"},
    {IN("\"dns:x.lab/TXT\":[\"\xc3\xa4\"]"), "records[0]: expected printable ASCII"},
    {IN("\"dns:x.lab/TXT\":[\"\xff\"]"), "line 1: not UTF-8"},
    {IN("\"dns:x.lab/TXT\":[\"\xed\xa0\x80\"]"), "line 1: not UTF-8"},
    {IN("\"dns:x.lab/TXT\":[\"\\u0000\"]"), "NUL in a string"},
    {IN("\"dns:x.lab/TXT\":[\"\\ud800\"]"), "half of a surrogate pair"},
    {IN("\"dns:x.lab/TXT\":[\"\\udc00\"]"), "half of a surrogate pair"},
    {IN("\"dns:x.lab/TXT\":[\"\\ud83d\\u0041\"]"), "half of a surrogate pair"},
    {IN("\"dns:x.lab/TXT\":[\"\\ud83dA\"]"), "half of a surrogate pair"},
    {IN("\"dns:x.lab/TXT\":[\"\\u12g4\"]"), "four hexadecimal digits"},
    {IN("\"dns:x.lab/TXT\":[\"\\x41\"]"), "not an escape of JSON"},
    {IN("\"dns:x.lab/TXT\":[\"\x01\"]"), "a control character"},
    {IN("\"dns:x.lab/A\":[\"::1\"]"), "expected an IPv4 address"},
    {IN("\"dns:x.lab/SOA\":[\"a b 1 2 3 4\"]"), "expected \"MNAME"},
    {IN("\"dns:x.lab/PTR\":[\"a..b\"]"), "without a final dot"},
    {IN("\"dns:x.lab/PTR\":[\"a\\\\300\"]"), "without a final dot"},
    {IN("\"dns:x.lab/TLSA\":[\"3 1 1 abc\"]"), "expected \"USAGE"},
    {IN("\"dns:x.lab/A\":{\"status\":\"nodata\",\"chain\":[[\"a\"]]}"), "chain[0]: expected [\"owner\", \"target\"]"},
    {IN("\"dns:x.lab/A\":{\"status\":\"nodata\",\"chain\":[[\"a\",\"b\",\"c\"]]}"), "chain[0]: expected"},
    {IN("\"dns:x.lab/A\":{\"status\":\"nodata\",\"chain\":[[\"a\",1]]}"), "chain[0][1]: expected a text"},
    {IN("\"smtp:192.0.2.1:25/x\":\"slow\""), "evidence smtp:192.0.2.1:25/x: end: expected a word"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"greeting\":{\"lines\":[1]}}"), "greeting.lines[0]: expected printable ASCII"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"greeting\":{\"violations\":[\"rude\"]}}"),
     "greeting.violations[0]: expected a word"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"tls\":{\"chain\":[\"AA\"]}}"), "tls.chain[0]: expected base64"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"tls\":{\"chain\":[\"AB==\"]}}"), "tls.chain[0]: expected base64"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"our_ip\":\"here\"}"), "our_ip: not an IP address"},
    {IN("\"vantage\":{\"adresses\":[]}"), "evidence vantage: unknown member \"adresses\""},
    {IN("\"vantage\":null"), "evidence vantage: expected an object"},
    {IN("\"vantage\":{\"host\":null}"), "evidence vantage: host: expected a text"},
    {IN("\"vantage\":{\"resolvers\":[null]}"), "evidence vantage: resolvers[0]: expected a text"},
    {IN("\"vantage\":{\"addresses\":[null]}"), "evidence vantage: addresses[0]: expected a text"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"nodata\",\"server\":null}"), "server: expected a text"},
    {IN("\"dns:x.lab/MX\":{\"status\":\"unknown\",\"reason\":\"timeout\",\"why\":null}"), "why: expected a text"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"tls\":{\"protocol\":null}}"), "tls.protocol: expected a text"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"our_name\":null}"), "our_name: expected a text"},
    {IN("\"smtp:192.0.2.1:25/x\":{\"our_ip\":null}"), "our_ip: expected a text"},
    {IN("\"now\":1,"), "expected the name of a member"},
    {IN("\"now\" 1"), "expected \":\""},
    {IN("\"now\":1 2"), "expected \",\""},
    {IN("now:1"), "expected the name of a member"},
    {IN("\"now\":tru"), "expected a value"},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct arena *arena = arena_new(65536);
        const char *why = "accepted";
        struct recording *r = recording_read(arena, refused[i].text, strlen(refused[i].text), &why);

        if (r || !strstr(why, refused[i].why))
            fail_msg("%s\n    gave: %s\n    not:  %s", refused[i].text, why, refused[i].why);
        arena_free(arena);
    }
}

/* `open` and `close` repeated around nothing, at a place where any value may stand. */
static bool is_refused(const char *before, const char *open, size_t count, const char *close, const char *after,
                       const char *why_not)
{
    struct arena *arena = arena_new(1 << 20);
    size_t size = strlen(before) + count * (strlen(open) + strlen(close)) + strlen(after);
    char *text = malloc(size + 1), *at = text;
    const char *why = "accepted";
    bool right;

    assert_non_null(text);
    memcpy(at, before, strlen(before));
    at += strlen(before);
    for (size_t i = 0; i < count; i++, at += strlen(open))
        memcpy(at, open, strlen(open));
    for (size_t i = 0; i < count; i++, at += strlen(close))
        memcpy(at, close, strlen(close));
    memcpy(at, after, strlen(after));
    right = !recording_read(arena, text, size, &why) && strstr(why, why_not);
    if (!right)
        print_error("%s instead of %s\n", why, why_not);
    free(text);
    arena_free(arena);
    return right;
}

static void test_limits(void **state)
{
    (void)state;
    assert_true(is_refused("", "[", JSON_DEPTH, "]", "", "expected an object"));
    assert_true(is_refused("", "[", JSON_DEPTH + 1, "]", "", "nested too deeply"));
    assert_true(is_refused("", "{\"a\":", 1000000, "}", "", "nested too deeply"));
    assert_true(is_refused("[0", ",0", JSON_VALUES - 2, "", "]", "expected an object"));
    assert_true(is_refused("[0", ",0", JSON_VALUES - 1, "", "]", "too many values"));
    assert_true(is_refused("", " ", JSON_BYTES, "", "", "the text ends too early"));
    assert_true(is_refused("", " ", JSON_BYTES + 1, "", "", "larger than 16 MiB"));
    assert_true(
        is_refused("{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"},\"evidence\":{\"dns:x/TXT\":[\"",
                   "aaaaaaaa", EVIDENCE_BYTES / 8, "", "\"]}}", "larger than a piece of evidence"));
    assert_true(is_refused(
        "{\"mailready_evidence\":1,\"target\":{\"domain\":\"x.lab\"},\"evidence\":{\"dns:x/A\":[\"192.0.2.1\"",
        ",\"192.0.2.1\"", 100000, "", "]}}", "larger than a piece of evidence"));
}

/* A text that is no UTF-8 cannot stand in JSON: it loses those bytes, and nothing else. */
static void test_not_utf8(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct target target = {.domain = "x.lab", .unicode = "a\xff\xc3\xa4\xc3", .smtp_port = 25};
    struct result result = {.target = &target};
    char *text = recording_write(&result);
    const char *why = "";
    struct recording *r = recording_read(arena, text, strlen(text), &why);

    (void)state;
    assert_string_equal(why, "");
    assert_string_equal(recording_target(r)->unicode, "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
    recording_free(r);
    free(text);
    arena_free(arena);
}

static void records_are_the_same(void **state)
{
    static const struct {
        enum dns_type type;
        const char *one, *other;
        bool same;
    } cases[] = {
        {DNS_A, "192.0.2.1", "192.0.2.1", true},
        {DNS_A, "192.0.2.1", "192.0.2.10", false},
        {DNS_PTR, "mx.example.org", "MX.example.org", true},
        {DNS_PTR, "mx.example.org", "mx.example.net", false},
        {DNS_MX, "10 mx.example.org", "10 MX.Example.org", true},
        {DNS_MX, "10 mx.example.org", "20 mx.example.org", false},
        {DNS_TXT, "v=DMARC1; p=none", "v=DMARC1; p=none", true},
        {DNS_TXT, "v=DMARC1; p=none", "v=dmarc1; p=none", false}, /* a repair that changes letter case alone */
        {DNS_TXT, "a\\\\046b", "a.b", false},
        {DNS_TLSA, "3 1 1 ab", "3 1 1 ab", true},
        {DNS_TLSA, "3 1 1 ab", "2 1 1 ab", false},
    };
    struct arena *arena = arena_new(SIZE_MAX);
    struct dns_record one, other;
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(record_parse(arena, cases[i].type, cases[i].one, &one, &why));
        assert_true(record_parse(arena, cases[i].type, cases[i].other, &other, &why));
        other.ttl_s = 1;
        if (record_equal(arena, &one, &other) != cases[i].same)
            fail_msg("\"%s\" and \"%s\"", cases[i].one, cases[i].other);
    }
    assert_true(record_parse(arena, DNS_NS, "mx.example.org", &one, &why));
    assert_true(record_parse(arena, DNS_PTR, "mx.example.org", &other, &why));
    assert_false(record_equal(arena, &one, &other));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(records_are_the_same),  cmocka_unit_test(test_target),  cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_short_forms), cmocka_unit_test(test_refused), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_not_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
