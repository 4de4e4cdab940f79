/* For --wait: what the zone's servers say now, in place of what the resolver has kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/resolver.h"
#include "core/facts/record_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 6, SEEDS = 3 };

static const struct target target = {.domain = "example.com"};

static const char *const zones[] = {"example.com NS n1.lab", "example.com NS n2.lab", "n1.lab A 11.0.0.1",
                                    "n2.lab A 11.0.0.2"};

struct asked {
    const char *name;
    enum dns_type type;
    const char *wanted, *text;
};

/* What the zone's servers say has no security: nobody validated it. */
static void ask(struct run *run, void *arg)
{
    static const char *const statuses[] = {
        [DNS_OK] = "", [DNS_NODATA] = "nodata", [DNS_NXDOMAIN] = "nxdomain", [DNS_UNKNOWN] = "unknown"};
    struct asked *a = arg;
    const struct dns_answer *answer = need_dns_unvalidated(run, a->name, a->type);

    a->text = answer ? statuses[answer->status] : "pending";
    for (size_t i = 0; answer && i < answer->count; i++)
        a->text = str_printf(run_arena(run), "%s%s%s", a->text, i ? " " : "",
                             record_text(run_arena(run), &answer->records[i]));
    if (answer && answer->security == DNS_INSECURE)
        a->text = str_printf(run_arena(run), "%s, kept", a->text);
    if (answer && strcmp(a->text, a->wanted) != 0) /* on the way, too */
        fail_msg("\"%s\", not \"%s\"", a->text, a->wanted);
}

#define KEPT(records) "dns:a.example.com/A {'records': [" records "], 'security': 'insecure'}"
#define KEPT_STATUS(rest) "dns:a.example.com/A {'status': " rest ", 'security': 'insecure'}"
#define NOW_1 "dns@11.0.0.1:a.example.com/A "
#define NOW_2 "dns@11.0.0.2:a.example.com/A "

static const struct {
    const char *name;
    enum dns_type type;
    const char *lines[LINES_MAX], *text;
} table[] = {
    /* the same is the resolver's, which may have validated it */
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), "a.example.com A 11.9.0.1"}, "11.9.0.1, kept"},
    {"a.example.com",
     DNS_A,
     {KEPT("'11.9.0.1', '11.9.0.2'"), NOW_1 "['11.9.0.2', '11.9.0.1']"},
     "11.9.0.1 11.9.0.2, kept"},
    {"a.example.com", DNS_A, {KEPT_STATUS("'nodata'"), NOW_1 "'nodata'"}, "nodata, kept"},

    /* something else is the zone's */
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), "a.example.com A 11.9.0.2"}, "11.9.0.2"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1', '11.9.0.2'"), "a.example.com A 11.9.0.1"}, "11.9.0.1"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), NOW_1 "['11.9.0.1', '11.9.0.2']"}, "11.9.0.1 11.9.0.2"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1', '11.9.0.2'"), NOW_1 "['11.9.0.1', '11.9.0.3']"}, "11.9.0.1 11.9.0.3"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.2', '11.9.0.1'"), NOW_1 "['11.9.0.1', '11.9.0.3']"}, "11.9.0.1 11.9.0.3"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'")}, "nxdomain"},
    {"a.example.com", DNS_A, {KEPT_STATUS("'nxdomain'"), "a.example.com A 11.9.0.1"}, "11.9.0.1"},
    {"a.example.com", DNS_A, {KEPT_STATUS("'nodata'")}, "nxdomain"},

    /* of the first server that has an answer */
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), NOW_1 "['11.9.0.2']", NOW_2 "['11.9.0.3']"}, "11.9.0.2"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), NOW_1 "'timeout'", NOW_2 "['11.9.0.3']"}, "11.9.0.3"},
    {"a.example.com",
     DNS_A,
     {KEPT("'11.9.0.1'"), NOW_1 "{'records': ['11.9.0.2'], 'chain': [['a.example.com', 'b.lab']]}",
      NOW_2 "['11.9.0.3']"},
     "11.9.0.3"},
    {"a.example.com", DNS_A, {KEPT("'11.9.0.1'"), NOW_1 "'timeout'", NOW_2 "'timeout'"}, "11.9.0.1, kept"},

    /* not asked for at the zone */
    {"a.example.com",
     DNS_A,
     {KEPT_STATUS("'unknown', 'reason': 'timeout'"), "a.example.com A 11.9.0.1"},
     "unknown, kept"},
    {"a.example.com",
     DNS_A,
     {"dns:a.example.com/A {'records': ['11.9.0.1'], 'security': 'insecure', 'chain': [['a.example.com', 'b.lab']]}"},
     "11.9.0.1, kept"},
    {"a.example.com", DNS_NS, {"dns:a.example.com/NS {'records': ['b.lab'], 'security': 'insecure'}"}, "b.lab, kept"},
    {"a.example.com", DNS_SOA, {"dns:a.example.com/SOA {'status': 'nodata', 'security': 'insecure'}"}, "nodata, kept"},
    {"a.example.com", DNS_MX, {"dns:a.example.com/MX {'records': ['0 b.lab'], 'security': 'insecure'}"}, "nxdomain"},
    {"org", DNS_A, {"dns:org/A {'records': ['11.9.0.1'], 'security': 'insecure'}", "org NS n1.lab"}, "11.9.0.1, kept"},
    {"a.org", DNS_A, {"dns:a.org/A {'records': ['11.9.0.1'], 'security': 'insecure'}", "org NS n1.lab"}, "nxdomain"},
    {"a.org", DNS_A, {"dns:a.org/A {'records': ['11.9.0.1'], 'security': 'insecure'}", " NS n1.lab"}, "11.9.0.1, kept"},
    {"a.org", DNS_A, {"dns:a.org/A {'records': ['11.9.0.1'], 'security': 'insecure'}"}, "11.9.0.1, kept"},
};

static void zones_are_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct asked a = {table[i].name, table[i].type, table[i].text, ""};
            struct zone *zone = zone_new();
            struct zone_session s;

            for (size_t k = 0; k < sizeof zones / sizeof *zones; k++)
                zone_add_line(zone, zones[k]);
            for (size_t k = 0; k < LINES_MAX && table[i].lines[k]; k++)
                zone_add_line(zone, table[i].lines[k]);
            zone_open(&s, zone, &target, seed);
            s.view.asks_zones = true;
            zone_run(&s, ask, &a);
            if (strcmp(a.text, table[i].text) != 0)
                fail_msg("%zu: \"%s\", not \"%s\"", i, a.text, table[i].text);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
