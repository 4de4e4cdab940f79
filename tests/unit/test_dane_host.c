/* Whose TLSA records count for a host, and whether they do: a table of zones.  (RFC 7672 2) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/dane.h"
#include "core/derive/run.h"
#include "core/facts/smtp_session.h"
#include "core/facts/tls_session.h"
#include "tests/unit/find_by_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 10, SEEDS = 4 };

/* The resolver validates: it says of the root that it has, and refuses what is bogus. */
static const char *const canaries[] = {"bogus.lab"};
static const struct target target = {
    .domain = "example.com", .smtp_port = 25, .bogus_canaries = canaries, .bogus_canary_count = 1};
static const char *const common[] = {
    "dns:/SOA {'records': ['a.lab b.lab 1 2 3 4 5'], 'security': 'secure'}",
    "dns:bogus.lab/A {'status': 'unknown', 'reason': 'dnssec_bogus'}",
};

static void ask(struct run *run, void *arg)
{
    static const char *const states[] = {"pending", "no host",  "no name",   "no records",
                                         "failed",  "insecure", "undecided", "secure"};
    const struct inventory *mail = need_inventory(run);
    const struct dane *dane;
    const char **text = arg;

    *text = "no inventory";
    if (!mail->host_count)
        return;
    dane = need_dane(run, &mail->hosts[0]);
    *text = str_printf(run_arena(run), "%s%s%s", states[dane->state], dane->tlsa ? " at " : "",
                       dane->tlsa ? dane->base : "");
    if (dane->count)
        *text = str_printf(run_arena(run), "%s, %zu of %zu count", *text, dane->usable, dane->count + dane->left_out);
    if (*dane->weak_spot)
        *text = str_printf(run_arena(run), "%s, for %s", *text, dane->weak_spot);
    if (dane->trouble.reason)
        *text = str_printf(run_arena(run), "%s, %s", *text, reason_word(dane->trouble.reason));
}

#define MX(security) "dns:example.com/MX {'records': ['10 mx.lab'], 'security': '" security "'}"
#define A(security) "dns:mx.lab/A {'records': ['11.0.0.1'], 'security': '" security "'}"
#define AAAA(security) "dns:mx.lab/AAAA {'records': ['2600::1'], 'security': '" security "'}"
#define ALIAS_A(security)                                                                                              \
    "dns:mx.lab/A {'records': ['11.0.0.1'], 'security': '" security "', 'chain': [['mx.lab', 'B.lab']]}"
#define ALIAS_AAAA(security)                                                                                           \
    "dns:mx.lab/AAAA {'records': ['2600::1'], 'security': '" security "', 'chain': [['mx.lab', 'b.lab']]}"
#define CNAME(security) "dns:mx.lab/CNAME {'records': ['b.lab'], 'security': '" security "'}"
#define DATA "3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TLSA(host, security) "dns:_25._tcp." host "/TLSA {'records': ['" DATA "'], 'security': '" security "'}"
#define NO_TLSA(host, rest) "dns:_25._tcp." host "/TLSA {'status': " rest "}"
#define NO_REASON "no_validating_resolver"
#define L63(c) c "12345678901234567890123456789012345678901234567890123456789012"
#define LONG L63("a") "." L63("b") "." L63("c") ".d12345678901234567890123456789012345678901234567890123"
#define FITS L63("a") "." L63("b") "." L63("c") ".d12345678901234567890123456789012345678901234567890"

static const struct {
    const char *lines[LINES_MAX], *text;
} table[] = {
    {{MX("secure"), A("secure"), TLSA("mx.lab", "secure")}, "secure at mx.lab, 1 of 1 count"},
    {{MX("secure"), A("secure"), AAAA("secure"), TLSA("mx.lab", "secure")}, "secure at mx.lab, 1 of 1 count"},

    /* the weakest of the three */
    {{MX("insecure"), A("secure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the MX records, " NO_REASON},
    {{MX("secure"), A("insecure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), A("secure"), AAAA("insecure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), AAAA("insecure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), A("secure"), TLSA("mx.lab", "insecure")},
     "insecure at mx.lab, 1 of 1 count, for the TLSA records, " NO_REASON},
    {{MX("undecided"), A("secure"), TLSA("mx.lab", "secure")},
     "undecided at mx.lab, 1 of 1 count, for the MX records, " NO_REASON},
    {{MX("undecided"), A("insecure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), A("secure"), TLSA("mx.lab", "bogus")},
     "undecided at mx.lab, 1 of 1 count, for the TLSA records, dnssec_bogus"},

    /* none, or no answer */
    {{MX("secure"), A("secure"), NO_TLSA("mx.lab", "'nodata'")}, "no records at mx.lab"},
    {{MX("secure"), A("secure"), NO_TLSA("mx.lab", "'nxdomain'")}, "no records at mx.lab"},
    {{MX("insecure"), A("secure"), NO_TLSA("mx.lab", "'nxdomain'")}, "no records at mx.lab"},
    {{MX("secure"), A("secure"), NO_TLSA("mx.lab", "'unknown', 'reason': 'timeout'")}, "failed at mx.lab, timeout"},
    {{MX("insecure"), A("secure"), NO_TLSA("mx.lab", "'unknown', 'reason': 'timeout'")},
     "insecure at mx.lab, for the MX records, " NO_REASON},
    {{MX("insecure"), A("secure"), NO_TLSA("mx.lab", "'unknown', 'reason': 'dnssec_bogus', 'security': 'bogus'")},
     "insecure at mx.lab, for the MX records, " NO_REASON},
    {{MX("undecided"), A("secure"), NO_TLSA("mx.lab", "'unknown', 'reason': 'timeout'")},
     "failed at mx.lab, for the MX records, timeout"},

    /* the host */
    {{MX("secure"), TLSA("mx.lab", "secure")}, "no host at mx.lab"},
    {{MX("secure"), "dns:mx.lab/A 'timeout'", TLSA("mx.lab", "secure")}, "no host at mx.lab, timeout"},
    {{MX("secure"), "dns:mx.lab/AAAA 'servfail'", TLSA("mx.lab", "secure")}, "no host at mx.lab, servfail"},
    {{MX("secure"), "dns:mx.lab/A 'timeout'", "dns:mx.lab/AAAA 'servfail'", TLSA("mx.lab", "secure")},
     "no host at mx.lab, timeout"},
    {{MX("secure"), "dns:mx.lab/A {'status': 'unknown', 'reason': 'protocol', 'chain_loops': true}"},
     "no host at mx.lab"},
    {{MX("secure"), "dns:mx.lab/AAAA {'status': 'unknown', 'reason': 'protocol', 'chain_loops': true}"},
     "no host at mx.lab"},
    {{MX("secure"), "dns:mx.lab/A 'timeout'", AAAA("secure"), TLSA("mx.lab", "secure")},
     "secure at mx.lab, 1 of 1 count"},
    {{MX("secure"), A("secure"), "dns:mx.lab/AAAA 'timeout'", TLSA("mx.lab", "secure")},
     "secure at mx.lab, 1 of 1 count"},
    {{"dns:example.com/MX {'records': ['10 11.0.0.1'], 'security': 'secure'}", TLSA("11.0.0.1", "secure")}, "no host"},
    {{"dns:example.com/MX {'records': ['10 a.invalid'], 'security': 'secure'}", TLSA("a.invalid", "secure")},
     "no host"},

    /* an alias: its end first, then its own name */
    {{MX("secure"), ALIAS_A("secure"), TLSA("mx.lab", "secure"), TLSA("b.lab", "secure")},
     "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), ALIAS_A("secure"), TLSA("mx.lab", "secure")}, "secure at mx.lab, 1 of 1 count"},
    {{MX("secure"), ALIAS_A("secure"), TLSA("b.lab", "secure")}, "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), ALIAS_A("secure"), TLSA("mx.lab", "secure"), NO_TLSA("b.lab", "'unknown', 'reason': 'timeout'")},
     "failed at b.lab, timeout"},
    {{MX("secure"), ALIAS_AAAA("secure"), TLSA("b.lab", "secure")}, "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), A("secure"), ALIAS_AAAA("secure"), TLSA("b.lab", "secure")}, "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), "dns:mx.lab/A {'status': 'unknown', 'reason': 'timeout', 'chain': [['mx.lab', 'c.lab']]}",
      ALIAS_AAAA("secure"), TLSA("b.lab", "secure")},
     "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), "dns:mx.lab/A {'records': ['11.0.0.1'], 'security': 'secure', 'chain': [['mx.lab', '11.0.0.9']]}",
      TLSA("mx.lab", "secure"), TLSA("11.0.0.9", "secure")},
     "secure at mx.lab, 1 of 1 count"},

    /* one that is signed itself, and leads where nothing is: RFC 7672 2.2.2 */
    {{MX("secure"), ALIAS_A("insecure"), CNAME("secure"), TLSA("mx.lab", "secure"), TLSA("b.lab", "secure")},
     "secure at mx.lab, 1 of 1 count"},
    {{MX("insecure"), ALIAS_A("insecure"), CNAME("secure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the MX records, " NO_REASON},
    {{MX("secure"), ALIAS_AAAA("insecure"), CNAME("secure"), TLSA("mx.lab", "secure")},
     "secure at mx.lab, 1 of 1 count"},
    {{MX("secure"), ALIAS_A("insecure"), CNAME("insecure"), TLSA("mx.lab", "secure"), TLSA("b.lab", "secure")},
     "insecure at b.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), ALIAS_A("insecure"), CNAME("undecided"), TLSA("mx.lab", "secure")},
     "undecided at mx.lab, 1 of 1 count, for the alias records of the host, " NO_REASON},
    {{MX("secure"), ALIAS_A("insecure"), "dns:mx.lab/CNAME 'timeout'", TLSA("mx.lab", "secure")},
     "undecided at mx.lab, 1 of 1 count, for the alias records of the host, timeout"},
    {{MX("secure"), ALIAS_A("insecure"), "dns:mx.lab/CNAME 'nodata'", TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), ALIAS_A("insecure"), CNAME("secure"), TLSA("b.lab", "secure")},
     "insecure at b.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), A("insecure"), CNAME("secure"), TLSA("mx.lab", "secure")},
     "insecure at mx.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},
    {{MX("secure"), ALIAS_A("undecided"), CNAME("secure"), TLSA("mx.lab", "secure"), TLSA("b.lab", "secure")},
     "undecided at b.lab, 1 of 1 count, for the addresses of the host, " NO_REASON},

    /* a name that leaves no room for "_25._tcp." */
    {{"dns:example.com/MX {'records': ['10 " LONG "'], 'security': 'secure'}", "dns:" LONG "/A ['11.0.0.1']"},
     "no name"},
    {{"dns:example.com/MX {'records': ['10 " FITS "'], 'security': 'secure'}", "dns:" FITS "/A ['11.0.0.1']"},
     "no records at " FITS},
    {{"dns:example.com/MX {'records': ['10 " LONG "'], 'security': 'secure'}",
      "dns:" LONG "/A {'records': ['11.0.0.1'], 'security': 'secure', 'chain': [['" LONG "', 'b.lab']]}",
      TLSA("b.lab", "secure")},
     "secure at b.lab, 1 of 1 count"},
    {{MX("secure"), "dns:mx.lab/A {'records': ['11.0.0.1'], 'security': 'secure', 'chain': [['mx.lab', '" LONG "']]}",
      NO_TLSA(LONG, "'unknown', 'reason': 'timeout'"), TLSA("mx.lab", "secure")},
     "secure at mx.lab, 1 of 1 count"},

    /* records that nobody uses */
    {{MX("secure"), A("secure"),
      "dns:_25._tcp.mx.lab/TLSA {'records': ['" DATA "', '1 1 1 00', '3 1 1 00'], 'security': 'secure'}"},
     "secure at mx.lab, 1 of 3 count"},
};

static void hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_new();

            for (size_t k = 0; k < sizeof common / sizeof *common; k++)
                zone_add_line(zone, common[k]);
            for (size_t k = 0; k < LINES_MAX && table[i].lines[k]; k++)
                zone_add_line(zone, table[i].lines[k]);
            zone_says(zone, &target, seed, ask, i, table[i].text);
        }
    }
}

static void count_records(struct run *run, void *arg)
{
    const struct inventory *mail = need_inventory(run);
    const struct dane *dane = mail->host_count ? need_dane(run, &mail->hosts[0]) : NULL;
    size_t *counts = arg;

    counts[0] = dane ? dane->count : 0;
    counts[1] = dane ? dane->left_out : 0;
}

static void records_are_bounded(void **state)
{
    (void)state;
    for (size_t more = 0; more < 3; more++) {
        struct zone *zone = zone_new();
        const char *list = "";
        struct zone_session s;
        size_t counts[2];

        for (size_t n = 0; n < DANE_RECORDS_MAX - 1 + more; n++)
            list = str_printf(zone->arena, "%s%s'3 1 1 %02zx'", list, *list ? ", " : "", n);
        for (size_t k = 0; k < sizeof common / sizeof *common; k++)
            zone_add_line(zone, common[k]);
        zone_add_line(zone, MX("secure"));
        zone_add_line(zone, A("secure"));
        zone_add_line(zone, str_printf(zone->arena, "dns:_25._tcp.mx.lab/TLSA [%s]", list));
        zone_open(&s, zone, &target, 0);
        zone_run(&s, count_records, counts);
        assert_int_equal(counts[0], more ? DANE_RECORDS_MAX : DANE_RECORDS_MAX - 1);
        assert_int_equal(counts[1], more ? more - 1 : 0);
        zone_close(&s);
        zone_free(zone);
    }
}

/* Where the host's own name leaves no room, nothing is asked for below it. */
static void a_name_that_is_too_long_is_not_asked_for(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    const char *text;

    (void)state;
    zone_add_line(zone, "dns:example.com/MX ['10 " LONG "']");
    zone_add_line(zone, "dns:" LONG "/A {'records': ['11.0.0.1'], 'chain': [['" LONG "', 'b.lab']]}");
    zone_open(&s, zone, &target, 0);
    zone_run(&s, ask, &text);
    assert_non_null(find_pinned_by_text(s.view.store, "dns:_25._tcp.b.lab/TLSA", &s.view.waiter));
    assert_null(find_pinned_by_text(s.view.store, "dns:_25._tcp." LONG "/TLSA", &s.view.waiter));
    zone_close(&s);
    zone_free(zone);
}

struct matched {
    struct dane dane;
    struct smtp_session session;
    const struct dane_match *match;
    bool was_pending;
};

static void ask_match(struct run *run, void *arg)
{
    struct matched *m = arg;

    m->match = need_dane_match(run, &m->dane, &m->session);
    m->was_pending |= !m->match;
}

/* A trial of a proposal takes what the audit has found, unless other records are proposed. */
static void matches_are_of_their_records(void **state)
{
    static const struct tls_session tls = {.established = true};
    static const struct dns_answer answers[2];
    static const struct dns_record record = {.type = DNS_TLSA, .tlsa = {.usage = 3, .selector = 1, .matching = 1}};
    static const struct dane_record one = {&record, TLSA_USABLE, "3 1 1"};
    struct matched m = {
        .dane = {.host = "a.lab", .base = "a.lab", .owner = "_25._tcp.a.lab", .tlsa = &answers[0]},
        .session = {.key = "smtp:11.0.0.1:25/mx.lab", .tls = &tls},
    };
    const struct dane_match *of_audit;
    struct zone *zone = zone_new();
    struct audit_view trial;
    struct zone_session s;
    struct run run;

    (void)state;
    zone_open(&s, zone, &target, 1);
    zone_run(&s, ask_match, &m);
    assert_true(m.was_pending);
    of_audit = m.match;
    assert_non_null(of_audit);
    assert_int_equal(of_audit->unmatched, 0);

    trial = (struct audit_view){
        .waiter = {.wake = zone_nobody_wakes}, .target = &target, .store = s.view.store, .base = &s.view};
    run = (struct run){.audit = &trial, .arena = s.run.arena};
    ask_match(&run, &m);
    assert_ptr_equal(m.match, of_audit);
    m.dane.tlsa = &answers[1];
    m.dane.records = &one;
    m.dane.count = 1;
    ask_match(&run, &m);
    assert_int_equal(m.match->unmatched, 1);
    assert_ptr_equal(m.match->tlsa, &answers[1]);
    derived_free_all(&trial);
    zone_close(&s);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(records_are_bounded),
        cmocka_unit_test(a_name_that_is_too_long_is_not_asked_for),
        cmocka_unit_test(matches_are_of_their_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
