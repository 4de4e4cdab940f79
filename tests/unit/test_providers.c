/* The table of providers: its lines are well-formed, each service is recognised by every kind of evidence that its line
 * has, and nobody is by names that are almost the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/name.h"
#include "core/records/provider.h"
#include "tests/unit/recognise.h"

enum { RECOGNISED_LEAST = 60, NEAR_NAMES_LEAST = 1000 };

/* ---- the lines of the table ---- */

static bool is_pattern_of_names(const char *item, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)item[i]) && !isdigit((unsigned char)item[i]) && !strchr("-_.*", item[i]))
            return false;
    return length > 0 && item[0] != '.' && item[length - 1] != '.';
}

/* The last two labels. */
static const char *tail_of(const char *name)
{
    while (name_labels(name) > 2)
        name = name_parent(name);
    return name;
}

/* A star in what anybody could register would make anybody the provider; so would a suffix of registries. */
static bool is_anchored(struct arena *arena, const char *item, size_t length)
{
    const char *text = str_text(arena, (struct str){item, length}), *tail = tail_of(text);

    return name_labels(text) >= 2 && !strchr(tail, '*') &&
           (!strchr(name_org_domain(text), '*') || name_is_registered(tail));
}

static void check_patterns(struct arena *arena, const struct provider *p, const char *list)
{
    const char *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        if (!is_pattern_of_names(item, length) || !is_anchored(arena, item, length))
            fail_msg("%s: \"%.*s\" is no pattern of names", p->id, (int)length, item);
    }
}

static void check_labels(const struct provider *p, const char *list)
{
    const char *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;)
        if (!is_pattern_of_names(item, length) || memchr(item, '*', length))
            fail_msg("%s: \"%.*s\" is no name below a domain", p->id, (int)length, item);
}

static bool has_a_date(const char *text)
{
    for (; *text; text++)
        if (strncmp(text, "20", 2) == 0 && isdigit((unsigned char)text[2]) && isdigit((unsigned char)text[3]))
            return true;
    return false;
}

static void the_table_is_well_formed(void **state)
{
    static const char marks[] = {[SOURCE_PROVIDER] = 'P', [SOURCE_ZONES] = 'Z', [SOURCE_THIRD_PARTY] = 'T'};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        const char *list = p->selectors, *item;

        if (!p->id || !p->name || !p->owner || !p->source || !p->mark)
            fail_msg("line %zu lacks an id, a name, an owner or a source", i + 1);
        if (provider_from_id(p->id) != p)
            fail_msg("%s: two lines have this id", p->id);
        if (!p->mx && !p->spf && !p->targets && !p->envelopes)
            fail_msg("%s: nothing to recognise it by", p->id);
        if (p->source[0] != '[' || p->source[1] != marks[p->mark] || p->source[2] != ']')
            fail_msg("%s: the source does not begin with its mark", p->id);
        if ((p->choice == SELECTORS_FIXED) != (p->selectors != NULL) && p->choice != SELECTORS_CHOSEN)
            fail_msg("%s: fixed selectors, and none named; or the other way round", p->id);
        if (p->panel_source && (!p->panel || !has_a_date(p->panel_source)))
            fail_msg("%s: a place without its date", p->id);
        if (p->include && !provider_has_spf(p, p->include))
            fail_msg("%s: is to be included, and is not known by it", p->id);
        if (p->return_paths && !p->envelopes)
            fail_msg("%s: return paths, and nothing that they lead to", p->id);
        if (p->sold_as && !provider_from_id(p->sold_as))
            fail_msg("%s: sold as a service that is not here", p->id);
        check_patterns(arena, p, p->mx);
        check_patterns(arena, p, p->spf);
        check_patterns(arena, p, p->targets);
        check_patterns(arena, p, p->envelopes);
        check_labels(p, p->return_paths);
        for (size_t length; (length = provider_item(&list, &item)) > 0;)
            if (memchr(item, '*', length) || memchr(item, '.', length))
                fail_msg("%s: \"%.*s\" is no selector", p->id, (int)length, item);
    }
    arena_free(arena);
}

/* ---- names that each line is for ---- */

/* The item with something in the place of its stars. */
static const char *example(struct arena *arena, const char *item, size_t length)
{
    const char *text = "";

    for (size_t i = 0; i < length; i++)
        text = item[i] == '*' ? str_printf(arena, "%s%s", text, "x7") : str_printf(arena, "%s%c", text, item[i]);
    return text;
}

static struct seen with_mx(struct arena *arena, const char *host)
{
    return recognise(arena,
                     str_printf(arena, "\"dns:good.lab/MX\": [\"10 %s\"], \"dns:good.lab/TXT\": \"nodata\"", host), "");
}

static struct seen with_spf(struct arena *arena, const char *terms)
{
    return recognise(
        arena, str_printf(arena, "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": [\"v=spf1 %s\"]", terms), "");
}

static struct seen with_alias(struct arena *arena, const char *target)
{
    return recognise(arena,
                     str_printf(arena,
                                "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": \"nodata\", "
                                "\"dns:zz._domainkey.good.lab/TXT\": {\"records\": [\"p=x\"], "
                                "\"chain\": [[\"zz._domainkey.good.lab\", \"%s\"]]}",
                                target),
                     ", \"selectors\": [\"zz\"]");
}

static struct seen with_envelope(struct arena *arena, const char *target)
{
    return recognise(arena,
                     str_printf(arena,
                                "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": \"nodata\", "
                                "\"dns:zz.good.lab/TXT\": {\"records\": [\"v=spf1 -all\"], "
                                "\"chain\": [[\"zz.good.lab\", \"%s\"]]}",
                                target),
                     ", \"mail_froms\": [\"zz.good.lab\"]");
}

static struct seen with_envelope_that_includes(struct arena *arena, const char *target)
{
    return recognise(arena,
                     str_printf(arena,
                                "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": \"nodata\", "
                                "\"dns:zz.good.lab/TXT\": [\"v=spf1 include:%s -all\"]",
                                target),
                     ", \"mail_froms\": [\"zz.good.lab\"]");
}

static bool has_id(const struct seen *seen, const struct provider *p)
{
    const char *padded = str_printf(seen->arena, "%s ", seen->ids);

    return strstr(padded, str_printf(seen->arena, " %s ", p->id)) != NULL;
}

/* An include of a name that is not there is nothing, but a name that SPF leads to all the same. */
static bool is_recognised(struct arena *arena, const struct provider *p, const char *list,
                          struct seen (*how)(struct arena *, const char *), const char *before)
{
    const char *item;
    bool all = true;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *name = example(arena, item, length);
        struct seen seen = how(arena, str_printf(arena, "%s%s", before, name));

        if (has_id(&seen, p))
            continue;
        print_error("%s: not by %s, which is for:%s\n", p->id, name, seen.ids);
        all = false;
    }
    return all;
}

/* A return path is of what sends. */
static bool sends_recognised(struct arena *arena, const struct provider *p)
{
    return p->kind == PROVIDER_FORWARDER || (is_recognised(arena, p, p->envelopes, with_envelope, "") &&
                                             is_recognised(arena, p, p->envelopes, with_envelope_that_includes, ""));
}

static void each_is_recognised_by_each_evidence(void **state)
{
    size_t recognised = 0;

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        struct arena *arena = arena_new(SIZE_MAX);

        if (!p->sold_as &&
            (!is_recognised(arena, p, p->mx, with_mx, "") || !is_recognised(arena, p, p->mx, with_mx, "a.b.") ||
             !is_recognised(arena, p, p->spf, with_spf, "include:") ||
             !is_recognised(arena, p, p->spf, with_spf, "redirect=") ||
             !is_recognised(arena, p, p->spf, with_spf, "a:") || !is_recognised(arena, p, p->targets, with_alias, "") ||
             !sends_recognised(arena, p)))
            fail_msg("%s is not recognised", p->id);
        recognised++;
        arena_free(arena);
    }
    assert_true(recognised >= RECOGNISED_LEAST);
}

/* ---- their selectors ---- */

#define A_KEY                                                                                                          \
    "v=DKIM1; k=rsa; "                                                                                                 \
    "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA8hRJABtEshgOYHB2YOovKd1CCXojmtWaa6CLCU+xnh4j1UvlaFd+TJVVPgvuhVBOg"  \
    "Shmb612LjGVBqquwBjK4AzVN+ITeH1eJ02+vPinA1ILEiT/Yhm34/OBDQg/6mIapO9L9TQ/qSHWzssW1uMJSWbAv9gg7efaWpAVOgbwh6dflHIfj" \
    "f9+uadsbq4W9y2Jb4cdOa9ZY1rURTICX7chQYRwWQEEv3HY5hMbMVs+CnI3k3hLcBmp4LcgU3fMttaL49NxsC0tu5HxiDVixyh2Qci3+"         \
    "xAZl7Ol75"                                                                                                        \
    "uv/NAiSlfo2sz58JFBFPMKG8CJjRgsxr5AggIudg7OuL4tdUY0DwIDAQAB"

/* Recognised by MX or SPF, a key at any of its usual selectors is its, without being named. */
static void each_key_is_found_at_its_usual_selectors(void **state)
{
    size_t selectors = 0;

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        const char *list = p->selectors, *by = p->mx ? p->mx : p->spf, *item, *selector;
        size_t by_length = provider_item(&by, &item);
        struct arena *arena = arena_new(SIZE_MAX);
        const char *name = by_length ? example(arena, item, by_length) : NULL;

        for (size_t length; name && !p->sold_as && (length = provider_item(&list, &selector)) > 0; selectors++) {
            struct seen seen =
                recognise(arena,
                          str_printf(arena,
                                     "\"dns:good.lab/MX\": %s%s%s, \"dns:good.lab/TXT\": [\"v=spf1 %s%s -all\"], "
                                     "\"dns:mailready-1767225600._domainkey.good.lab/TXT\": \"nxdomain\", "
                                     "\"dns:%.*s._domainkey.good.lab/TXT\": [\"" A_KEY "\"]",
                                     p->mx ? "[\"10 " : "\"nodata", p->mx ? name : "", p->mx ? "\"]" : "\"",
                                     p->mx ? "" : "include:", p->mx ? "" : name, (int)length, selector),
                          "");

            if (!has_id(&seen, p) || !strstr(seen.keyed, str_printf(arena, " %s ", p->id)))
                fail_msg("%s: no key at %.*s; keys:%s", p->id, (int)length, selector, seen.keyed);
        }
        arena_free(arena);
    }
    print_message("%zu selectors\n", selectors);
}

/* ---- names that are almost theirs ---- */

static size_t near(struct arena *arena, const char *list, const char *(*make)(struct arena *, const char *),
                   struct seen (*how)(struct arena *, const char *), const char *before)
{
    const char *item;
    size_t count = 0;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *name = make(arena, example(arena, item, length));
        struct seen seen;

        if (!name)
            continue;
        seen = how(arena, str_printf(arena, "%s%s", before, name));
        count++;
        if (*seen.ids)
            fail_msg("%s%s is taken for%s", before, name, seen.ids);
    }
    return count;
}

static const char *glued_behind(struct arena *arena, const char *name)
{
    return str_printf(arena, "%s.evil.example", name);
}

/* Its organisation, with something glued to it: "evilgoogle.com". */
static const char *glued_before(struct arena *arena, const char *name)
{
    const char *tail = tail_of(name);

    return str_printf(arena, "%.*sevil%s", (int)(tail - name), name, tail);
}

static const char *glued_as_suffix(struct arena *arena, const char *name)
{
    return str_printf(arena, "%sx", name);
}

static const char *as_one_label(struct arena *arena, const char *name)
{
    char *text = strdup(name);
    const char *made;

    for (char *at = text; *at; at++)
        *at = *at == '.' ? '-' : *at;
    made = str_printf(arena, "%s.example", text);
    free(text);
    return made;
}

/* Without the label that its organisation registered: "aspmx.l.com". */
static const char *without_a_label(struct arena *arena, const char *name)
{
    const char *tail = tail_of(name);

    return tail == name ? NULL : str_printf(arena, "%.*s%s", (int)(tail - name), name, name_parent(tail));
}

static void nobody_is_recognised_by_a_near_name(void **state)
{
    const char *(*const makers[])(struct arena *, const char *) = {glued_behind, glued_before, glued_as_suffix,
                                                                   as_one_label, without_a_label};
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        struct arena *arena = arena_new(SIZE_MAX);

        for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
            count += near(arena, p->mx, makers[m], with_mx, "");
            count += near(arena, p->spf, makers[m], with_spf, "include:");
            count += near(arena, p->targets, makers[m], with_alias, "");
            count += near(arena, p->envelopes, makers[m], with_envelope, "");
            count += near(arena, p->envelopes, makers[m], with_envelope_that_includes, "");
        }
        arena_free(arena);
    }
    print_message("%zu near names\n", count);
    assert_true(count >= NEAR_NAMES_LEAST);
}

/* ---- lines that the table has not ---- */

static void patterns_have_so_many_octets(void **state)
{
    enum { MOST = 127 };
    char text[MOST + 2];
    struct provider p = {.spf = text};

    (void)state;
    memset(text, 'x', sizeof text);
    text[MOST] = '\0';
    assert_true(provider_has_spf(&p, text));
    text[MOST] = 'x';
    text[MOST + 1] = '\0';
    assert_false(provider_has_spf(&p, text));
    p.spf = "a.example";
    assert_true(provider_has_spf(&p, "a.example"));
    assert_false(provider_has_spf(&p, "b\\.a.example"));
    p.mx = "*.example";
    assert_false(provider_has_mx(&p, "b\\.a.example")); /* no host of theirs */
}

static void what_a_customer_includes(void **state)
{
    static const struct {
        struct provider provider;
        const char *include;
    } cases[] = {
        {{.kind = PROVIDER_MAILBOX, .spf = "spf.example"}, "spf.example"},
        {{.kind = PROVIDER_MAILBOX, .spf = "spf.example", .include = "other.example"}, "other.example"},
        {{.kind = PROVIDER_RELAY, .spf = "spf.example", .include = "other.example"}, "other.example"},
        {{.kind = PROVIDER_RELAY, .spf = "spf.example"}, NULL}, /* it has a return path of its own */
        {{.kind = PROVIDER_MAILBOX, .spf = "spf.example", .mark = SOURCE_THIRD_PARTY}, NULL},
        {{.kind = PROVIDER_MAILBOX}, NULL},
        {{.kind = PROVIDER_MAILBOX, .spf = "a.example|b.example"}, NULL}, /* which of them? */
        {{.kind = PROVIDER_MAILBOX, .spf = "*.example"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = provider_include(&cases[i].provider), *wanted = cases[i].include;

        if (wanted ? !got || strcmp(got, wanted) != 0 : got != NULL)
            fail_msg("case %zu: %s", i, got ? got : "none");
    }
    assert_true(provider_signs_by_default(&(struct provider){.signer = "a.example"}));
    assert_false(provider_signs_by_default(&(struct provider){.signer = "a.example", .mark = SOURCE_THIRD_PARTY}));
    assert_false(provider_signs_by_default(&(struct provider){.signer = NULL}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_well_formed),
        cmocka_unit_test(each_is_recognised_by_each_evidence),
        cmocka_unit_test(each_key_is_found_at_its_usual_selectors),
        cmocka_unit_test(nobody_is_recognised_by_a_near_name),
        cmocka_unit_test(patterns_have_so_many_octets),
        cmocka_unit_test(what_a_customer_includes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
