/* DMARC records: what is one, what its tags say, what is remarked on and where; the names of the walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/dmarc.h"
#include "core/records/dmarc_record.h"

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void tells_records_from_other_texts(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"v=DMARC1", true},
        {"v=DMARC1;p=none", true},
        {"v = DMARC1 ; p=none", true},
        {"V=DMARC1; P=none", true},
        {"v=DMARC1 p=none", false},
        {" v=DMARC1; p=none", false},
        {"v=dmarc1; p=none", false},
        {"v=DMARC10; p=none", false},
        {"v=DMARC2; p=none", false},
        {"p=none; v=DMARC1", false},
        {"v=spf1 -all", false},
        {"", false},
        {";", false},
        {"v", false},
        {"v=", false},
        {"DMARC1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (dmarc_is_record(str_of(cases[i].text)) != cases[i].is)
            fail_msg("%s", cases[i].text);
    }
}

/* "p=none sp=reject t psd=y s:dkim s:spf rua=[host] ...", then remarks as KIND@COLUMN. */
static const char *described(struct arena *arena, const struct dmarc_record *r)
{
    static const char *const psd[] = {"", " psd=y", " psd=n"};
    const char *text =
        str_printf(arena, "p=%s sp=%s np=%s%s%s%s%s%s", dmarc_policy_word(r->p), dmarc_policy_word(r->sp),
                   dmarc_policy_word(r->np), r->bad_policy ? " bad" : "", psd[r->psd], r->testing ? " t" : "",
                   r->strict_dkim ? " s:dkim" : "", r->strict_spf ? " s:spf" : "");

    for (size_t i = 0; i < r->rua_count; i++)
        text = str_printf(arena, "%s rua=%s@%s", text, str_text(arena, r->rua[i].text),
                          r->rua[i].host ? r->rua[i].host : "?");
    for (size_t i = 0; i < r->ruf_count; i++)
        text = str_printf(arena, "%s ruf=%s", text, r->ruf[i].host ? r->ruf[i].host : "?");
    for (size_t i = 0; i < r->remark_count; i++)
        text = str_printf(arena, "%s !%d@%zu", text, r->remarks[i].kind, taglist_column(&r->tags, r->remarks[i].span));
    return text;
}

static void reads_records(void **state)
{
    static const struct {
        const char *text, *expect;
    } cases[] = {
        {"v=DMARC1; p=none", "p=none sp=unsaid np=unsaid"},
        {"v=DMARC1; p=Reject; sp=QUARANTINE; np=none; ", "p=reject sp=quarantine np=none"},
        {"v=DMARC1; p=reject; t=y; psd=n; adkim=s; aspf=s", "p=reject sp=unsaid np=unsaid psd=n t s:dkim s:spf"},
        {"v=DMARC1; p=reject; t=n; psd=u; adkim=r; aspf=r; fo=1", "p=reject sp=unsaid np=unsaid"},
        {"v=DMARC1; p=reject; psd=y; fo=d:s", "p=reject sp=unsaid np=unsaid psd=y"},
        {"v=DMARC1; p=none; P=reject; x=y", "p=none sp=unsaid np=unsaid !1@19"},
        {"v=DMARC1; rua=mailto:a@b.example", "p=unsaid sp=unsaid np=unsaid rua=mailto:a@b.example@b.example !3@33"},
        {"v=DMARC1", "p=unsaid sp=unsaid np=unsaid !3@9"},
        {"v=DMARC1; sp=none; p=none", "p=none sp=none np=unsaid !4@20"},
        {"v=DMARC1; p=nonce", "p=unsaid sp=unsaid np=unsaid bad !2@13"},
        {"v=DMARC1; p=none; np=", "p=none sp=unsaid np=unsaid bad !2@22"},
        {"v=DMARC1; p=none; p=reject", "p=none sp=unsaid np=unsaid !1@19"},
        {"v=DMARC1; p=none; word; t=x; psd=x; adkim=x; aspf=; fo=2",
         "p=none sp=unsaid np=unsaid !0@19 !5@27 !5@34 !5@43 !5@51 !5@56"},
        {"v=DMARC1; p=none; pct=50; rf=afrf; ri=86400", "p=none sp=unsaid np=unsaid !10@23 !11@27 !11@36"},
        {"v=DMARC1; p=none; pct=5", "p=none sp=unsaid np=unsaid !10@23"},
        {"v=DMARC1; p=none; pct=1a", "p=none sp=unsaid np=unsaid !5@23"},
        {"v=DMARC1; p=none; pct=99", "p=none sp=unsaid np=unsaid !10@23"},
        {"v=DMARC1; p=none; pct=100", "p=none sp=unsaid np=unsaid !11@23"},
        {"v=DMARC1; p=none; pct=101", "p=none sp=unsaid np=unsaid !5@23"},
        {"v=DMARC1; p=none; pct=99999999999999999999", "p=none sp=unsaid np=unsaid !5@23"},
        {"v=DMARC1; p=none; pct=-1", "p=none sp=unsaid np=unsaid !5@23"},
        {"v=DMARC1; p=none; rua=mailto:a@B.example!10m,mailto:c@d.example",
         "p=none sp=unsaid np=unsaid rua=mailto:a@B.example@b.example "
         "rua=mailto:c@d.example@d.example !8@23"},
        {"v=DMARC1; p=none; rua=mailto:a@b.example1,mailto:c@d.link",
         "p=none sp=unsaid np=unsaid rua=mailto:a@b.example1@b.example1 rua=mailto:c@d.link@d.link"},
        {"v=DMARC1; p=none; rua=mailto:a@b.example!,mailto:c@d.example!m", "p=none sp=unsaid np=unsaid !6@23 !6@43"},
        {"v=DMARC1; p=none; rua=a@b.example", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=x*:a@b.example", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=1", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=k", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=!1", "p=none sp=unsaid np=unsaid !8@23 !6@23"},
        {"v=DMARC1; p=none; rua=https://h.example:", "p=none sp=unsaid np=unsaid rua=https://h.example:@h.example !7@23"},
        {"v=DMARC1; p=none; rua=mailto:b.example", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=mailto:", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=mailto://a@b.example", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=mailto:a@b", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=mailto:a!b@c.example", "p=none sp=unsaid np=unsaid !6@23"},
        {"v=DMARC1; p=none; rua=mailto:a@b.example,",
         "p=none sp=unsaid np=unsaid rua=mailto:a@b.example@b.example !6@42"},
        {"v=DMARC1; p=none; rua=mailto:a@b.example?subject=x@y",
         "p=none sp=unsaid np=unsaid rua=mailto:a@b.example?subject=x@y@b.example"},
        {"v=DMARC1; p=none; rua=https://u@h.example:8443/x,http://%/",
         "p=none sp=unsaid np=unsaid rua=https://u@h.example:8443/x@h.example "
         "rua=http://%/@? !7@23 !7@50"},
        {"v=DMARC1; p=none; ruf=mailto:a@b.example, MAILTO:c@d.example",
         "p=none sp=unsaid np=unsaid ruf=b.example ruf=d.example"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dmarc_record r;

        assert_true(dmarc_is_record(str_of(cases[i].text)));
        r = dmarc_record_parse(*state, str_of(cases[i].text));
        assert_string_equal(described(*state, &r), cases[i].expect);
    }
}

static void stops_at_the_limit_of_uris(void **state)
{
    const char *text = "v=DMARC1; p=none; rua=mailto:a@b.example";
    struct dmarc_record r;

    for (size_t i = 0; i < DMARC_URIS_MAX; i++)
        text = str_printf(*state, "%s,mailto:a%zu@b.example", text, i);
    r = dmarc_record_parse(*state, str_of(text));
    assert_int_equal(r.rua_count, DMARC_URIS_MAX);
    assert_int_equal(r.remark_count, 1);
    assert_int_equal(r.remarks[0].kind, DMARC_TOO_MANY_URIS);
}

static void weakens_by_one_step(void **state)
{
    (void)state;
    assert_int_equal(dmarc_policy_weakened(DMARC_REJECT), DMARC_QUARANTINE);
    assert_int_equal(dmarc_policy_weakened(DMARC_QUARANTINE), DMARC_NONE);
    assert_int_equal(dmarc_policy_weakened(DMARC_NONE), DMARC_NONE);
    for (int kind = 0; kind < DMARC_REMARK_COUNT; kind++)
        assert_true(strlen(dmarc_remark_text((enum dmarc_remark_kind)kind)) > 0);
}

/* RFC 9989 4.10: a name of eight labels and more goes on at its last seven. */
static void walks_at_most_eight_names(void **state)
{
    static const struct {
        const char *domain, *expect;
    } cases[] = {
        {"example.org", "example.org org"},
        {"a.b.c.d.e.f.org", "a.b.c.d.e.f.org b.c.d.e.f.org c.d.e.f.org d.e.f.org e.f.org f.org org"},
        {"a.b.c.d.e.f.g.org",
         "a.b.c.d.e.f.g.org b.c.d.e.f.g.org c.d.e.f.g.org d.e.f.g.org e.f.g.org f.g.org g.org org"},
        {"1.2.3.a.b.c.d.e.f.org",
         "1.2.3.a.b.c.d.e.f.org a.b.c.d.e.f.org b.c.d.e.f.org c.d.e.f.org d.e.f.org e.f.org f.org org"},
        {"org", "org"},
    };
    const char *names[DMARC_WALK_QUERIES], *deep = "org";

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = dmarc_walk_names(cases[i].domain, names);
        const char *text = names[0];

        for (size_t k = 1; k < count; k++)
            text = str_printf(*state, "%s %s", text, names[k]);
        assert_string_equal(text, cases[i].expect);
    }
    for (size_t i = 1; i < 120; i++)
        deep = name_join(*state, "x", deep);
    assert_int_equal(name_labels(deep), 120);
    assert_int_equal(dmarc_walk_names(deep, names), DMARC_WALK_QUERIES);
    assert_string_equal(names[1], "x.x.x.x.x.x.org");
    assert_string_equal(names[7], "org");
}

static void aligns(void **state)
{
    (void)state;
    assert_true(dmarc_is_aligned(true, "a.example", "a.example", "A.example", "a.example"));
    assert_false(dmarc_is_aligned(true, "a.example", "a.example", "b.a.example", "a.example"));
    assert_true(dmarc_is_aligned(false, "a.example", "a.example", "b.a.example", "a.example"));
    assert_false(dmarc_is_aligned(false, "a.example", "a.example", "b.example", "b.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_records_from_other_texts),
        cmocka_unit_test_setup_teardown(reads_records, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_at_the_limit_of_uris, setup, teardown),
        cmocka_unit_test(weakens_by_one_step),
        cmocka_unit_test_setup_teardown(walks_at_most_eight_names, setup, teardown),
        cmocka_unit_test(aligns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
