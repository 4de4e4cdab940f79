/* The names of a sender side by side: the whole matrix of checks.md section 6 as a table of audits, judged by the real
 * probes, and the verdict that comes of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "probes/probes.h"

enum { RECORDING_BYTES = 4 << 20, LINE_MAX_COLUMNS = 256, ROWS_MAX = 16 };

/* The sender is 11.0.0.9; its MX host, where it is one, is mx.good.lab. */
#define SENDER "{\"ip\": \"11.0.0.9\"}"
#define HELO(name) "{\"ip\": \"11.0.0.9\", \"helo\": \"" name "\"}"
#define PTR(names) "\"dns:9.0.0.11.in-addr.arpa/PTR\": " names ","
#define NO_PTR                                                                                                         \
    "\"dns:9.0.0.11.in-addr.arpa/PTR\": {\"status\": \"nxdomain\", \"zone\": \"0.0.11.in-addr.arpa\"},"                \
    "\"dns:0.0.11.in-addr.arpa/NS\": \"nxdomain\", \"dns:9.0.0.11.in-addr.arpa/PTR#2\": \"nxdomain\","
#define A(name, addresses)                                                                                             \
    "\"dns:" name "/A\": " addresses ", \"dns:" name "/AAAA\": \"nodata\", \"dns:" name "/MX\": \"nodata\","
#define NOWHERE(name)                                                                                                  \
    "\"dns:" name "/A\": \"nxdomain\", \"dns:" name "/AAAA\": \"nxdomain\", \"dns:" name "/MX\": \"nxdomain\","
/* Mail is received elsewhere.  (A null MX would do, but makes receivers refuse a sender.) */
#define NO_MX "\"dns:good.lab/MX\": [\"10 in.lab\"], \"dns:in.lab/A\": [\"11.0.0.5\"], \"dns:in.lab/AAAA\": \"nodata\","
#define MX                                                                                                             \
    "\"dns:good.lab/MX\": [\"10 mx.good.lab\"], \"dns:mx.good.lab/A\": [\"11.0.0.9\"], \"dns:mx.good.lab/AAAA\": "     \
    "\"nodata\","
#define SESSION(greeting, ehlo)                                                                                        \
    MX "\"smtp:11.0.0.9:25/mx.good.lab\": {\"greeting\": [\"220 " greeting " ESMTP\"], \"ehlo\": [\"250 " ehlo "\"]},"

/* "part state status leads [compared]": p, h, g, e, c for PTR, HELO, greeting,
 * EHLO and certificate, in capitals where they are the same. */
static const struct matrix {
    const char *about, *sender, *evidence;
    enum verdict verdict;
    const char *rows[ROWS_MAX];
} cases[] = {
    {"the state to aim for",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P", "greeting none skipped none", "ehlo none skipped none",
      "certificate none skipped none"}},
    {"two valid names",
     HELO("two.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]") A("two.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok h", "helo differs note ok p"}},
    {"HELO left over from another host",
     HELO("old.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]") A("old.good.lab", "[\"11.0.0.7\"]"),
     VERDICT_WARNINGS,
     {"ptr ok pass ok h", "helo differs warn differs p"}},
    {"HELO does not resolve",
     HELO("inner.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]") NOWHERE("inner.good.lab"),
     VERDICT_NOT_READY,
     {"ptr ok pass ok h", "helo broken fail broken p"}},
    {"one address record repairs everything: it points elsewhere",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.80\"]"),
     VERDICT_NOT_READY,
     {"ptr broken fail differs H", "helo differs warn differs P"}},
    {"one address record repairs everything: it is missing",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") NOWHERE("out.good.lab"),
     VERDICT_NOT_READY,
     {"ptr broken fail broken H", "helo broken fail broken P"}},
    {"the PTR is stale",
     HELO("out.good.lab"),
     NO_MX PTR("[\"old.good.lab\"]") NOWHERE("old.good.lab") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_NOT_READY,
     {"ptr broken fail broken h", "helo differs warn ok p"}},
    {"several PTRs, one unconfirmed",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\", \"old.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]") NOWHERE("old.good.lab"),
     VERDICT_WARNINGS,
     {"ptr ok pass ok H", "ptr broken warn broken h", "helo ok pass ok P"}},
    {"no PTR",
     HELO("out.good.lab"),
     NO_MX NO_PTR A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_NOT_READY,
     {"ptr broken fail none", "helo ok pass ok"}},
    {"no PTR, and the HELO is bad",
     HELO("out.good.lab"),
     NO_MX NO_PTR NOWHERE("out.good.lab"),
     VERDICT_NOT_READY,
     {"ptr broken fail none", "helo broken fail broken"}},
    {"the PTR cannot be looked up",
     HELO("out.good.lab"),
     NO_MX PTR("\"timeout\"") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_UNKNOWN,
     {"ptr unknown unknown none", "helo ok pass ok"}},
    {"the HELO cannot be looked up",
     HELO("two.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]")
         A("out.good.lab",
           "[\"11.0.0.9\"]") "\"dns:two.good.lab/A\": \"timeout\", \"dns:two.good.lab/AAAA\": \"timeout\",",
     VERDICT_UNKNOWN,
     {"ptr ok pass ok h", "helo unknown unknown unknown p"}},
    {"no HELO declared, and none to assume",
     SENDER,
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok", "helo none skipped none"}},
    {"not declared, the greeting is the PTR name",
     SENDER,
     SESSION("mx.good.lab", "mx.good.lab") PTR("[\"mx.good.lab\"]"),
     VERDICT_READY,
     {"ptr ok pass ok HGE", "helo? ok pass ok PE", "greeting ok pass ok PE", "ehlo ok pass none PHG"}},
    {"not declared, the greeting is another name",
     SENDER,
     SESSION("in.good.lab", "in.good.lab") PTR("[\"mx.good.lab\"]") A("in.good.lab", "[\"11.0.0.8\"]"),
     VERDICT_WARNINGS,
     {"ptr ok pass ok hge", "helo? differs warn differs pE", "greeting differs warn differs pE",
      "ehlo ok pass none pHG"}},
    {"the greeting is not the HELO: no fault",
     HELO("mx.good.lab"),
     SESSION("in.good.lab", "in.good.lab") PTR("[\"mx.good.lab\"]") A("in.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok Hge", "helo ok pass ok Pge", "greeting differs note ok phE", "ehlo ok pass none phG"}},
    {"the EHLO reply is not the greeting: a proxy",
     HELO("mx.good.lab"),
     SESSION("mx.good.lab", "proxy.good.lab") PTR("[\"mx.good.lab\"]"),
     VERDICT_READY,
     {"ptr ok pass ok HGe", "helo ok pass ok PGe", "greeting ok pass ok PHe", "ehlo differs note none phg"}},
    {"an address literal",
     HELO("[11.0.0.9]"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_WARNINGS,
     {"ptr ok pass ok h", "helo differs warn none p"}},
    {"an address literal of another address",
     HELO("[11.0.0.7]"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_NOT_READY,
     {"ptr ok pass ok h", "helo broken fail none p"}},
    {"a name without dots",
     HELO("localhost"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_NOT_READY,
     {"ptr ok pass ok h", "helo broken fail none p"}},
    {"letter case and a final dot are no difference",
     HELO("OUT.good.lab."),
     NO_MX PTR("[\"out.GOOD.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P"}},
    {"a masked greeting shows nothing",
     HELO("mx.good.lab"),
     SESSION("****************", "mx.good.lab") PTR("[\"mx.good.lab\"]"),
     VERDICT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P", "greeting unknown unknown none"}},
    {"a null MX on a domain that sends: receivers refuse",
     HELO("out.good.lab"),
     "\"dns:good.lab/MX\": [\"0 .\"]," PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_NOT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P"}},
    {"two hosts behind one address say the name of the PTR record in EHLO: it stands there once",
     SENDER,
     SESSION("a.good.lab", "out.good.lab")
         "\"smtp:11.0.0.9:25/mx.good.lab#2\": {\"greeting\": [\"220 b.good.lab ESMTP\"],"
         "\"ehlo\": [\"250 out.good.lab\"]},"
     PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]"),
     VERDICT_READY,
     {"ptr ok pass ok HgE", "helo? ok pass ok PE", "greeting differs unknown unknown pe",
      "greeting differs unknown unknown pe"}},
    {"SPF of the HELO name fails: bounces do",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]") A("out.good.lab", "[\"11.0.0.9\"]") "\"dns:out.good.lab/TXT\": [\"v=spf1 -all\"],",
     VERDICT_NOT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P", "greeting none skipped none", "ehlo none skipped none",
      "certificate none skipped none", "helo_spf broken fail none"}},
    {"SPF of the HELO name passes",
     HELO("out.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]")
         A("out.good.lab", "[\"11.0.0.9\"]") "\"dns:out.good.lab/TXT\": [\"v=spf1 ip4:11.0.0.9 -all\"],",
     VERDICT_READY,
     {"ptr ok pass ok H", "helo ok pass ok P", "greeting none skipped none", "ehlo none skipped none",
      "certificate none skipped none", "helo_spf ok pass none"}},
    {"only the other family",
     HELO("six.good.lab"),
     NO_MX PTR("[\"out.good.lab\"]")
         A("out.good.lab",
           "[\"11.0.0.9\"]") "\"dns:six.good.lab/A\": \"nodata\", \"dns:six.good.lab/AAAA\": [\"2a0b:bb80::9\"],",
     VERDICT_WARNINGS,
     {"ptr ok pass ok h", "helo differs warn differs p"}},
};

/* Where not all is asked for: what is not known then is no fault. */
static const struct {
    const char *check;
    struct matrix at;
} alone[] = {
    {"ptr.exists",
     {"a PTR record, and nothing else",
      HELO("two.good.lab"),
      SESSION("mx.good.lab", "mx.good.lab") PTR("[\"out.good.lab\"]"),
      VERDICT_READY,
      {"ptr unknown unknown unknown h", "helo none skipped none p", "greeting none skipped none"}}},
    {"banner.greeting",
     {"a greeting, and nothing else",
      SENDER,
      SESSION("mx.good.lab", "mx.good.lab"),
      VERDICT_UNKNOWN,
      {"ptr unknown unknown none", "helo? ok pass ok E", "greeting ok pass ok E", "ehlo ok pass none HG"}}},
    {"banner.greeting",
     {"a greeting and a PTR record, whose name nobody looks up",
      SENDER,
      SESSION("mx.good.lab", "mx.good.lab") PTR("[\"out.good.lab\"]"),
      VERDICT_UNKNOWN,
      {"ptr unknown unknown none hge"}}},
};

/* Of several senders the worst first, those that are equal as in the inventory. */
static const char several[] =
    "{\"ip\": \"11.0.0.1\"}, {\"ip\": \"11.0.0.2\"}, {\"ip\": \"11.0.0.3\"}, {\"ip\": \"11.0.0.4\"}, "
    "{\"ip\": \"11.0.0.5\"}, {\"ip\": \"11.0.0.6\"}";
static const char several_are[] =
    NO_MX "\"dns:1.0.0.11.in-addr.arpa/PTR\": [\"a.good.lab\"], \"dns:2.0.0.11.in-addr.arpa/PTR\": \"timeout\","
          "\"dns:3.0.0.11.in-addr.arpa/PTR\": [\"a.good.lab\", \"old.good.lab\"],"
          "\"dns:4.0.0.11.in-addr.arpa/PTR\": [\"a.good.lab\"], \"dns:5.0.0.11.in-addr.arpa/PTR\": \"timeout\","
          "\"dns:6.0.0.11.in-addr.arpa/PTR\": [\"old.good.lab\"],"
          A("a.good.lab", "[\"11.0.0.1\", \"11.0.0.3\", \"11.0.0.4\"]") NOWHERE("old.good.lab");
static const char in_order[] = "11.0.0.6 not_ready, 11.0.0.2 unknown, 11.0.0.5 unknown, 11.0.0.3 at_risk, "
                               "11.0.0.1 ready, 11.0.0.4 ready, ";

struct audit {
    struct arena *arena;
    const char *cards; /* "11.0.0.9 ready, " */
    char lines[ROWS_MAX][LINE_MAX_COLUMNS];
    size_t count;
    enum verdict verdict;
    bool done;
};

static void describe(char line[LINE_MAX_COLUMNS], const struct identity_name *row)
{
    static const char letters[PART_NAMES] = "phgec";
    char with[PART_NAMES + 1] = "";
    size_t count = 0;

    for (size_t part = 0; part < PART_NAMES; part++)
        if (row->with[part] != CELL_NONE)
            with[count++] = (char)(row->with[part] == CELL_OK ? letters[part] - 'a' + 'A' : letters[part]);
    snprintf(line, LINE_MAX_COLUMNS, "%s%s %s %s %s%s%s", identity_part_word(row->part), row->assumed ? "?" : "",
             cell_word(row->state), status_word(row->weight), cell_word(row->leads), count ? " " : "", with);
}

static void audited(void *arg, const struct result *result)
{
    struct audit *audit = arg;
    size_t count;
    const struct identity *all = identities_of(audit->arena, result, &count);

    audit->cards = "";
    for (size_t i = 0; i < count; i++)
        audit->cards = str_printf(audit->arena, "%s%s %s, ", audit->cards, all[i].sender->label,
                                  identity_verdict_word(all[i].verdict));
    audit->verdict = all[0].verdict;
    for (size_t i = 0; i < all[0].name_count; i++) {
        assert_true(all[0].names[i].says && *all[0].names[i].says);
        describe(audit->lines[audit->count++], &all[0].names[i]);
    }
    for (size_t i = 1; i < all[0].finding_count; i++)
        assert_true(all[0].findings[i - 1]->status >= all[0].findings[i]->status);
    audit->done = true;
}

/* only: the name of a check; NULL: all but SPF */
static void audit_case(struct audit *audit, const struct matrix *at, const char *only)
{
    const char *text = str_printf(
        audit->arena,
        "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"good.lab\", \"senders\": [%s]}, \"evidence\": {%s"
        "\"dns:good.lab/A\": \"nodata\"}}",
        at->sender, at->evidence);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = 60000, .helo = "audit.example.net"};
    struct loop *loop = loop_new();
    struct engine *engine;
    struct target target;
    bool selected[CHECK_COUNT];
    const char *why = "";
    struct recording *recording = recording_read(audit->arena, text, strlen(text), &why);

    if (!recording)
        fail_msg("%s: %s", at->about, why);
    config.replay = recording;
    target = *recording_target(recording);
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        selected[id] = only ? strcmp(check_of(id)->name, only) == 0
                            : strcmp(check_of(id)->group, "spf") != 0 &&
                                  (strcmp(check_of(id)->name, "helo.spf") != 0 || strstr(at->evidence, "v=spf1"));
    target.selected = selected;
    engine = engine_new(loop, &config, &why);
    assert_non_null(engine);
    assert_true(engine_audit(engine, &target, audited, audit));
    loop_run(loop);
    assert_true(audit->done);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
}

/* False, with what differs: the rows that are told, and the verdict. */
static bool is_as_told(const struct matrix *at, const char *only)
{
    struct audit audit = {.arena = arena_new(RECORDING_BYTES)};
    bool same;

    audit_case(&audit, at, only);
    same = audit.verdict == at->verdict;
    if (!same)
        print_error("%s: %s\n", at->about, identity_verdict_word(audit.verdict));
    for (size_t row = 0; row < ROWS_MAX && at->rows[row]; row++) {
        if (row < audit.count && strcmp(audit.lines[row], at->rows[row]) == 0)
            continue;
        print_error("%s:\n- %s\n+ %s\n", at->about, at->rows[row], row < audit.count ? audit.lines[row] : "");
        same = false;
    }
    arena_free(audit.arena);
    return same;
}

static void every_row_of_the_matrix(void **state)
{
    bool same = true;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same = is_as_told(&cases[i], NULL) && same;
    assert_true(same);
}

static void what_is_not_asked_for(void **state)
{
    bool same = true;

    (void)state;
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        same = is_as_told(&alone[i].at, alone[i].check) && same;
    assert_true(same);
}

static void the_worst_sender_comes_first(void **state)
{
    const struct matrix at = {.about = "several", .sender = several, .evidence = several_are};
    struct audit audit = {.arena = arena_new(RECORDING_BYTES)};

    (void)state;
    audit_case(&audit, &at, NULL);
    assert_string_equal(audit.cards, in_order);
    arena_free(audit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_matrix),
        cmocka_unit_test(what_is_not_asked_for),
        cmocka_unit_test(the_worst_sender_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
