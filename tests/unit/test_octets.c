/* Which octets may stand where in the records: every octet at
 * one place of a sound text, against a list of those allowed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/dmarc_record.h"
#include "core/records/spf_macro.h"
#include "core/records/sts_policy.h"
#include "core/records/sts_record.h"
#include "core/records/taglist.h"
#include "core/records/tlsrpt.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ALPHANUMERIC LETTERS DIGITS
#define BLANKS " \t"
#define VISIBLE ALPHANUMERIC "!\"#$%&'()*+,-./:<>?@[\\]^_`{|}~" /* printable ASCII but for blank, "=" and ";" */

enum { OCTETS = 256, TEXT_MAX = 256, PLACEHOLDER = '\x01' };

typedef bool sound(struct arena *, struct str text);

static bool sts_record(struct arena *arena, struct str text)
{
    struct sts_record record;
    const char *why;

    (void)arena;
    return sts_record_parse(text, &record, &why);
}

static bool sts_policy(struct arena *arena, struct str text)
{
    struct sts_policy policy;
    const char *why;

    return sts_policy_parse(arena, text, &policy, &why);
}

static bool tlsrpt(struct arena *arena, struct str text)
{
    struct tlsrpt_record record;
    const char *why;

    (void)arena;
    return tlsrpt_parse(text, &record, &why);
}

static bool taglist(struct arena *arena, struct str text)
{
    return taglist_parse(arena, text).fault_count == 0;
}

/* One report address, and no remark but that its scheme is unusual. */
static bool dmarc_uri(struct arena *arena, struct str text)
{
    struct dmarc_record record = dmarc_record_parse(arena, text);

    for (size_t i = 0; i < record.remark_count; i++)
        if (record.remarks[i].kind != DMARC_UNUSUAL_URI)
            return false;
    return record.rua_count == 1 && record.tags.fault_count == 0;
}

static bool has_remark(const struct dmarc_record *record, enum dmarc_remark_kind kind)
{
    for (size_t i = 0; i < record->remark_count; i++)
        if (record->remarks[i].kind == kind)
            return true;
    return false;
}

static bool dmarc_pct(struct arena *arena, struct str text)
{
    struct dmarc_record record = dmarc_record_parse(arena, text);

    return !has_remark(&record, DMARC_BAD_VALUE) && record.tags.fault_count == 0;
}

static bool dmarc_size(struct arena *arena, struct str text)
{
    struct dmarc_record record = dmarc_record_parse(arena, text);

    return has_remark(&record, DMARC_URI_SIZE) && record.rua_count == 1 && record.tags.fault_count == 0;
}

static bool spf_domain_spec(struct arena *arena, struct str text)
{
    const char *why;
    size_t at;

    (void)arena;
    return spf_domain_spec_check(text, &at, &why);
}

#define STS_POLICY(mx, more) "version: STSv1\nmode: enforce\nmx: " mx "\nmax_age: 86400\n" more
#define AT "\x01" /* where each octet is tried */

static const struct place {
    sound *is_sound;
    const char *about, *text, *allowed;
} places[] = {
    /* RFC 8461 3.1 */
    {sts_record, "id of MTA-STS", "v=STSv1; id=a" AT "b", ALPHANUMERIC},
    {sts_record, "first of an extension's name", "v=STSv1; id=a; " AT "=1", ALPHANUMERIC},
    {sts_record, "later in an extension's name", "v=STSv1; id=a; x" AT "=1", ALPHANUMERIC "_-."},
    {sts_record, "alone in an extension's value", "v=STSv1; id=a; x=" AT, VISIBLE},
    /* RFC 8461 3.2 */
    {sts_policy, "first of an mx pattern", STS_POLICY(AT "b.example", ""), ALPHANUMERIC BLANKS},
    {sts_policy, "within an mx pattern", STS_POLICY("a" AT "b.example", ""), ALPHANUMERIC "-."},
    {sts_policy, "last of a label", STS_POLICY("a" AT ".example", ""), ALPHANUMERIC},
    {sts_policy, "before the dot of a wildcard", STS_POLICY(AT ".example", ""), ALPHANUMERIC "*"},
    {sts_policy, "behind the star of a wildcard", STS_POLICY("*" AT "example", ""), "."},
    {sts_policy, "digit of max_age", "version: STSv1\nmode: none\nmax_age: 1" AT "2\n", DIGITS},
    {sts_policy, "first of a field's name", STS_POLICY("a.example", AT ": 1\n"), ALPHANUMERIC},
    {sts_policy, "later in a field's name", STS_POLICY("a.example", "x" AT ": 1\n"), ALPHANUMERIC "_-.:"},
    /* RFC 8460 3 */
    {tlsrpt, "first of an extension's name", "v=TLSRPTv1; rua=mailto:a@b.example; " AT "=1", ALPHANUMERIC},
    {tlsrpt, "later in an extension's name", "v=TLSRPTv1; rua=mailto:a@b.example; x" AT "=1", ALPHANUMERIC "_-."},
    {tlsrpt, "first of a scheme", "v=TLSRPTv1; rua=mailto:a@b.example," AT "x:y", LETTERS BLANKS},
    {tlsrpt, "later in a scheme", "v=TLSRPTv1; rua=mailto:a@b.example,x" AT "x:y", ALPHANUMERIC "+-.:"},
    /* RFC 7208 7.1, 12 */
    {spf_domain_spec, "behind a percent sign", "%" AT "a.example.com", "%_-"},
    {spf_domain_spec, "letter of a macro", "%{" AT "}.example.com", "slodiphvSLODIPHV"},
    {spf_domain_spec, "behind the labels of a macro", "%{d1" AT "}.example.com", DIGITS "rR.-+,/_=}"},
    {spf_domain_spec, "between the parts of a name", "a" AT "b.example.com",
     ALPHANUMERIC "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"},
    {spf_domain_spec, "alone as the last label", "example." AT, LETTERS},
    {spf_domain_spec, "within the last label", "example.a" AT "b", ALPHANUMERIC "-."},
    /* RFC 6376 3.2 */
    {taglist, "first of a tag's name", "v=x; " AT "a=1", LETTERS BLANKS "\r\n"},
    {taglist, "later in a tag's name", "v=x; b" AT "=1", ALPHANUMERIC "_=" BLANKS "\r\n"},
    {taglist, "within a tag's value", "v=x; b=1" AT "2", VISIBLE "=" BLANKS "\r\n"},
    /* RFC 9989 4.8, RFC 3986 3.1 */
    {dmarc_uri, "first of a scheme", "v=DMARC1; p=none; rua=" AT "x:y", LETTERS BLANKS "\r\n"},
    {dmarc_uri, "later in a scheme", "v=DMARC1; p=none; rua=x" AT "x:y", ALPHANUMERIC "+-.:"},
    {dmarc_pct, "later in pct", "v=DMARC1; p=none; pct=1" AT, DIGITS BLANKS "\r\n;"},
    {dmarc_size, "behind the digits of a size", "v=DMARC1; p=none; rua=mailto:a@b.example!1" AT,
     DIGITS "kmgtKMGT" BLANKS "\r\n;,"},
    {dmarc_size, "before the unit of a size", "v=DMARC1; p=none; rua=mailto:a@b.example!1" AT "k", DIGITS ","},
    {tlsrpt, "first behind a percent sign", "v=TLSRPTv1; rua=mailto:a%" AT "1@b.example", DIGITS "abcdefABCDEF"},
    {tlsrpt, "second behind a percent sign", "v=TLSRPTv1; rua=mailto:a@b.example?c=%4" AT, DIGITS "abcdefABCDEF"},
    {dmarc_uri, "within an address", "v=DMARC1; p=none; rua=mailto:a" AT "b@example.org",
     ALPHANUMERIC "-._~:/#[]@$&'()*+=%"},
};

static void only_the_allowed_octets(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct place *place = &places[i];
        size_t len = strlen(place->text), at = (size_t)(strchr(place->text, PLACEHOLDER) - place->text);
        char text[TEXT_MAX];

        assert_true(len < sizeof text);
        memcpy(text, place->text, len);
        for (int octet = 0; octet < OCTETS; octet++) {
            struct arena *arena = arena_new(1 << 20);
            bool allowed = octet != '\0' && strchr(place->allowed, octet), is_sound;

            text[at] = (char)octet;
            is_sound = place->is_sound(arena, (struct str){text, len});
            if (is_sound != allowed)
                print_error("%s: octet 0x%02x is %s\n", place->about, (unsigned)octet, allowed ? "refused" : "taken");
            wrong += is_sound != allowed;
            arena_free(arena);
        }
    }
    if (wrong > 0)
        fail_msg("%zu octets", wrong);
}

/* ---- lengths ---- */

#define X31 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X63 X31 "x" X31

static void lengths_end_where_the_grammar_says(void **state)
{
    static const struct {
        sound *is_sound;
        const char *text;
        bool expected;
    } cases[] = {
        {sts_record, "v=STSv1; id=a; x" X31 "=1", true}, /* a name of 32 octets */
        {sts_record, "v=STSv1; id=a; xx" X31 "=1", false},
        {tlsrpt, "v=TLSRPTv1; rua=mailto:a@b.example; x" X31 "=1", true},
        {tlsrpt, "v=TLSRPTv1; rua=mailto:a@b.example; xx" X31 "=1", false},
        {sts_policy, STS_POLICY("a.example", "x" X31 ": 1\n"), true},
        {sts_policy, STS_POLICY("a.example", "xx" X31 ": 1\n"), false},
        {sts_policy, STS_POLICY(X63 ".example", ""), true}, /* a label of 63 octets */
        {sts_policy, STS_POLICY("x" X63 ".example", ""), false},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].is_sound(arena, str_of(cases[i].text)) != cases[i].expected)
            fail_msg("\"%s\" is %s", cases[i].text, cases[i].expected ? "refused" : "taken");
    arena_free(arena);
}

static void hosts_have_253_octets_at_most(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    char text[2 * TEXT_MAX];

    (void)state;
    /* three labels of 63 with their dots, and one of `last`: 252 to 254 octets */
    for (int last = 60; last <= 62; last++) {
        snprintf(text, sizeof text, STS_POLICY("%s.%s.%s.%.*s", ""), X63, X63, X63, last, X63);
        assert_int_equal(sts_policy(arena, str_of(text)), last < 62);
    }
    arena_free(arena);
}

static void report_hosts_are_found(void **state)
{
    static const struct {
        const char *uri, *host; /* NULL: none that could be looked up */
    } cases[] = {
        {"mailto:a@b.example", "b.example"},
        {"mailto:a@B.Example?subject=x", "b.example"},
        {"mailto:a@b@c.example", "c.example"},
        {"https://b.example/x", "b.example"},
        {"https://u@b.example:8443/x", "b.example"},
        {"https://b.example?x", "b.example"},
        {"https://b.example", "b.example"},
        {"https:b.example", NULL},
        {"https:/b.example", NULL},
        {"https:/xb.example", NULL},
        {"https:x/b.example", NULL},
        {"https:///x", NULL},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dmarc_record record =
            dmarc_record_parse(arena, str_of(str_printf(arena, "v=DMARC1; p=none; rua=%s", cases[i].uri)));

        assert_int_equal(record.rua_count, 1);
        if (cases[i].host && record.rua[0].host)
            assert_string_equal(record.rua[0].host, cases[i].host);
        else
            assert_ptr_equal(record.rua[0].host, cases[i].host);
    }
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_allowed_octets),
        cmocka_unit_test(lengths_end_where_the_grammar_says),
        cmocka_unit_test(hosts_have_253_octets_at_most),
        cmocka_unit_test(report_hosts_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
