/* Whose word an answer is, the resolver's or that of the zone's servers: a table of what both say.  (checks.md 4) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/absence.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "core/records/zone_file.h"
#include "tests/unit/find_by_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 10, SEEDS = 3 };

#define PLAN "PLAN " /* the first line of a zone may be a record of the user's plan */
static const struct target target = {.domain = "example.com"};

/* The zones of all tables: two servers each. */
static const char *const zones[] = {
    "example.com NS n1.lab", "example.com NS n2.lab", "example.org NS n1.lab",       "9.11.in-addr.arpa NS n1.lab",
    "n1.lab A 11.0.0.1",     "n2.lab A 11.0.0.2",     "9.11.in-addr.arpa NS n2.lab",
};

static struct zone *zone_with(const char *const *lines)
{
    struct zone *zone = zone_new();

    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        zone_add_line(zone, zones[i]);
    for (size_t i = 0; i < LINES_MAX && lines[i]; i++)
        if (strncmp(lines[i], PLAN, strlen(PLAN)) != 0)
            zone_add_line(zone, lines[i]);
    return zone;
}

/* "11.0.0.1 11.0.0.2", "nxdomain", "timeout: no answer before the deadline"; behind that the end of the aliases. */
static const char *answer_text(struct arena *arena, const struct dns_answer *answer)
{
    static const char *const statuses[] = {
        [DNS_OK] = "", [DNS_NODATA] = "nodata", [DNS_NXDOMAIN] = "nxdomain", [DNS_UNKNOWN] = ""};
    const char *text;

    if (!answer)
        return "pending";
    text = statuses[answer->status];
    if (answer->status == DNS_UNKNOWN)
        text = str_printf(arena, "%s: %s", reason_word(answer->trouble.reason), answer->trouble.why);
    for (size_t i = 0; i < answer->count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? " " : "", record_text(arena, &answer->records[i]));
    return answer->chain_count ? str_printf(arena, "%s at %s", text, answer->chain[answer->chain_count - 1].target)
                               : text;
}

static const char *confirmed_text(struct arena *arena, const struct confirmed *c)
{
    return str_printf(arena, "%s%s%s", c->is_local ? "not here: " : "", answer_text(arena, c->answer), c->remark);
}

struct question {
    const char *name;
    enum dns_type type;
    const char *text;
    bool is_early; /* it was answered before all was known */
};

static void ask_confirmed(struct run *run, void *arg)
{
    struct question *q = arg;
    struct confirmed c = need_confirmed(run, q->name, q->type);

    q->text = confirmed_text(run_arena(run), &c);
    q->is_early |= c.answer && run->open_wishes;
}

static void ask_reverse(struct run *run, void *arg)
{
    struct question *q = arg;
    struct confirmed c;
    struct ip ip;

    assert_true(ip_parse(q->name, &ip));
    c = need_confirmed_reverse(run, &ip);
    q->text = confirmed_text(run_arena(run), &c);
    q->is_early |= c.answer && run->open_wishes;
}

static void ask_record(struct run *run, void *arg)
{
    struct question *q = arg;

    q->text = answer_text(run_arena(run), need_record(run, q->name, q->type));
}

/* What is said of an absence. */
static void ask_absence(struct run *run, void *arg)
{
    struct question *q = arg;
    const struct dns_answer *answer = need_confirmed(run, q->name, q->type).answer;

    if (!answer)
        q->text = "pending";
    else if (answer->status == DNS_OK)
        q->text = str_printf(run_arena(run), "disputed by %s", answer_text(run_arena(run), answer));
    else if (dns_answer_is_negative(answer))
        q->text = "confirmed";
    else
        q->text = str_printf(run_arena(run), "undecided, %s", reason_word(answer->trouble.reason));
}

static void ask_addresses(struct run *run, void *arg)
{
    struct question *q = arg;
    struct host_addresses found = need_addresses(run, q->name);

    q->text = str_printf(run_arena(run), "%s%s and %s%s", found.a_is_local ? "not here: " : "",
                         answer_text(run_arena(run), found.a), found.aaaa_is_local ? "not here: " : "",
                         answer_text(run_arena(run), found.aaaa));
}

struct situation {
    const char *name;
    enum dns_type type;
    const char *lines[LINES_MAX], *text;
};

/* Of the first line, if it begins so. */
static const struct overlay *plan_in(struct arena *arena, const char *const *lines)
{
    const char *record = *lines && strncmp(*lines, PLAN, strlen(PLAN)) == 0 ? *lines + strlen(PLAN) : NULL;
    struct overlay *plan;
    struct zone_file *file;

    if (!record)
        return NULL;
    plan = overlay_new(arena);
    file = ARENA_NEW(arena, struct zone_file);
    zone_records_read(arena, str_of(record), "", file);
    assert_int_equal(file->fault_count, 0);
    overlay_add_records(plan, file, "record");
    overlay_finish(plan);
    return plan;
}

static void are_judged(const struct situation *table, size_t count, void (*ask)(struct run *, void *))
{
    for (size_t i = 0; i < count; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_with(table[i].lines);
            struct question q = {.name = table[i].name, .type = table[i].type};
            struct zone_session s;

            zone_open(&s, zone, &target, seed);
            s.view.plan = plan_in(zone->arena, table[i].lines);
            zone_run(&s, ask, &q);
            if (strcmp(q.text, table[i].text) != 0)
                fail_msg("%zu: \"%s\", not \"%s\"", i, q.text, table[i].text);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

#define TIMEOUT "timeout: no answer before the deadline"
#define ALONE "; and the resolver alone cannot show that there is nothing"
#define REFERRAL " {'status': 'unknown', 'reason': 'protocol', 'rcode': 0}"
#define SILENT_1 "dns@11.0.0.1:a.example.com/A 'timeout'"
#define SILENT_2 "dns@11.0.0.2:a.example.com/A 'timeout'"
#define DENIED "dns:a.example.com/A 'nxdomain'"
#define DENIED_IN_ZONE "dns:a.example.com/A {'status': 'nxdomain', 'zone': 'example.com'}"
#define UNTESTED "dns:/SOA 'budget'", "dns:/NS 'budget'", "dns:com/NS 'budget'"

static const struct situation denials[] = {
    {"a.example.com", DNS_A, {NULL}, "nxdomain"},
    {"a.example.com", DNS_A, {"a.example.com MX 0 b.lab"}, "nodata"},
    {"a.example.com", DNS_A, {"dns:a.example.com/A 'nodata'"}, "nxdomain"}, /* the servers' word */

    /* some server has it */
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A ['11.9.0.1']"},
     "11.9.0.1, at 1 of 2 name servers: see ns.consistent"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.2:a.example.com/A ['11.9.0.1']"},
     "11.9.0.1, at 1 of 2 name servers: see ns.consistent"},
    {"a.example.com",
     DNS_A,
     {"a.example.com A 11.9.0.1", "dns:a.example.com/A 'nxdomain'"},
     "11.9.0.1, which the resolver of this machine does not see"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A ['11.9.0.1', '11.9.0.2']", "dns@11.0.0.2:a.example.com/A ['11.9.0.2', '11.9.0.3']"},
     "11.9.0.1 11.9.0.2 11.9.0.3, which the resolver of this machine does not see"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, "dns@11.0.0.2:a.example.com/A ['11.9.0.1']"},
     "11.9.0.1, which the resolver of this machine does not see"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A" REFERRAL, "dns@11.0.0.2:a.example.com/A ['11.9.0.1']"},
     "11.9.0.1, which the resolver of this machine does not see"},

    /* none has: one that denies is enough, unless another leads off */
    {"a.example.com", DNS_A, {SILENT_1}, "nxdomain"},
    {"a.example.com", DNS_A, {SILENT_2, "dns:a.example.com/A 'nodata'"}, "nxdomain"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A" REFERRAL},
     "protocol: the answer breaks the protocol" ALONE},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A" REFERRAL, DENIED_IN_ZONE},
     "protocol: the answer breaks the protocol" ALONE},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A {'status': 'unknown', 'reason': 'protocol', 'rcode': 2}"},
     "nxdomain"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A {'status': 'unknown', 'reason': 'timeout', 'rcode': 0}"},
     "nxdomain"},
    {"a.example.com",
     DNS_A,
     {"dns@11.0.0.1:a.example.com/A {'status': 'unknown', 'reason': 'servfail', 'rcode': 2, 'chain': "
      "[['a.example.com', 'b.lab']]}"},
     "servfail: the name servers answered with an error (SERVFAIL)" ALONE},

    /* none has spoken: the resolver's word, if its reply names the zone and nothing contradicts it */
    {"a.example.com", DNS_A, {SILENT_1, SILENT_2, DENIED}, TIMEOUT ALONE},
    {"a.example.com", DNS_A, {SILENT_1, SILENT_2, DENIED_IN_ZONE}, "nxdomain, by the word of the resolver alone"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, "dns:a.example.com/A {'status': 'nxdomain', 'zone': 'example.org'}"},
     TIMEOUT ALONE},
    {"a.example.com", DNS_A, {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:a.example.com/A#2 ['11.9.0.1']"}, "11.9.0.1"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:a.example.com/A#2 'timeout'"},
     "nxdomain, by the word of the resolver alone"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:a.example.com/SOA 'nodata'"},
     "protocol: the resolver contradicts itself: it denies a name that it has other answers for"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:a.example.com/SOA ['a.lab b.lab 1 2 3 4 5']"},
     "protocol: the resolver contradicts itself: it denies a name that it has other answers for"},
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:a.example.com/SOA 'timeout'"},
     "nxdomain, by the word of the resolver alone"},
    {"a.example.com", /* a name that exists may have other types */
     DNS_A,
     {SILENT_1, SILENT_2, "dns:a.example.com/A {'status': 'nodata', 'zone': 'example.com'}",
      "dns:a.example.com/SOA ['a.lab b.lab 1 2 3 4 5']"},
     "nodata, by the word of the resolver alone"},
    {"a.example.com", /* nor is the name itself denied, where it is the target of an alias that is */
     DNS_A,
     {"dns:a.example.com/A {'status': 'nxdomain', 'zone': 'example.com', 'chain': [['a.example.com', "
      "'b.example.com']]}",
      "dns:a.example.com/SOA 'nodata'", "dns@11.0.0.1:b.example.com/A 'timeout'",
      "dns@11.0.0.2:b.example.com/A 'timeout'"},
     "nxdomain at b.example.com, by the word of the resolver alone"},

    /* a resolver whose word is worth nothing */
    {"a.example.com",
     DNS_A,
     {SILENT_1, SILENT_2, DENIED_IN_ZONE, "dns:/SOA 'nxdomain'", "dns:/NS 'nxdomain'", "dns:com/NS 'nxdomain'"},
     "resolver_down: the resolver of this machine filters: it denies even the root and com., so what it calls absent "
     "may well exist"},
    {"a.example.com", DNS_A, {"dns:/SOA 'nxdomain'", "dns:/NS 'nxdomain'", "dns:com/NS 'nxdomain'"}, "nxdomain"},
    {"a.example.com", DNS_A, {UNTESTED, SILENT_1, SILENT_2}, "nxdomain"},
    {"a.example.com", DNS_A, {UNTESTED, SILENT_1, SILENT_2, "dns:a.example.com/A#2 'timeout'"}, TIMEOUT},
    {"a.example.com", DNS_A, {UNTESTED, SILENT_1, SILENT_2, "dns:a.example.com/A#2 'budget'"}, "nxdomain"},

    /* a zone that cannot be found is taken from the reply, in a recording that has no more */
    {"a.example.net",
     DNS_A,
     {"dns:a.example.net/A 'nxdomain'"},
     "resolver_down: the resolver knows no name server of the zone" ALONE},
    {"a.example.net",
     DNS_A,
     {"dns:a.example.net/A {'status': 'nxdomain', 'zone': 'Example.ORG'}", "dns@11.0.0.1:a.example.net/A ['11.9.0.1']"},
     "resolver_down: the resolver knows no name server of the zone" ALONE},
    {"a.example.net",
     DNS_A,
     {UNTESTED, "dns:a.example.net/A {'status': 'nxdomain', 'zone': 'Example.ORG'}",
      "dns@11.0.0.1:a.example.net/A ['11.9.0.1']"},
     "11.9.0.1, which the resolver of this machine does not see"},
    {"a.example.net", DNS_A, {UNTESTED}, "nxdomain"},

    /* behind an alias its target is asked for; a server's own aliases count more than the resolver's */
    {"a.example.org",
     DNS_A,
     {"dns:a.example.org/A {'status': 'nxdomain', 'chain': [['a.example.org', 'b.example.com']]}",
      "dns@11.0.0.2:b.example.com/A ['11.9.0.1']"},
     "11.9.0.1 at b.example.com, at 1 of 2 name servers: see ns.consistent"},
    {"a.example.org",
     DNS_A,
     {"dns:a.example.org/A {'status': 'nxdomain', 'chain': [['a.example.org', 'b.example.com']]}",
      "dns@11.0.0.1:b.example.com/A {'records': ['11.9.0.1'], 'chain': [['b.example.com', 'c.example.com']]}"},
     "11.9.0.1 at c.example.com, at 1 of 2 name servers: see ns.consistent"},

    /* no denial at all */
    {"a.example.com", DNS_A, {"a.example.com BROKEN"}, TIMEOUT},
};

static void denials_are_confirmed(void **state)
{
    (void)state;
    are_judged(denials, sizeof denials / sizeof *denials, ask_confirmed);
}

#define HAS_A_AT_ONE "dns@11.0.0.1:a.example.com/A ['11.9.0.1']"
#define IN_ZONE "dns:example.com/SOA {'status': 'nodata', 'zone': 'example.com'}"
#define LOCAL ", whatever the resolver of this machine says"
#define OWN_A "dns:a.example.com/A {'records': ['11.8.0.1'], 'own': true}"

static const struct situation answers[] = {
    /* of itself, from a hosts file: compared */
    {"a.example.com", DNS_A, {OWN_A, "a.example.com A 11.9.0.1"}, "not here: 11.9.0.1" LOCAL},
    {"a.example.com", DNS_A, {OWN_A, "a.example.com A 11.8.0.1"}, "11.8.0.1"},
    {"a.example.com", DNS_A, {OWN_A, "a.example.com A 11.8.0.1", "a.example.com A 11.9.0.1"}, "11.8.0.1"},
    {"a.example.com", DNS_A, {OWN_A, "dns@11.0.0.2:a.example.com/A ['11.8.0.1']"}, "11.8.0.1"},
    {"a.example.com", DNS_A, {OWN_A, "a.example.com MX 0 b.lab"}, "not here: nodata" LOCAL},
    {"a.example.com", DNS_A, {OWN_A}, "not here: nxdomain" LOCAL},
    {"a.example.com", DNS_A, {OWN_A, SILENT_1, SILENT_2}, "11.8.0.1"},
    {"a.example.com", DNS_A, {OWN_A, SILENT_1}, "not here: nxdomain" LOCAL},
    {"a.example.com", DNS_A, {OWN_A, "dns@11.0.0.1:a.example.com/A" REFERRAL}, "11.8.0.1"},
    {"a.example.com",
     DNS_A,
     {OWN_A, "dns@11.0.0.1:a.example.com/A" REFERRAL, "dns@11.0.0.2:a.example.com/A ['11.9.0.1']"},
     "11.8.0.1"},
    {"a.example.com",
     DNS_A,
     {OWN_A, "dns@11.0.0.1:a.example.com/A ['11.9.0.1']", "dns@11.0.0.2:a.example.com/A ['11.9.0.2']"},
     "not here: 11.9.0.1 11.9.0.2" LOCAL},
    {"a.example.com", /* an alias of a hosts file is none of the zone's */
     DNS_A,
     {"dns:a.example.com/A {'records': ['11.8.0.1'], 'own': true, 'chain': [['a.example.com', 'b.lab']]}",
      "a.example.com A 11.9.0.1"},
     "not here: 11.9.0.1" LOCAL},
    {"a.example.org",
     DNS_A,
     {"dns:a.example.org/A {'records': ['11.8.0.1'], 'own': true}"},
     "not here: nxdomain" LOCAL},
    {"a.example.com",
     DNS_AAAA,
     {"dns:a.example.com/AAAA {'records': ['2600::1'], 'own': true}"},
     "not here: nxdomain" LOCAL},
    {"a.example.com", DNS_MX, {"dns:a.example.com/MX {'records': ['0 b.lab'], 'own': true}"}, "0 b.lab"},
    {"1.0.9.11.in-addr.arpa",
     DNS_PTR,
     {"dns:1.0.9.11.in-addr.arpa/PTR {'records': ['b.lab'], 'own': true}"},
     "not here: nxdomain" LOCAL},
    {"a.example.net", DNS_A, {"dns:a.example.net/A {'records': ['11.8.0.1'], 'own': true}"}, "11.8.0.1"}, /* no zone */

    /* special-purpose addresses, which split horizons have */
    {"a.example.org", DNS_A, {"dns:a.example.org/A ['10.0.0.1']"}, "not here: nxdomain" LOCAL},
    {"a.example.org", DNS_A, {"dns:a.example.org/A ['11.8.0.1', '10.0.0.1']"}, "not here: nxdomain" LOCAL},
    {"a.example.org", DNS_AAAA, {"dns:a.example.org/AAAA ['fd00::1']"}, "not here: nxdomain" LOCAL},
    {"a.example.org", DNS_A, {"dns:a.example.org/A ['11.8.0.1']"}, "11.8.0.1"},
    {"a.example.org",
     DNS_A,
     {"dns:a.example.org/A {'records': ['10.0.0.1'], 'chain': [['a.example.org', 'b.lab']]}"},
     "10.0.0.1 at b.lab"},

    /* without a sign those in the domain alone */
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/A ['11.8.0.1']", "example.com A 11.9.0.1", IN_ZONE},
     "not here: nxdomain" LOCAL},
    {"a.example.com", DNS_AAAA, {"dns:a.example.com/AAAA ['2600::1']", IN_ZONE}, "not here: nxdomain" LOCAL},
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/A ['11.8.0.1']", "dns:example.com/SOA {'status': 'nodata', 'zone': 'example.org'}"},
     "11.8.0.1"},
    {"a.example.com", DNS_A, {"dns:a.example.com/A ['11.8.0.1']", "dns:example.com/SOA 'timeout'"}, "11.8.0.1"},
    {"a.example.com", DNS_MX, {"dns:a.example.com/MX ['0 b.lab']", IN_ZONE}, "0 b.lab"},
    {"1.0.9.11.in-addr.arpa", DNS_PTR, {"dns:1.0.9.11.in-addr.arpa/PTR ['b.lab']"}, "b.lab"},
    {"a.com",
     DNS_A,
     {"dns:a.com/A ['11.8.0.1']", "com NS n1.lab", "dns:example.com/SOA {'status': 'nodata', 'zone': 'com'}"},
     "11.8.0.1"},

    /* what the resolver makes up is none, whatever the zone says */
    {"a.example.com",
     DNS_A,
     {"dns:no.such.mailready-1767225600/A ['11.8.0.1']", "dns:a.example.com/A ['11.8.0.1']", HAS_A_AT_ONE,
      "dns:example.com/SOA ['n1.lab a.lab 1 2 3 4 5']"},
     "resolver_down: the resolver answers for names that do not exist, so its word on absence counts for nothing"},
    {"a.example.com",
     DNS_A,
     {"PLAN a.example.com. A 11.8.0.1", "dns:no.such.mailready-1767225600/A ['11.8.0.1']"},
     "11.8.0.1"},
    {"a.example.com", DNS_A, {"PLAN a.example.com. A 11.8.0.1", HAS_A_AT_ONE, IN_ZONE}, "11.8.0.1"},
};

static void answers_are_compared(void **state)
{
    (void)state;
    are_judged(answers, sizeof answers / sizeof *answers, ask_confirmed);
}

#define PTR_ZONE "dns:1.0.9.11.in-addr.arpa/SOA {'status': 'nodata', 'zone': '9.11.in-addr.arpa'}"
#define PTR_HERE "dns:1.0.9.11.in-addr.arpa/PTR ['b.lab']"
#define IS_OF_MAIL "example.com MX 0 a.example.com", "a.example.com A 11.9.0.1"

static const struct situation reverse_names[] = {
    {"11.9.0.1", DNS_PTR, {PTR_HERE, PTR_ZONE}, "b.lab"},
    {"11.9.0.1", DNS_PTR, {PTR_HERE, PTR_ZONE, IS_OF_MAIL}, "not here: nxdomain" LOCAL},
    {"11.9.0.1", DNS_PTR, {PTR_HERE, PTR_ZONE, IS_OF_MAIL, "1.0.9.11.in-addr.arpa PTR b.lab"}, "b.lab"},
    {"11.9.0.1", DNS_PTR, {PTR_HERE, PTR_ZONE, IS_OF_MAIL, "1.0.9.11.in-addr.arpa PTR c.lab"}, "not here: c.lab" LOCAL},
    {"11.9.0.1", DNS_PTR, {PTR_HERE, "dns:1.0.9.11.in-addr.arpa/SOA 'timeout'", IS_OF_MAIL}, "b.lab"},
    {"11.9.0.1", DNS_PTR, {PTR_ZONE, IS_OF_MAIL}, "nxdomain"},
    {"11.9.0.1", DNS_PTR, {"dns:1.0.9.11.in-addr.arpa/PTR 'timeout'", PTR_ZONE, IS_OF_MAIL}, TIMEOUT},
    {"11.9.0.1",
     DNS_PTR,
     {"dns:1.0.9.11.in-addr.arpa/PTR {'records': ['b.lab'], 'own': true}", PTR_ZONE, IS_OF_MAIL},
     "not here: nxdomain" LOCAL},
    {"11.9.0.1", DNS_PTR, {"PLAN 1.0.9.11.in-addr.arpa. PTR b.lab.", PTR_ZONE, IS_OF_MAIL}, "b.lab"},
};

static void reverse_names_are_compared(void **state)
{
    (void)state;
    are_judged(reverse_names, sizeof reverse_names / sizeof *reverse_names, ask_reverse);
}

static void count_records(struct run *run, void *arg)
{
    struct question *q = arg;
    struct confirmed c = need_confirmed(run, q->name, q->type);

    q->text = str_printf(run_arena(run), "%zu", c.answer ? c.answer->count : 0);
}

/* As many as an answer may have, and no more. */
static void records_together_are_bounded(void **state)
{
    static const struct {
        size_t first;
        const char *second;
        size_t all;
    } table[] = {
        {DNS_RECORDS_MAX - 1, "['12.0.0.1', '12.0.0.2']", DNS_RECORDS_MAX},
        {DNS_RECORDS_MAX - 2, "['12.0.0.1', '12.0.0.2']", DNS_RECORDS_MAX},
        {DNS_RECORDS_MAX - 2, "['11.9.0.0', '12.0.0.2']", DNS_RECORDS_MAX - 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        const char *list = "'11.9.0.0'";
        struct situation s = {.name = "a.example.com", .type = DNS_A};

        for (size_t n = 1; n < table[i].first; n++)
            list = str_printf(arena, "%s, '11.9.%zu.%zu'", list, n / 256, n % 256);
        s.lines[0] = str_printf(arena, "dns@11.0.0.1:a.example.com/A [%s]", list);
        s.lines[1] = str_printf(arena, "dns@11.0.0.2:a.example.com/A %s", table[i].second);
        s.text = str_printf(arena, "%zu", table[i].all);
        are_judged(&s, 1, count_records);
        arena_free(arena);
    }
}

/* The answer of the first that agrees is enough; and what is nearly always true is said while a wish is open. */
static void comparing_costs_little(void **state)
{
    static const struct {
        struct situation situation;
        void (*ask)(struct run *, void *);
        const char *second_server; /* a question to it */
        bool is_asked, is_early;
    } table[] = {
        {{"a.example.com", DNS_A, {OWN_A, "a.example.com A 11.8.0.1"}, ""},
         ask_confirmed,
         "dns@11.0.0.2:a.example.com/A",
         false,
         false},
        {{"a.example.com", DNS_A, {OWN_A, HAS_A_AT_ONE}, ""},
         ask_confirmed,
         "dns@11.0.0.2:a.example.com/A",
         true,
         false},
        {{"a.example.com", DNS_A, {"dns:a.example.com/A ['11.8.0.1']", HAS_A_AT_ONE, IN_ZONE}, ""},
         ask_confirmed,
         "dns@11.0.0.2:a.example.com/A",
         true,
         true},
        {{"11.9.0.1",
          DNS_PTR,
          {PTR_HERE, PTR_ZONE, IS_OF_MAIL, "dns@11.0.0.1:1.0.9.11.in-addr.arpa/PTR ['b.lab']"},
          ""},
         ask_reverse,
         "dns@11.0.0.2:1.0.9.11.in-addr.arpa/PTR",
         false,
         true},
        {{"11.9.0.1", DNS_PTR, {PTR_HERE, PTR_ZONE, IS_OF_MAIL}, ""},
         ask_reverse,
         "dns@11.0.0.2:1.0.9.11.in-addr.arpa/PTR",
         true,
         true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_with(table[i].situation.lines);
        struct question q = {.name = table[i].situation.name, .type = table[i].situation.type};
        struct zone_session s;

        zone_open(&s, zone, &target, 1);
        zone_run(&s, table[i].ask, &q);
        assert_int_equal(find_pinned_by_text(s.view.store, table[i].second_server, &s.view.waiter) != NULL,
                         table[i].is_asked);
        assert_int_equal(q.is_early, table[i].is_early);
        zone_close(&s);
        zone_free(zone);
    }
}

/* Only a denial that the resolver makes of itself costs questions to the zone. */
static const struct situation records[] = {
    {"a.example.com", DNS_A, {"dns@11.0.0.1:a.example.com/A ['11.9.0.1']"}, "nxdomain"},
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/A {'status': 'nodata', 'own': true}", "a.example.com A 11.9.0.1"},
     "11.9.0.1"},
    {"a.example.com", DNS_A, {"dns:a.example.com/A {'status': 'nodata', 'own': true}"}, "nxdomain"},
    {"a.example.com", DNS_A, {OWN_A}, "11.8.0.1"},
};

static void records_that_may_be_absent(void **state)
{
    (void)state;
    are_judged(records, sizeof records / sizeof *records, ask_record);
}

static const struct situation absences[] = {
    {"a.example.com", DNS_A, {NULL}, "confirmed"},
    {"a.example.com", DNS_A, {"a.example.com MX 0 b.lab"}, "confirmed"},
    {"a.example.com", DNS_A, {"dns@11.0.0.1:a.example.com/A ['11.9.0.1']"}, "disputed by 11.9.0.1"},
    {"a.example.com", DNS_A, {SILENT_1, SILENT_2, DENIED}, "undecided, timeout"},
};

static void absences_have_a_state(void **state)
{
    (void)state;
    are_judged(absences, sizeof absences / sizeof *absences, ask_absence);
}

#define HAS_AAAA_AT_ONE "dns@11.0.0.1:a.example.com/AAAA ['2600::1']"
#define DENIES_A_ITSELF "dns:a.example.com/A {'status': 'nodata', 'own': true}"
#define DENIES_AAAA_ITSELF "dns:a.example.com/AAAA {'status': 'nodata', 'own': true}"

static const struct situation hosts[] = {
    {"a.example.com", DNS_A, {NULL}, "nxdomain and nxdomain"},
    {"a.example.com", DNS_A, {HAS_A_AT_ONE, HAS_AAAA_AT_ONE}, "11.9.0.1 and 2600::1"},
    {"a.example.com", DNS_A, {"a.example.com A 11.9.0.1", HAS_AAAA_AT_ONE}, "11.9.0.1 and nodata"},
    {"a.example.com", DNS_A, {"a.example.com AAAA 2600::1", HAS_A_AT_ONE}, "nodata and 2600::1"},
    {"a.example.com", DNS_A, {"a.example.com A 11.9.0.1", DENIES_AAAA_ITSELF, HAS_AAAA_AT_ONE}, "11.9.0.1 and 2600::1"},
    {"a.example.com", DNS_A, {"a.example.com AAAA 2600::1", DENIES_A_ITSELF, HAS_A_AT_ONE}, "11.9.0.1 and 2600::1"},
    {"a.example.com", DNS_A, {"dns:a.example.com/A 'timeout'", HAS_AAAA_AT_ONE}, TIMEOUT " and nxdomain"},
    {"a.example.com", DNS_A, {"dns:a.example.com/AAAA 'timeout'", HAS_A_AT_ONE}, "nxdomain and " TIMEOUT},
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/A ['11.8.0.1']", IN_ZONE, HAS_A_AT_ONE},
     "not here: 11.9.0.1 and nxdomain"},
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/AAAA ['2600::8']", IN_ZONE, HAS_AAAA_AT_ONE},
     "nxdomain and not here: 2600::1"},
};

static void addresses_of_hosts(void **state)
{
    (void)state;
    are_judged(hosts, sizeof hosts / sizeof *hosts, ask_addresses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denials_are_confirmed),      cmocka_unit_test(answers_are_compared),
        cmocka_unit_test(reverse_names_are_compared), cmocka_unit_test(records_together_are_bounded),
        cmocka_unit_test(comparing_costs_little),     cmocka_unit_test(records_that_may_be_absent),
        cmocka_unit_test(absences_have_a_state),      cmocka_unit_test(addresses_of_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
