/* Do a zone's servers answer, and whose fault is it where they do not?  A table of what is lost where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/answering.h"
#include "core/derive/zone.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 24, SEEDS = 3 };

static const struct target target = {.domain = "example.com"};

static const char *const zones[] = {
    "example.com NS n1.lab", "example.com NS n2.lab",  "n1.lab A 11.0.0.1",
    "n2.lab A 11.0.0.2",     "example.com MX 0 a.lab", "example.com SOA n1.lab a.lab 1 2 3 4 5",
};

/* Two of seven are servers of the zone, too, and nothing to compare them with. */
static const char *const roots[] = {
    " NS r1.lab",
    " NS r2.lab",
    " NS r3.lab",
    " NS r4.lab",
    " NS r5.lab",
    " NS n1.lab",
    " NS n2.lab",
    "r1.lab A 11.53.0.1",
    "r2.lab A 11.53.0.2",
    "r3.lab A 11.53.0.3",
    "r4.lab A 11.53.0.4",
    "r5.lab A 11.53.0.5",
    "dns@11.0.0.1:/SOA#2 'timeout'",
    "dns@11.0.0.2:/SOA#2 'timeout'",
};

#define NO_ROOT "NO ROOT" /* as the first line */

static struct zone *zone_with(const char *const *lines)
{
    struct zone *zone = zone_new();
    bool has_roots = !*lines || strcmp(*lines, NO_ROOT) != 0;

    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        zone_add_line(zone, zones[i]);
    for (size_t i = 0; has_roots && i < sizeof roots / sizeof *roots; i++)
        zone_add_line(zone, roots[i]);
    for (size_t i = has_roots ? 0 : 1; i < LINES_MAX && lines[i]; i++)
        zone_add_line(zone, lines[i]);
    return zone;
}

static const char *trouble_text(struct arena *arena, const struct trouble *t)
{
    return t->reason ? str_printf(arena, "%s of %s: %s", reason_word(t->reason), side_word(t->side), t->why) : "";
}

static void ask(struct run *run, void *arg)
{
    static const char *const states[] = {"pending", "none", "all", "some", "mostly", "sometimes", "undecided"};
    static const struct question questions[] = {{"example.com", DNS_MX}, {"a.example.org", DNS_A}};
    struct zone_servers servers = need_zone_servers(run, "example.com");
    struct zone_answering z = need_zone_answering(run, "example.com", &servers, questions, 2);
    const char *trouble = trouble_text(run_arena(run), &z.trouble), **text = arg;

    *text = str_printf(run_arena(run), "%s: %zu of %zu, %zu unreached, %zu keys%s%s%s%s", states[z.state], z.answering,
                       z.servers, z.out_of_reach, z.key_count, z.text ? "; " : "", z.text ? z.text : "",
                       *trouble ? "; " : "", trouble);
}

#define TIMEOUT "timeout of network: no answer before the deadline"
#define SOA_1 "dns@11.0.0.1:example.com/SOA"
#define SOA_2 "dns@11.0.0.2:example.com/SOA"
#define SERVFAIL " {'status': 'unknown', 'reason': 'servfail', 'rcode': 2}"
#define ALL_LOST(soa)                                                                                                  \
    soa " 'timeout'", soa "#2 'timeout'", soa "#3 'timeout'", soa "#4 'timeout'", soa "#5 'timeout'", soa "#6 'timeout'"
#define SILENT(server)                                                                                                 \
    ALL_LOST("dns@" server ":example.com/SOA"), "dns@" server ":example.com/MX 'timeout'",                             \
        "dns@" server ":a.example.org/A 'timeout'"
#define ROOT_SILENT(server)                                                                                            \
    "dns@" server ":/SOA#2 'timeout'", "dns@" server ":/SOA#3 'timeout'", "dns@" server ":/SOA#4 'timeout'",           \
        "dns@" server ":/SOA#5 'timeout'", "dns@" server ":/SOA#6 'timeout'"

static const struct {
    const char *lines[LINES_MAX], *text;
} table[] = {
    {{NULL}, "all: 2 of 2, 0 unreached, 2 keys"},

    /* one question that was lost is asked again, DNS_SAMPLES times, with DNS_CONTROLS to root servers each */
    {{SOA_2 " 'timeout'"},
     "mostly: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n2.lab (11.0.0.2) 5 of 5 (no reply)"},
    {{SOA_2 " 'timeout'", SOA_2 "#3 'timeout'"},
     "sometimes: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply)"},
    {{SOA_2 " 'timeout'", SOA_2 "#6" SERVFAIL},
     "sometimes: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply, "
     "SERVFAIL)"},
    {{ALL_LOST(SOA_2)}, /* but its MX record */
     "sometimes: 2 of 2, 0 unreached, 27 keys; answered 0 of 5 questions: n2.lab (11.0.0.2) 0 of 5 (no reply)"},
    {{SILENT("11.0.0.2")},
     "some: 1 of 2, 0 unreached, 27 keys; answered 0 of 5 questions: n2.lab (11.0.0.2) 0 of 5 (no reply)"},
    {{SOA_2 " {'records': ['n1.lab a.lab 1 2 3 4 5'], 'tries': 2, 'setbacks': 1}"},
     "all: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n2.lab (11.0.0.2) 5 of 5"},
    {{"dns@11.0.0.2:example.com/MX {'records': ['0 a.lab'], 'tries': 2, 'setbacks': 1}", SOA_2 "#2 'timeout'"},
     "mostly: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply)"},
    {{SOA_1 " 'timeout'", SOA_2 " 'timeout'", "dns@11.0.0.2:example.com/MX 'timeout'"},
     "sometimes: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n1.lab (11.0.0.1) 3 of 3 (no reply); "
     "n2.lab (11.0.0.2) 2 of 2 (no reply)"},

    {{"dns@11.0.0.2:a.example.org/A {'records': ['11.9.0.1'], 'tries': 2, 'setbacks': 1}"},
     "all: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n2.lab (11.0.0.2) 5 of 5"},

    /* by the resolver: nobody knows at which server */
    {{"dns:example.com/MX {'records': ['0 a.lab'], 'tries': 2, 'setbacks': 1}", SOA_2 "#3 'timeout'"},
     "mostly: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n1.lab (11.0.0.1) 3 of 3; n2.lab (11.0.0.2) 1 "
     "of 2 (no reply)"},
    {{"dns:example.com/MX {'records': ['0 a.lab'], 'tries': 2, 'setbacks': 1}", SOA_2 " 'timeout'"},
     "mostly: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n2.lab (11.0.0.2) 5 of 5 (no reply)"},

    {{"dns:a.example.org/A {'records': ['11.9.0.1'], 'tries': 2, 'setbacks': 1}"},
     "all: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n1.lab (11.0.0.1) 3 of 3; n2.lab (11.0.0.2) 2 of "
     "2"},

    /* what is no loss: a server that does not know the zone, or refuses what is not in it */
    {{SOA_2 " 'nodata'", "dns@11.0.0.2:example.com/MX 'nodata'"},
     "some: 1 of 2, 0 unreached, 2 keys; n2.lab (11.0.0.2): does not know the zone"},
    {{SOA_2 " 'nodata'"}, "mostly: 2 of 2, 0 unreached, 2 keys; n2.lab (11.0.0.2): does not know the zone"},
    {{"dns@11.0.0.2:a.example.org/A {'status': 'unknown', 'reason': 'refused_by_resolver', 'rcode': 5}"},
     "all: 2 of 2, 0 unreached, 2 keys"},
    {{"dns@11.0.0.2:example.com/MX {'status': 'unknown', 'reason': 'refused_by_resolver', 'rcode': 5}"},
     "all: 2 of 2, 0 unreached, 27 keys; answered 5 of 5 questions: n2.lab (11.0.0.2) 5 of 5"},
    {{"dns@11.0.0.2:example.com/MX {'status': 'unknown', 'reason': 'refused_by_resolver', 'rcode': 5}",
      SOA_2 " {'status': 'unknown', 'reason': 'refused_by_resolver', 'rcode': 5}"},
     "some: 1 of 2, 0 unreached, 2 keys; n2.lab (11.0.0.2): REFUSED"},

    /* what we lose ourselves: unless every root server is heard, silence is nobody's fault */
    {{SOA_2 " 'timeout'", SOA_2 "#3 'timeout'", "dns@11.53.0.1:/SOA#2 'timeout'"},
     "undecided: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply); "
     "timeout of network: root servers answered 19 of 20, so it may be this machine's network that loses questions"},
    {{NO_ROOT, SOA_2 " 'timeout'", SOA_2 "#3 'timeout'"},
     "undecided: 2 of 2, 0 unreached, 7 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply); timeout "
     "of network: no root server could be asked to compare with"},
    {{NO_ROOT, SOA_2 SERVFAIL, SOA_2 "#3" SERVFAIL},
     "sometimes: 2 of 2, 0 unreached, 7 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (SERVFAIL)"},
    {{SOA_2 " 'timeout'", SOA_2 "#3 'timeout'", "dns@11.53.0.1:/SOA#2 'resources'"},
     "undecided: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply); "
     "resources of us: this machine ran out of memory or descriptors"},
    {{SOA_2 " 'timeout'", SOA_2 "#3 'resources'"},
     "undecided: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply); "
     "resources of us: this machine ran out of memory or descriptors"},

    {{SOA_2 " 'timeout'", SOA_2 "#3 'timeout'", "dns@11.53.0.5:/SOA#3 'timeout'"},
     "undecided: 2 of 2, 0 unreached, 27 keys; answered 4 of 5 questions: n2.lab (11.0.0.2) 4 of 5 (no reply); timeout "
     "of network: root servers answered 19 of 20, so it may be this machine's network that loses questions"},

    /* nobody answers: the network's fault, unless root servers are heard, or an error was */
    {{SILENT("11.0.0.1"), SILENT("11.0.0.2")},
     "none: 0 of 2, 0 unreached, 6 keys; n1.lab (11.0.0.1): no reply; n2.lab (11.0.0.2): no reply; timeout of target: "
     "no "
     "answer before the deadline"},
    {{NO_ROOT, SILENT("11.0.0.1"), SILENT("11.0.0.2")},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): no reply; n2.lab (11.0.0.2): no reply; " TIMEOUT},
    {{NO_ROOT, SILENT("11.0.0.1"), SOA_2 SERVFAIL, "dns@11.0.0.2:example.com/MX" SERVFAIL,
      "dns@11.0.0.2:a.example.org/A" SERVFAIL},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): no reply; n2.lab (11.0.0.2): SERVFAIL; servfail of target: "
     "the name servers answered with an error (SERVFAIL)"},
    {{NO_ROOT, SOA_1 SERVFAIL, "dns@11.0.0.1:example.com/MX" SERVFAIL, "dns@11.0.0.1:a.example.org/A" SERVFAIL,
      SILENT("11.0.0.2")},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): SERVFAIL; n2.lab (11.0.0.2): no reply; timeout of target: "
     "no answer before the deadline"},
    {{NO_ROOT, SOA_1 " 'resources'", "dns@11.0.0.1:example.com/MX 'resources'",
      "dns@11.0.0.1:a.example.org/A 'resources'", SOA_2 " 'resources'", "dns@11.0.0.2:example.com/MX 'resources'",
      "dns@11.0.0.2:a.example.org/A 'resources'"},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): no reply; n2.lab (11.0.0.2): no reply; resources of us: "
     "this "
     "machine ran out of memory or descriptors"},
    {{SOA_1 " 'nodata'", "dns@11.0.0.1:example.com/MX 'nodata'", SOA_2 " 'nxdomain'",
      "dns@11.0.0.2:example.com/MX 'nodata'"},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): does not know the zone; n2.lab (11.0.0.2): does not know "
     "the zone; protocol of target: the answer breaks the protocol"},

    {{SOA_1 " 'nodata'", "dns@11.0.0.1:example.com/MX 'nodata'", SOA_2 " 'nodata'",
      "dns@11.0.0.2:example.com/MX 'nodata'"},
     "none: 0 of 2, 0 unreached, 2 keys; n1.lab (11.0.0.1): does not know the zone; n2.lab (11.0.0.2): does not know "
     "the zone; protocol of target: the answer breaks the protocol"},
    {{NO_ROOT, " NS r1.lab", "r1.lab A 11.53.0.1", "dns@11.53.0.1:/SOA#2 'timeout'", SILENT("11.0.0.1"),
      SILENT("11.0.0.2")},
     "none: 0 of 2, 0 unreached, 3 keys; n1.lab (11.0.0.1): no reply; n2.lab (11.0.0.2): no reply; timeout of network: "
     "no answer before the deadline"},

    /* out of reach: nobody is heard by its protocol, and others of the zone are by the other */
    {{"vantage {}", "n2.lab AAAA 2600::2", "r1.lab AAAA 2600:53::1", SILENT("[2600::2]"), ROOT_SILENT("[2600:53::1]")},
     "all: 2 of 2, 1 unreached, 13 keys; timeout of network: root servers answered 0 of 5, so it may be this "
     "machine's network that loses questions"},
    {{"vantage {}", "n2.lab AAAA 2600::2", "r1.lab AAAA 2600:53::1", SILENT("[2600::2]")},
     "some: 2 of 3, 0 unreached, 13 keys; answered 0 of 5 questions: n2.lab (2600::2) 0 of 5 (no reply)"},
    {{"vantage {}", "n2.lab AAAA 2600::2", SILENT("[2600::2]")},
     "undecided: 2 of 3, 0 unreached, 8 keys; answered 0 of 5 questions: n2.lab (2600::2) 0 of 5 (no reply); timeout "
     "of "
     "network: no root server could be asked to compare with"},
    {{"vantage {}", "n2.lab AAAA 2600::2", "r1.lab AAAA 2600:53::1", "dns@[2600::2]:example.com/SOA" SERVFAIL,
      "dns@[2600::2]:example.com/MX 'timeout'", "dns@[2600::2]:a.example.org/A 'timeout'",
      "dns@[2600::2]:example.com/SOA#2 'timeout'", "dns@[2600::2]:example.com/SOA#3 'timeout'",
      "dns@[2600::2]:example.com/SOA#4 'timeout'", "dns@[2600::2]:example.com/SOA#5 'timeout'",
      "dns@[2600::2]:example.com/SOA#6 'timeout'", ROOT_SILENT("[2600:53::1]")},
     "undecided: 2 of 3, 0 unreached, 13 keys; answered 0 of 5 questions: n2.lab (2600::2) 0 of 5 (SERVFAIL, no "
     "reply); timeout of network: root servers answered 0 of 5, so it may be this machine's network that loses "
     "questions"},
    {{"vantage {}", "n2.lab AAAA 2600::2", "r1.lab AAAA 2600:53::1", "dns@[2600::2]:example.com/SOA 'nodata'",
      "dns@[2600::2]:example.com/MX 'timeout'", "dns@[2600::2]:a.example.org/A 'timeout'",
      "dns@[2600::2]:example.com/SOA#2 'timeout'", "dns@[2600::2]:example.com/SOA#3 'timeout'",
      "dns@[2600::2]:example.com/SOA#4 'timeout'", "dns@[2600::2]:example.com/SOA#5 'timeout'",
      "dns@[2600::2]:example.com/SOA#6 'timeout'", ROOT_SILENT("[2600:53::1]")},
     "undecided: 2 of 3, 0 unreached, 13 keys; answered 0 of 5 questions: n2.lab (2600::2) 0 of 5 (does not know the "
     "zone, no reply); timeout of network: root servers answered 0 of 5, so it may be this machine's network that "
     "loses questions"},
    {{"vantage {}", "n1.lab AAAA 2600::1", "r1.lab AAAA 2600:53::1", SILENT("11.0.0.1"), SILENT("[2600::1]"),
      ROOT_SILENT("[2600:53::1]")},
     "undecided: 1 of 2, 1 unreached, 22 keys; answered 0 of 5 questions: n1.lab (11.0.0.1) 0 of 3 (no reply); timeout "
     "of network: root servers answered 12 of 14, so it may be this machine's network that loses questions"},
    {{"vantage {}", "n2.lab AAAA 2600::2", "r1.lab AAAA 2600:53::1", SOA_1 " 'timeout'", SILENT("[2600::2]"),
      ROOT_SILENT("[2600:53::1]")},
     "undecided: 2 of 2, 1 unreached, 22 keys; answered 3 of 5 questions: n1.lab (11.0.0.1) 3 of 3 (no reply); timeout "
     "of network: root servers answered 12 of 14, so it may be this machine's network that loses questions"},
    {{NO_ROOT, " NS r1.lab", "r1.lab A 11.53.0.1", SILENT("11.0.0.2"), ROOT_SILENT("11.53.0.1")},
     "undecided: 1 of 2, 0 unreached, 12 keys; answered 0 of 5 questions: n2.lab (11.0.0.2) 0 of 5 (no reply); timeout "
     "of network: root servers answered 0 of 5, so it may be this machine's network that loses questions"},
};

static void zones_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_with(table[i].lines);

            zone_says(zone, &target, seed, ask, i, table[i].text);
        }
    }
}

struct explained {
    const char *name, *text;
    enum dns_type type;
};

static void ask_why(struct run *run, void *arg)
{
    struct explained *e = arg;
    const struct dns_answer *answer = need_dns(run, e->name, e->type);
    struct trouble trouble = {.reason = REASON_NONE};

    e->text = !answer                                                     ? "on its way"
              : need_explanation(run, e->name, e->type, answer, &trouble) ? trouble_text(run_arena(run), &trouble)
                                                                          : "pending";
}

#define IN_ZONE "dns:a.example.com/SOA {'status': 'nodata', 'zone': 'example.com'}"
#define LOST "dns:a.example.com/MX 'timeout'"

static const struct {
    const char *lines[LINES_MAX], *text;
} reasons[] = {
    {{"dns:a.example.com/MX 'resources'", IN_ZONE}, "resources of us: this machine ran out of memory or descriptors"},
    {{"dns:a.example.com/MX 'resources'", IN_ZONE, SOA_2 " 'timeout'", SOA_2 "#3 'timeout'"},
     "resources of us: this machine ran out of memory or descriptors"},
    {{LOST, IN_ZONE}, TIMEOUT},
    {{LOST, "dns:a.example.com/SOA 'timeout'"}, TIMEOUT},
    {{LOST, IN_ZONE, SOA_2 " 'timeout'"}, TIMEOUT},
    {{LOST, IN_ZONE, SOA_2 " 'timeout'", SOA_2 "#3 'timeout'"},
     "timeout of target: no answer before the deadline; the name servers of example.com answered 4 of 5 questions: "
     "n2.lab (11.0.0.2) 4 of 5 (no reply)"},
    {{LOST, IN_ZONE, SILENT("11.0.0.2"), "dns@11.0.0.2:a.example.com/MX 'timeout'"},
     "timeout of target: no answer before the deadline; the name servers of example.com answered 0 of 5 questions: "
     "n2.lab (11.0.0.2) 0 of 5 (no reply)"},
    {{LOST, IN_ZONE, SILENT("11.0.0.1"), "dns@11.0.0.1:a.example.com/MX 'timeout'", SOA_2 SERVFAIL,
      "dns@11.0.0.2:a.example.com/MX 'timeout'"},
     "timeout of target: no answer before the deadline"},
    {{NO_ROOT, LOST, IN_ZONE, SILENT("11.0.0.1"), "dns@11.0.0.1:a.example.com/MX 'timeout'", SILENT("11.0.0.2"),
      "dns@11.0.0.2:a.example.com/MX 'timeout'"},
     "timeout of network: no answer before the deadline"},
    {{NO_ROOT, LOST, IN_ZONE, SOA_2 " 'timeout'", SOA_2 "#3 'timeout'"},
     "timeout of network: no answer before the deadline; no root server could be asked to compare with"},
    {{LOST, IN_ZONE, SOA_2 " 'timeout'", SOA_2 "#3 'resources'"},
     "timeout of us: no answer before the deadline; this machine ran out of memory or descriptors"},
};

static void lost_answers_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_with(reasons[i].lines);
            struct explained e = {.name = "a.example.com", .type = DNS_MX};
            struct zone_session s;

            zone_open(&s, zone, &target, seed);
            zone_run(&s, ask_why, &e);
            if (strcmp(e.text, reasons[i].text) != 0)
                fail_msg("%zu: \"%s\", not \"%s\"", i, e.text, reasons[i].text);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_answer),
        cmocka_unit_test(lost_answers_are_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
