/* What the resolver is worth, and what of its answers is believed for that.  (checks.md, section 16) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/dnssec.h"
#include "core/derive/resolver.h"
#include "core/facts/record_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 8, SEEDS = 3 };

static const char *const canaries[] = {"bogus1.lab", "bogus2.lab"};
static const struct target target = {.domain = "example.com", .bogus_canaries = canaries, .bogus_canary_count = 2};

struct asked {
    const char *name;
    enum dns_type type;
    const char *text;
};

struct situation {
    const char *lines[LINES_MAX], *text;
};

static void are_so(const struct situation *table, size_t count, void (*ask)(struct run *, void *), struct asked asked)
{
    for (size_t i = 0; i < count; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_new();
            struct zone_session s;

            for (size_t k = 0; k < LINES_MAX && table[i].lines[k]; k++)
                zone_add_line(zone, table[i].lines[k]);
            zone_open(&s, zone, &target, seed);
            zone_run(&s, ask, &asked);
            if (strcmp(asked.text, table[i].text) != 0)
                fail_msg("%zu: \"%s\", not \"%s\"", i, asked.text, table[i].text);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

/* ---- the tests ---- */

static void ask_instrument(struct run *run, void *arg)
{
    struct asked *a = arg;
    const struct instrument *in = need_instrument(run);

    a->text = str_printf(run_arena(run), "%s; %s%s%s, %zu keys", instrument_text(run_arena(run), in),
                         instrument_may_deny(in) ? "may deny" : "may not deny", in->bogus ? ", by " : "",
                         in->bogus ? in->bogus : "", in->key_count);
}

#define ROOT(rest) "dns:/SOA {'records': ['a.lab b.lab 1 2 3 4 5'], " rest "}"
#define SIGNED_ROOT ROOT("'security': 'secure'")
#define NO_ROOT(soa, ns, com) "dns:/SOA '" soa "'", "dns:/NS '" ns "'", "dns:com/NS '" com "'"
#define TLD "dns:no.such.mailready-1767225600/A "
#define BELOW_COM "dns:mailready-1767225600.com/A "
#define BOGUS "{'status': 'unknown', 'reason': 'dnssec_bogus'}"

static const struct situation instruments[] = {
    {{NULL}, "answers for the root, denies names that do not exist; may deny, 4 keys"},

    /* the root: one of three answers is enough */
    {{"dns:/SOA 'nxdomain'", "dns:/NS ['a.lab']"},
     "answers for the root, denies names that do not exist; may deny, 6 keys"},
    {{"dns:/SOA 'refused_by_resolver'", "dns:/NS 'timeout'", "dns:com/NS ['a.lab']"},
     "answers for the root, denies names that do not exist; may deny, 6 keys"},
    {{NO_ROOT("nxdomain", "timeout", "timeout")},
     "filters: denies even the root, denies names that do not exist; may not deny, 6 keys"},
    {{NO_ROOT("timeout", "nodata", "timeout")},
     "filters: denies even the root, denies names that do not exist; may not deny, 6 keys"},
    {{NO_ROOT("timeout", "timeout", "refused_by_resolver")},
     "filters: denies even the root, denies names that do not exist; may not deny, 6 keys"},
    {{NO_ROOT("timeout", "timeout", "servfail")},
     "no answer even for the root, denies names that do not exist; may not deny, 6 keys"},
    {{NO_ROOT("budget", "budget", "timeout")},
     "no answer even for the root, denies names that do not exist; may not deny, 4 keys"},
    {{NO_ROOT("timeout", "resources", "budget")},
     "no answer even for the root, denies names that do not exist; may not deny, 4 keys"},
    {{NO_ROOT("budget", "resources", "budget")}, "not tested, denies names that do not exist; may deny, 3 keys"},

    /* names that do not exist */
    {{TLD "['11.0.0.1']"}, "answers for the root, gives addresses to names that do not exist; may not deny, 4 keys"},
    {{BELOW_COM "['11.0.0.1']"},
     "answers for the root, gives addresses to names that do not exist; may not deny, 4 keys"},
    {{TLD "'timeout'"}, "answers for the root, denies names that do not exist; may deny, 4 keys"},
    {{BELOW_COM "'timeout'"}, "answers for the root, denies names that do not exist; may deny, 4 keys"},
    {{TLD "'timeout'", BELOW_COM "'nodata'"}, "answers for the root; may deny, 4 keys"},

    /* DNS64 */
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa']"},
     "answers for the root, denies names that do not exist, makes IPv6 addresses under 64:ff9b::/96 (DNS64); may deny, "
     "4 keys"},

    /* what is bogus, where the root is said to be validated */
    {{"dns:bogus1.lab/A " BOGUS}, "answers for the root, denies names that do not exist; may deny, 4 keys"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A " BOGUS},
     "answers for the root, denies names that do not exist, refuses bogus answers; may deny, by bogus1.lab, 5 keys"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A ['11.0.0.1']"},
     "answers for the root, denies names that do not exist, hands on bogus answers; may deny, by bogus1.lab, 5 keys"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A {'status': 'unknown', 'reason': 'dnssec_bogus', 'false_ad': true}"},
     "answers for the root, denies names that do not exist, marks even bogus answers as validated (AD); may deny, by "
     "bogus1.lab, 5 keys"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A 'timeout'", "dns:bogus2.lab/A " BOGUS},
     "answers for the root, denies names that do not exist, refuses bogus answers; may deny, by bogus2.lab, 6 keys"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A 'servfail'", "dns:bogus2.lab/A 'nxdomain'"},
     "answers for the root, denies names that do not exist; may deny, 6 keys"},
};

static void resolvers_are_tested(void **state)
{
    (void)state;
    are_so(instruments, sizeof instruments / sizeof *instruments, ask_instrument, (struct asked){.name = ""});
}

/* ---- answers ---- */

static void ask_answer(struct run *run, void *arg)
{
    static const char *const statuses[] = {
        [DNS_OK] = "", [DNS_NODATA] = "nodata", [DNS_NXDOMAIN] = "nxdomain", [DNS_UNKNOWN] = ""};
    struct asked *a = arg;
    const struct dns_answer *answer = need_dns_unvalidated(run, a->name, a->type);

    a->text = answer ? statuses[answer->status] : "pending";
    if (answer && answer->status == DNS_UNKNOWN)
        a->text = answer->trouble.why;
    for (size_t i = 0; answer && i < answer->count; i++)
        a->text = str_printf(run_arena(run), "%s%s%s", a->text, i ? " " : "",
                             record_text(run_arena(run), &answer->records[i]));
}

#define MAKES_UP "the resolver answers for names that do not exist, so its word on absence counts for nothing"

static const struct situation of_a[] = {
    {{"a.lab A 11.0.0.1"}, "11.0.0.1"},
    {{NULL}, "nxdomain"},
    {{"a.lab MX 0 b.lab"}, "nodata"},
    {{"dns:a.lab/A 'timeout'", NO_ROOT("nxdomain", "nxdomain", "nxdomain")}, "no answer before the deadline"},
    {{NO_ROOT("nxdomain", "nxdomain", "nxdomain")},
     "the resolver of this machine filters: it denies even the root and com., so what it calls absent may well exist"},
    {{NO_ROOT("timeout", "timeout", "timeout")},
     "the resolver of this machine does not work: it has no answer even for the root and com."},
    {{NO_ROOT("nxdomain", "nxdomain", "nxdomain"), "a.lab A 11.0.0.1"}, "11.0.0.1"},
    {{TLD "['11.0.0.8', '11.0.0.9']", "a.lab A 11.0.0.1"}, "11.0.0.1"},
    {{TLD "['11.0.0.8', '11.0.0.9']", "a.lab A 11.0.0.1", "a.lab A 11.0.0.9"}, MAKES_UP},
    {{TLD "['11.0.0.8', '11.0.0.9']", "a.lab A 11.0.0.8"}, MAKES_UP},
    {{TLD "['11.0.0.8', '11.0.0.9']"}, MAKES_UP},
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa']", "a.lab A 11.0.0.1"}, "11.0.0.1"},
};

static const struct situation of_aaaa[] = {
    {{"a.lab AAAA 2600::1"}, "2600::1"},
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa']", "a.lab AAAA 64:ff9b::1"}, "nodata"},
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa']", "a.lab AAAA 64:ff9b::1", "a.lab AAAA 2600::1"}, "2600::1"},
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa', '2600:1::c000:aa']", "a.lab AAAA 64:ff9b::1",
      "a.lab AAAA 2600:1::1"},
     "nodata"},
    {{"dns:ipv4only.arpa/AAAA ['64:ff9b::c000:aa']", "a.lab AAAA 2600::1", "a.lab AAAA 2600::2"}, "2600::1 2600::2"},
};

static const struct situation of_mx[] = {
    {{TLD "['11.0.0.8']", "a.lab MX 0 b.lab"}, "0 b.lab"},
};

static void answers_are_believed(void **state)
{
    (void)state;
    are_so(of_a, sizeof of_a / sizeof *of_a, ask_answer, (struct asked){.name = "a.lab", .type = DNS_A});
    are_so(of_aaaa, sizeof of_aaaa / sizeof *of_aaaa, ask_answer, (struct asked){.name = "a.lab", .type = DNS_AAAA});
    are_so(of_mx, sizeof of_mx / sizeof *of_mx, ask_answer, (struct asked){.name = "a.lab", .type = DNS_MX});
}

/* Addresses alone are compared with what a translator makes, and nothing else waits for that. */
struct early {
    enum dns_type type;
    bool is_early, is_same;
};

static void ask_early(struct run *run, void *arg)
{
    struct early *e = arg;
    const struct dns_answer *answer = need_dns_unvalidated(run, "a.lab", e->type);

    e->is_early |= answer && need_instrument(run)->dns64_pending;
    e->is_same = answer == need_dns_unjudged(run, "a.lab", e->type);
}

static void little_waits(void **state)
{
    static const struct {
        const char *line;
        enum dns_type type;
        bool is_early;
    } rows[] = {
        {"a.lab A 11.0.0.1", DNS_A, true},           {"a.lab MX 0 b.lab", DNS_MX, true},
        {"a.lab AAAA 2600::1", DNS_AAAA, false},     {"dns:a.lab/AAAA 'timeout'", DNS_AAAA, true},
        {"dns:a.lab/AAAA 'nodata'", DNS_AAAA, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct early e = {.type = rows[i].type};

        for (uint64_t seed = 1; seed < 30; seed++) {
            struct zone *zone = zone_new();
            struct zone_session s;

            zone_add_line(zone, rows[i].line);
            zone_open(&s, zone, &target, seed);
            zone_run(&s, ask_early, &e);
            assert_true(e.is_same);
            zone_close(&s);
            zone_free(zone);
        }
        assert_int_equal(e.is_early, rows[i].is_early);
    }
}

static void count_keys(struct run *run, void *arg)
{
    *(size_t *)arg = need_instrument(run)->key_count;
}

/* However many names are bogus and not answered. */
static void keys_are_bounded(void **state)
{
    enum { OTHERS = 4, MOST = INSTRUMENT_KEYS_MAX - OTHERS };

    (void)state;
    for (size_t more = 0; more < 3; more++) {
        struct zone *zone = zone_new();
        const char *names[MOST + 2];
        const struct target many = {
            .domain = "example.com", .bogus_canaries = names, .bogus_canary_count = MOST - 1 + more};
        struct zone_session s;
        size_t keys = 0;

        for (size_t i = 0; i < MOST + 2; i++)
            names[i] = str_printf(zone->arena, "bogus%zu.lab", i);
        zone_add_line(zone, SIGNED_ROOT);
        zone_open(&s, zone, &many, 0);
        zone_run(&s, count_keys, &keys);
        assert_int_equal(keys, more ? INSTRUMENT_KEYS_MAX : INSTRUMENT_KEYS_MAX - 1);
        zone_close(&s);
        zone_free(zone);
    }
}

/* ---- AD ---- */

static void ask_security(struct run *run, void *arg)
{
    static const char *const words[] = {
        [DNS_UNDECIDED] = "undecided", [DNS_INSECURE] = "insecure", [DNS_SECURE] = "secure", [DNS_BOGUS] = "bogus"};
    struct asked *a = arg;
    const struct dns_answer *answer = need_dns_unjudged(run, a->name, a->type);
    bool pending = false;
    enum dns_security security;

    a->text = "on its way";
    if (!answer)
        return;
    security = need_security(run, answer, &pending);
    a->text = str_printf(run_arena(run), "%s%s%s", pending ? "pending, " : "", words[security],
                         security_is_by_chain(run, answer) ? ", unless we see more" : "");
}

#define SAID(rest) "dns:a.lab/A {'records': ['11.0.0.1'], 'security': " rest "}"
#define SHOWN SIGNED_ROOT, "dns:bogus1.lab/A " BOGUS

static const struct situation securities[] = {
    /* not tested: the root is said to be validated, and no stub says so */
    {{SIGNED_ROOT, SAID("'secure'")}, "secure, unless we see more"},
    {{SIGNED_ROOT, SAID("'insecure'")}, "insecure, unless we see more"},
    {{SIGNED_ROOT, SAID("'undecided'")}, "undecided, unless we see more"},
    {{SIGNED_ROOT, SAID("'bogus'")}, "bogus"},
    {{ROOT("'security': 'insecure'"), SAID("'secure'")}, "undecided, unless we see more"},
    {{ROOT("'security': 'insecure'"), SAID("'insecure'")}, "undecided, unless we see more"},
    {{"dns:/SOA 'timeout'", "dns:/NS ['a.lab']", SAID("'secure'")}, "undecided, unless we see more"},
    {{SIGNED_ROOT, SAID("'secure', 'server': '127.0.0.53'")}, "undecided, unless we see more"},
    {{SIGNED_ROOT, SAID("'secure', 'server': '127.0.0.54'")}, "undecided, unless we see more"},
    {{SIGNED_ROOT, SAID("'secure', 'server': '127.0.0.11'")}, "undecided, unless we see more"},
    {{SIGNED_ROOT, SAID("'secure', 'server': '127.0.0.1'")}, "secure, unless we see more"},

    /* tested */
    {{SHOWN, SAID("'secure'")}, "secure"},
    {{SHOWN, SAID("'insecure'")}, "insecure"},
    {{SHOWN, SAID("'undecided'")}, "undecided, unless we see more"},
    {{SHOWN, SAID("'secure', 'server': '127.0.0.53'")}, "secure"},
    {{SIGNED_ROOT, "dns:bogus1.lab/A ['11.0.0.1']", SAID("'secure'")}, "undecided, unless we see more"},

    /* of itself, and without the signatures that it hands on elsewhere */
    {{SHOWN, SAID("'secure', 'own': true")}, "undecided, unless we see more"},
    {{ROOT("'security': 'secure', 'algorithms': [8]"), SAID("'secure', 'edns': true")},
     "undecided, unless we see more"},
    {{ROOT("'security': 'secure', 'algorithms': [8]"), SAID("'secure', 'edns': false")}, "secure, unless we see more"},
    {{ROOT("'security': 'secure', 'algorithms': [8]"), SAID("'insecure', 'edns': true")},
     "insecure, unless we see more"},
    {{ROOT("'security': 'secure', 'algorithms': [8]"), SAID("'secure', 'edns': true, 'algorithms': [13]")},
     "secure, unless we see more"},
    {{ROOT("'security': 'secure', 'algorithms': [8]"),
      "dns:a.lab/A {'status': 'nodata', 'security': 'secure', 'edns': true}"},
     "secure, unless we see more"},
    {{SIGNED_ROOT, SAID("'secure', 'edns': true")}, "secure, unless we see more"},
};

static void ad_is_believed(void **state)
{
    (void)state;
    are_so(securities, sizeof securities / sizeof *securities, ask_security,
           (struct asked){.name = "a.lab", .type = DNS_A});
}

/* What is no answer of the DNS has no signatures to look at. */
static void ask_security_of_others(struct run *run, void *arg)
{
    static const char *const keys[] = {"now", "smtp:11.0.0.1:25/mx.lab", "no key"};
    bool pending = false;

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct dns_answer other = {
            .key = keys[i], .status = DNS_NODATA, .security = DNS_SECURE, .server = "127.0.0.1"};

        *(enum dns_security *)arg = need_security(run, &other, &pending);
        assert_null(need_chain_of(run, &other));
    }
}

static void others_have_no_chain(void **state)
{
    enum dns_security security;
    struct zone *zone = zone_new();
    struct zone_session s;

    (void)state;
    zone_add_line(zone, SIGNED_ROOT);
    zone_open(&s, zone, &target, 0);
    zone_run(&s, ask_security_of_others, &security);
    assert_int_equal(security, DNS_SECURE);
    zone_close(&s);
    zone_free(zone);
}

/* What validates may be asked in our place: its AD comes over loopback, it was seen to refuse, and it may deny. */
static void validating_instruments(void **state)
{
    static const struct {
        bool trusts_ad;
        enum instrument_validation validation;
        enum instrument_root root;
        bool validates;
    } rows[] = {
        {true, VALIDATION_SHOWN, ROOT_ANSWERED, true},     {false, VALIDATION_SHOWN, ROOT_ANSWERED, false},
        {true, VALIDATION_UNTESTED, ROOT_ANSWERED, false}, {true, VALIDATION_MISSING, ROOT_ANSWERED, false},
        {true, VALIDATION_SHOWN, ROOT_FILTERED, false},    {true, VALIDATION_SHOWN, ROOT_SILENT, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct instrument in = {.validation = rows[i].validation, .root = rows[i].root};
        const struct vantage here = {.trusts_ad = rows[i].trusts_ad};

        assert_int_equal(instrument_validates(&in, &here), rows[i].validates);
    }
}

/* ---- signatures ---- */

static void weaker_of_two(void **state)
{
    static const enum dns_security weakest_first[] = {DNS_BOGUS, DNS_INSECURE, DNS_UNDECIDED, DNS_SECURE};

    (void)state;
    for (size_t a = 0; a < 4; a++)
        for (size_t b = 0; b < 4; b++)
            assert_int_equal(security_of_both(weakest_first[a], weakest_first[b]), weakest_first[a < b ? a : b]);
}

static void algorithms_of_signatures(void **state)
{
    static const struct {
        uint8_t algorithms[3];
        size_t count;
        enum dnssec_signatures signatures;
        const char *text;
    } rows[] = {
        {{0}, 0, DNSSEC_NONE_SEEN, ""},
        {{8}, 1, DNSSEC_CURRENT, "RSASHA256 (8)"},
        {{5}, 1, DNSSEC_RETIRED, "RSASHA1 (5)"},
        {{5, 7}, 2, DNSSEC_RETIRED, "RSASHA1 (5), RSASHA1-NSEC3-SHA1 (7)"},
        {{7, 13}, 2, DNSSEC_RETIRED_TOO, "RSASHA1-NSEC3-SHA1 (7), ECDSAP256SHA256 (13)"},
        {{13, 16, 17}, 3, DNSSEC_CURRENT, "ECDSAP256SHA256 (13), ED448 (16), algorithm (17)"},
        {{2, 255}, 2, DNSSEC_CURRENT, "algorithm (2), algorithm (255)"},
        {{1, 3, 12}, 3, DNSSEC_RETIRED, "RSAMD5 (1), DSA (3), ECC-GOST (12)"},
    };
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct dns_answer answer = {.algorithms = rows[i].algorithms, .algorithm_count = rows[i].count};

        assert_int_equal(dnssec_signatures(&answer), rows[i].signatures);
        assert_string_equal(dnssec_algorithms_text(arena, &answer), rows[i].text);
    }
    arena_free(arena);
}

/* ---- why nothing is validated ---- */

static void ask_why(struct run *run, void *arg)
{
    struct asked *a = arg;
    const struct dns_answer *answers[] = {NULL, need_dns_unjudged(run, a->name, a->type)};

    a->text = need_unvalidated(run, answers, 2).why;
}

static const struct situation whys[] = {
    {{"a.lab A 11.0.0.1"}, "the resolver does not validate DNSSEC, or is not trusted to"},
    {{"a.lab A 11.0.0.1", NO_ROOT("nxdomain", "nxdomain", "nxdomain")},
     "the resolver of this machine filters: it denies even the root and com., so what it calls absent may well exist"},
    {{"a.lab A 11.0.0.1", "dnssec:a.lab/A {'reason': 'timeout'}"}, "no answer before the deadline"},
    {{"a.lab A 11.0.0.1", "dnssec:a.lab/A {'reason': 'timeout'}", NO_ROOT("nxdomain", "nxdomain", "nxdomain")},
     "no answer before the deadline"},
    {{SHOWN, SAID("'secure'"), "dnssec:a.lab/A {'reason': 'timeout'}"},
     "the resolver does not validate DNSSEC, or is not trusted to"},
};

static void unvalidated_answers_are_explained(void **state)
{
    (void)state;
    are_so(whys, sizeof whys / sizeof *whys, ask_why, (struct asked){.name = "a.lab", .type = DNS_A});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolvers_are_tested),
        cmocka_unit_test(answers_are_believed),
        cmocka_unit_test(little_waits),
        cmocka_unit_test(keys_are_bounded),
        cmocka_unit_test(ad_is_believed),
        cmocka_unit_test(others_have_no_chain),
        cmocka_unit_test(validating_instruments),
        cmocka_unit_test(weaker_of_two),
        cmocka_unit_test(algorithms_of_signatures),
        cmocka_unit_test(unvalidated_answers_are_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
