/* Which DMARC policy holds for mail from a domain, by RFC 9989 and by RFC 7489: a table of zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/dmarc.h"
#include "tests/unit/find_by_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 6 };

/* "reject by sp at example.com", "nothing", "unknown"; and the organisation */
static const char *described_view(struct arena *arena, const struct dmarc_view *view)
{
    static const char *const tags[] = {"nothing", "p", "sp", "np"};
    const char *text = "nothing";

    if (view->source)
        text = str_printf(arena, "%s by %s at %s", view->policy ? dmarc_policy_word(view->policy) : "unsaid",
                          tags[view->from], view->source->name);
    return str_printf(arena, "%s%s of %s", view->trouble ? "unknown, " : "", text, view->org_domain);
}

static const char *described(struct arena *arena, const struct dmarc *d)
{
    const char *walk = described_view(arena, &d->walk), *legacy = described_view(arena, &d->legacy);

    return strcmp(walk, legacy) == 0 ? walk : str_printf(arena, "%s; before: %s", walk, legacy);
}

struct given {
    const char *domain, *zone[LINES_MAX];
    const char *policy;
};

static const struct given table[] = {
    /* the record of the From domain */
    {"example.com", {"_dmarc.example.com TXT v=DMARC1; p=reject"}, "reject by p at example.com of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=none; sp=reject; np=reject"},
     "none by p at example.com of example.com"},
    {"example.com", {"_dmarc.com TXT hello"}, "nothing of example.com"},
    {"example.com", {"_dmarc.example.com TXT v=spf1 -all"}, "nothing of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=none", "_dmarc.example.com TXT v=DMARC1; p=reject"},
     "nothing of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT hello", "_dmarc.example.com TXT v=DMARC1; p=reject"},
     "reject by p at example.com of example.com"},
    {"example.com", {"_dmarc.example.com BROKEN"}, "unknown, nothing of example.com"},

    /* what is wrong with p, RFC 9989 4.7 and 4.10.1, RFC 7489 6.6.3: only reports are wanted, or it is no record */
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=rejct; rua=mailto:a@example.com"},
     "none by nothing at example.com of example.com"},
    {"example.com", {"_dmarc.example.com TXT v=DMARC1; p=rejct"}, "unsaid by nothing at example.com of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; rua=mailto:a@example.com"},
     "none by nothing at example.com of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; sp=none"},
     "none by nothing at example.com of example.com; before: unsaid by nothing at example.com of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; sp=rejct"},
     "unsaid by nothing at example.com of example.com"},
    {"example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; np=rejct"},
     "unsaid by nothing at example.com of example.com; before: reject by p at example.com of example.com"},

    /* the record of the organisation */
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject", "a.example.com A 11.0.0.1"},
     "reject by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; sp=none", "a.example.com A 11.0.0.1"},
     "none by sp at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; np=none", "a.example.com A 11.0.0.1"},
     "reject by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; np=none"},
     "none by np at example.com of example.com; before: reject by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine; np=none"},
     "none by np at example.com of example.com; before: quarantine by sp at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject; np=none", "a.example.com BROKEN"},
     "unknown, reject by p at example.com of example.com; before: reject by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com TXT v=DMARC1; p=reject", "a.example.com BROKEN"},
     "reject by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.example.com BROKEN"},
     "unknown, nothing of a.example.com; before: unknown, nothing of example.com"},
    {"a.example.com",
     {"_dmarc.a.example.com TXT v=DMARC1; p=none", "_dmarc.example.com TXT v=DMARC1; p=reject"},
     "none by p at a.example.com of example.com"},
    {"a.example.com",
     {"_dmarc.a.example.com TXT v=DMARC1; p=none"},
     "none by p at a.example.com of a.example.com; before: none by p at a.example.com of example.com"},
    {"a.example.com",
     {"_dmarc.a.example.com TXT v=DMARC1; p=none", "_dmarc.a.example.com TXT v=DMARC1; p=none",
      "_dmarc.example.com TXT v=DMARC1; p=reject", "a.example.com A 11.0.0.1"},
     "reject by p at example.com of example.com; before: nothing of example.com"},

    /* one between them counts for RFC 9989 alone, where nothing is above it */
    {"a.b.example.com",
     {"_dmarc.b.example.com TXT v=DMARC1; p=reject"},
     "reject by p at b.example.com of b.example.com; before: nothing of example.com"},
    {"a.b.example.com",
     {"_dmarc.b.example.com TXT v=DMARC1; p=reject", "_dmarc.example.com TXT v=DMARC1; p=none"},
     "none by p at example.com of example.com"},
    {"a.b.example.com",
     {"_dmarc.b.example.com TXT v=DMARC1; p=reject; psd=n", "_dmarc.example.com TXT v=DMARC1; p=none"},
     "reject by p at b.example.com of b.example.com; before: none by p at example.com of example.com"},

    /* a public suffix with a policy: the name below it is the organisation */
    {"a.example.com",
     {"_dmarc.com TXT v=DMARC1; p=reject; psd=y"},
     "reject by p at com of example.com; before: nothing of example.com"},
    {"a.example.com",
     {"_dmarc.com TXT v=DMARC1; p=reject; psd=y", "_dmarc.example.com TXT v=DMARC1; p=none"},
     "none by p at example.com of example.com"},
    {"a.example.com",
     {"_dmarc.com TXT v=DMARC1; p=reject; sp=none; psd=y", "a.example.com A 11.0.0.1"},
     "none by sp at com of example.com; before: nothing of example.com"},
    {"com", {"_dmarc.com TXT v=DMARC1; p=reject; psd=y"}, "reject by p at com of com"},
    {"a.example.com",
     {"_dmarc.a.example.com TXT v=DMARC1; p=none; psd=n", "_dmarc.example.com BROKEN"},
     "none by p at a.example.com of a.example.com; before: none by p at a.example.com of example.com"},

    /* a name of eight labels goes on at its last seven, one of nine too: RFC 9989 4.10 */
    {"a.b.c.d.e.f.example.com",
     {"_dmarc.b.c.d.e.f.example.com TXT v=DMARC1; p=reject"},
     "reject by p at b.c.d.e.f.example.com of b.c.d.e.f.example.com; before: nothing of example.com"},
    {"a.b.c.d.e.f.g.example.com",
     {"_dmarc.b.c.d.e.f.g.example.com TXT v=DMARC1; p=reject"},
     "nothing of a.b.c.d.e.f.g.example.com; before: nothing of example.com"},
    {"a.b.c.d.e.f.g.example.com",
     {"_dmarc.c.d.e.f.g.example.com TXT v=DMARC1; p=reject"},
     "reject by p at c.d.e.f.g.example.com of c.d.e.f.g.example.com; before: nothing of example.com"},
};

struct asked {
    const char *domain;
    const struct dmarc *dmarc;
};

static void ask(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->dmarc = need_dmarc(run, a->domain);
}

static void policy_of_zones(void **state)
{
    static const struct target target = {.domain = "example.com"};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < 3; seed++) {
            struct asked a = {.domain = table[i].domain};
            struct zone *zone = zone_new();
            struct zone_session s;

            for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
                zone_add_line(zone, table[i].zone[k]);
            zone_open(&s, zone, &target, seed);
            zone_run(&s, ask, &a);
            assert_true(a.dmarc->complete);
            assert_string_equal(described(s.run.arena, a.dmarc), table[i].policy);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

/* The zone's own servers are asked only where no name has a record, as the last one may. */
static void whom_it_asks(void **state)
{
    static const struct target target = {.domain = "example.com"};
    static const char *const records[] = {"_dmarc.a.example.com", "_dmarc.example.com", "_dmarc.com"};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i <= sizeof records / sizeof *records; i++) {
        struct asked a = {.domain = "a.example.com"};
        struct zone *zone = zone_new();
        struct zone_session s;

        zone_add_line(zone, "com NS ns1.lab");
        zone_add_line(zone, "ns1.lab A 11.9.0.53");
        if (i < sizeof records / sizeof *records)
            zone_add_line(zone, str_printf(arena, "%s TXT v=DMARC1; p=none", records[i]));
        zone_open(&s, zone, &target, 0);
        zone_run(&s, ask, &a);
        assert_int_equal(find_by_text(s.view.store, "dns@11.9.0.53:_dmarc.example.com/TXT", NULL) != NULL,
                         i == sizeof records / sizeof *records);
        zone_close(&s);
        zone_free(zone);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(policy_of_zones), cmocka_unit_test(whom_it_asks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
