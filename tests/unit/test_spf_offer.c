/* Which senders a proposed SPF record is fitted to, and how large that may become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "probes/spf/offer.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 8, SENDERS_TRIED = 200 };
enum { OFFERED_OCTETS = 4000, TRIED_OCTETS = 256 * 1024 }; /* what offer.c allows */

static const struct target target = {.domain = "example.com"};

struct fitted {
    const char *after;
    const struct mail_address *senders;
    size_t count;
    const struct ip *also;
    bool is_no_envelope;
    size_t used; /* octets of the run's arena before */
    bool fits;
    const char *becomes;
};

static void fit(struct run *run, void *arg)
{
    struct fitted *f = arg;
    struct inventory mail = {.addresses = f->senders, .address_count = f->count};
    const struct spf_result *results[SENDERS_TRIED];
    struct spf_domain d = {.name = "example.com", .mail = &mail, .is_envelope = !f->is_no_envelope, .results = results};
    struct spf_offer offer = {.at = "example.com", .after = str_of(f->after), .also = f->also};

    for (size_t i = 0; i < f->count; i++) {
        struct spf_question today = spf_question_of(run, &f->senders[i].ip, "example.com", "example.com");

        if (address_is_sender(&f->senders[i]))
            results[d.result_count++] = need_spf(run, &today);
    }
    d.sender_count = d.result_count;
    if (run->open_wishes)
        return;
    if (f->used)
        arena_alloc(run_arena(run), f->used - arena_used(run_arena(run)));
    f->fits = spf_offer_fits_senders(run, &d, &offer);
    f->becomes = str_text(run_arena(run), offer.after);
}

static struct mail_address sender_at(const char *ip)
{
    struct mail_address sender = {.roles = ROLE_SENDER, .origin = SENDER_DECLARED};

    assert_true(ip_parse(ip, &sender.ip));
    return sender;
}

/* expected: NULL, it does not fit. */
static void becomes(struct zone *zone, struct fitted *f, const char *expected)
{
    struct zone_session s;

    zone_open(&s, zone, &target, 0);
    zone_run(&s, fit, f);
    if (f->fits != (expected != NULL))
        fail_msg("%s: %s", f->after, f->fits ? f->becomes : "does not fit");
    if (expected)
        assert_string_equal(f->becomes, expected);
    zone_close(&s);
}

static void what_is_added(void **state)
{
    static const char all_pass[] = "example.com TXT v=spf1 ip4:11.0.0.0/24 ip6:2600::/32 -all";
    static const struct {
        const char *zone[LINES_MAX], *senders, *also, *after, *becomes;
    } cases[] = {
        {{all_pass}, "11.0.0.9", "", "v=spf1 -all", "v=spf1 ip4:11.0.0.9 -all"},
        {{all_pass}, "11.0.0.9 2600::9", "", "v=spf1 mx -all", "v=spf1 mx ip4:11.0.0.9 ip6:2600::9 -all"},
        {{all_pass}, "11.0.0.9 11.0.0.8", "", "v=spf1 ip4:11.0.0.9 -all", "v=spf1 ip4:11.0.0.9 ip4:11.0.0.8 -all"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 ip4:11.0.0.9 -all", "v=spf1 ip4:11.0.0.9 -all"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 ?all", "v=spf1 ip4:11.0.0.9 ?all"},
        {{all_pass}, "11.0.0.9", "", "v=spf1", "v=spf1 ip4:11.0.0.9"},
        {{all_pass}, "", "", "v=spf1 -all", "v=spf1 -all"},

        /* modifiers may stand anywhere: RFC 7208 4.6.1 */
        {{all_pass}, "11.0.0.9", "", "v=spf1 exp=e.lab", "v=spf1 ip4:11.0.0.9 exp=e.lab"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 mx exp=e.lab x=y", "v=spf1 mx ip4:11.0.0.9 exp=e.lab x=y"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 exp=e.lab mx x=y mx", "v=spf1 exp=e.lab mx x=y mx ip4:11.0.0.9"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 exp=e.lab mx x=y  ", "v=spf1 exp=e.lab mx ip4:11.0.0.9 x=y  "},
        {{all_pass}, "11.0.0.9", "", "v=spf1 x=y mx  ", "v=spf1 x=y mx ip4:11.0.0.9"},

        /* declared ones whatever the record says today, others only where they pass today */
        {{"example.com TXT v=spf1 -all"}, "11.0.0.9", "", "v=spf1 mx -all", "v=spf1 mx ip4:11.0.0.9 -all"},
        {{"example.com TXT v=spf1 -all"}, "~11.0.0.9", "", "v=spf1 mx -all", "v=spf1 mx -all"},
        {{all_pass}, "~11.0.0.9", "", "v=spf1 mx -all", "v=spf1 mx ip4:11.0.0.9 -all"},
        {{"example.com TXT v=spf1 ip4:11.0.0.7 -all"},
         "~11.0.0.8 !11.0.0.6 ~11.0.0.7",
         "",
         "v=spf1 -all",
         "v=spf1 ip4:11.0.0.7 -all"},
        {{"example.com TXT v=spf1 a:g1.lab a:g2.lab a:g3.lab ip4:11.0.0.7 -all"}, /* not all receivers count voids */
         "~11.0.0.7",
         "",
         "v=spf1 -all",
         "v=spf1 ip4:11.0.0.7 -all"},

        /* in front of the foremost term that decides against one */
        {{all_pass}, "11.0.0.9", "", "v=spf1 mx -ip4:11.0.0.9 a -all", "v=spf1 mx ip4:11.0.0.9 -ip4:11.0.0.9 a -all"},
        {{all_pass},
         "11.0.1.9 11.0.0.9 2600::9",
         "",
         "v=spf1 ~ip4:11.0.0.9 ~ip6:2600::/32 -all",
         "v=spf1 ip4:11.0.1.9 ip4:11.0.0.9 ip6:2600::9 ~ip4:11.0.0.9 ~ip6:2600::/32 -all"},
        {{all_pass},
         "11.0.0.9 11.0.1.9",
         "",
         "v=spf1 ~ip4:11.0.0.9 ~ip4:11.0.1.0/24 -all",
         "v=spf1 ip4:11.0.0.9 ip4:11.0.1.9 ~ip4:11.0.0.9 ~ip4:11.0.1.0/24 -all"},
        {{all_pass, "a.lab TXT v=spf1 +all"},
         "11.0.0.9",
         "",
         "v=spf1 mx ?include:a.lab -all",
         "v=spf1 mx ip4:11.0.0.9 ?include:a.lab -all"},
        {{all_pass, "a.lab TXT v=spf1 -all"},
         "11.0.0.9",
         "",
         "v=spf1 mx redirect=a.lab",
         "v=spf1 mx ip4:11.0.0.9 redirect=a.lab"},

        /* or of all, where the record fails as a whole */
        {{all_pass}, "11.0.0.9", "", "v=spf1 include:g.lab -all", "v=spf1 ip4:11.0.0.9 include:g.lab -all"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 mx redirect=g.lab", "v=spf1 ip4:11.0.0.9 mx redirect=g.lab"},
        {{all_pass}, "11.0.0.9", "", "v=spf1 broken -all", NULL},
        {{all_pass},
         "11.0.0.9",
         "",
         "v=spf1 a:g1.lab a:g2.lab a:g3.lab -all",
         "v=spf1 ip4:11.0.0.9 a:g1.lab a:g2.lab a:g3.lab -all"},
        {{all_pass},
         "11.0.0.9",
         "",
         "v=spf1 a:g1.lab a:g2.lab a:g3.lab ip4:11.0.0.9 -all",
         "v=spf1 a:g1.lab a:g2.lab a:g3.lab ip4:11.0.0.9 -all"},

        /* for what is not known today nothing is added */
        {{all_pass, "h.lab BROKEN"}, "11.0.0.9", "", "v=spf1 a:h.lab -all", "v=spf1 a:h.lab -all"},

        /* and another one */
        {{all_pass}, "11.0.0.9", "11.0.0.7", "v=spf1 -all", "v=spf1 ip4:11.0.0.9 ip4:11.0.0.7 -all"},
        {{all_pass}, "11.0.0.9 11.0.0.8", "11.0.0.9", "v=spf1 -all", "v=spf1 ip4:11.0.0.9 ip4:11.0.0.8 -all"},
        {{all_pass}, "11.0.0.9 11.0.0.8", "11.0.0.8", "v=spf1 -all", "v=spf1 ip4:11.0.0.9 ip4:11.0.0.8 -all"},
        {{"example.com TXT v=spf1 -all"}, "~11.0.0.9", "11.0.0.9", "v=spf1 -all", "v=spf1 ip4:11.0.0.9 -all"},
        {{all_pass}, "", "11.0.0.7", "v=spf1 -all", "v=spf1 ip4:11.0.0.7 -all"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone *zone = zone_new();
        struct mail_address senders[SENDERS_TRIED];
        struct fitted f = {.after = cases[i].after, .senders = senders};
        struct ip also;

        for (size_t k = 0; k < LINES_MAX && cases[i].zone[k]; k++)
            zone_add_line(zone, cases[i].zone[k]);
        for (const char *at = cases[i].senders; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
            bool is_marked = *at == '~' || *at == '!'; /* ~ is assumed, ! takes mail alone */

            senders[f.count] =
                sender_at(str_printf(zone->arena, "%.*s", (int)(strcspn(at, " ") - is_marked), at + is_marked));
            if (is_marked)
                senders[f.count].origin = *at == '~' ? SENDER_ASSUMED : SENDER_NOT;
            if (*at == '!')
                senders[f.count].roles = ROLE_MX;
            f.count++;
        }
        if (*cases[i].also) {
            assert_true(ip_parse(cases[i].also, &also));
            f.also = &also;
        }
        becomes(zone, &f, cases[i].becomes);
        zone_free(zone);
    }
}

/* Where no mail is sent with the domain, a record is as it should be. */
static void what_sends_nothing_needs_nothing(void **state)
{
    const struct mail_address sender = sender_at("11.0.0.9");
    struct fitted f = {.after = "v=spf1 -all", .senders = &sender, .count = 1, .is_no_envelope = true};
    struct zone *zone = zone_new();

    (void)state;
    zone_add_line(zone, "example.com TXT v=spf1 +all");
    becomes(zone, &f, "v=spf1 -all");
    zone_free(zone);
}

/* ---- limits ---- */

static struct mail_address *senders_of(struct zone *zone, size_t count)
{
    struct mail_address *senders = ARENA_ARRAY(zone->arena, struct mail_address, count);

    for (size_t i = 0; i < count; i++)
        senders[i] = sender_at(str_printf(zone->arena, "11.0.0.%zu", i));
    return senders;
}

static const char *record_of(struct zone *zone, const char *beginning, size_t octets)
{
    char *record = arena_alloc(zone->arena, octets + 1);
    size_t len = strlen(beginning);

    memcpy(record, beginning, len);
    memset(record + len, 'x', octets - len);
    return record;
}

/* As many as both records, without and with them, may be tried for. */
static void so_many_are_added(void **state)
{
    static const char before[] = "v=spf1 -all";
    bool fits = true;

    (void)state;
    for (size_t count = 120; fits; count++) {
        struct zone *zone = zone_new();
        struct fitted f = {.after = before, .senders = senders_of(zone, count), .count = count};
        const char *wanted = "v=spf1";

        assert_true(count < SENDERS_TRIED);
        for (size_t i = 0; i < count; i++)
            wanted = str_printf(zone->arena, "%s ip4:%s", wanted, ip_text(zone->arena, &f.senders[i].ip));
        wanted = str_printf(zone->arena, "%s -all", wanted);
        fits = count * (strlen(before) + strlen(wanted)) <= TRIED_OCTETS;
        zone_add_line(zone, "example.com TXT v=spf1 -all");
        becomes(zone, &f, fits ? wanted : NULL);
        zone_free(zone);
    }
}

static void a_record_is_so_long(void **state)
{
    (void)state;
    for (size_t octets = OFFERED_OCTETS - 1; octets <= OFFERED_OCTETS + 1; octets++) {
        struct zone *zone = zone_new();
        struct fitted f = {.after = record_of(zone, "v=spf1 -all x=", octets)};

        becomes(zone, &f, octets <= OFFERED_OCTETS ? f.after : NULL);
        zone_free(zone);
    }
}

/* Each sender's trial holds the record once. */
static void so_much_is_tried(void **state)
{
    static const struct {
        size_t count, octets;
        bool fits;
    } cases[] = {
        {128, TRIED_OCTETS / 128 - 1, true},
        {128, TRIED_OCTETS / 128, true},
        {129, TRIED_OCTETS / 128, false},
        {128, TRIED_OCTETS / 128 + 1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone *zone = zone_new();
        struct fitted f = {.after = record_of(zone, "v=spf1 +all x=", cases[i].octets),
                           .senders = senders_of(zone, cases[i].count),
                           .count = cases[i].count};

        zone_add_line(zone, "example.com TXT v=spf1 -all");
        becomes(zone, &f, cases[i].fits ? f.after : NULL);
        zone_free(zone);
    }
}

/* A run that has used half of its memory needs the rest for what it says. */
static void memory_is_left(void **state)
{
    static const struct {
        size_t used;
        const char *becomes;
    } cases[] = {
        {AUDIT_BYTES / 4, "v=spf1 ip4:11.0.0.9 -all"},
        {AUDIT_BYTES / 2, "v=spf1 ip4:11.0.0.9 -all"},
        {AUDIT_BYTES / 2 + 1, NULL},
        {AUDIT_BYTES / 4 * 3, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mail_address sender = sender_at("11.0.0.9");
        struct fitted f = {.after = "v=spf1 -all", .senders = &sender, .count = 1, .used = cases[i].used};
        struct zone *zone = zone_new();

        zone_add_line(zone, "example.com TXT v=spf1 -all");
        becomes(zone, &f, cases[i].becomes);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added),
        cmocka_unit_test(what_sends_nothing_needs_nothing),
        cmocka_unit_test(so_many_are_added),
        cmocka_unit_test(a_record_is_so_long),
        cmocka_unit_test(so_much_is_tried),
        cmocka_unit_test(memory_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
