/* What the cases and the suite do not show: cost in questions and round trips, hostile trees, the addresses of a
 * record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/spf.h"
#include "tests/zone.h"

static const struct target target = {.domain = "example.com"};

struct asked {
    struct spf_question question;
    const struct spf_result *result;
    const struct spf_tree *tree;
    const struct spf_addresses *addresses;
};

static void ask(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->tree = need_spf_tree(run, &a->question);
    a->result = need_spf(run, &a->question);
}

static void ask_addresses(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->addresses = need_spf_addresses(run, a->question.domain);
}

static struct asked question_from(const char *ip)
{
    struct asked a = {
        .question = {.domain = "example.com", .sender = str_of("joe@example.com"), .helo = str_of("mail.example.com")}};

    assert_true(ip_parse(ip, &a.question.ip));
    return a;
}

static void add_a(struct zone *zone, const char *name, const char *ip)
{
    struct dns_record record = {.type = DNS_A};

    assert_true(ip_parse(ip, &record.ip));
    zone_add(zone, name, record);
}

static void add_mx(struct zone *zone, const char *name, const char *host)
{
    zone_add(zone, name, (struct dns_record){.type = DNS_MX, .mx = {10, host}});
}

/* All that is wanted arrives, then the question is asked again: a round trip. */
static size_t count_round_trips(struct zone_session *s, struct asked *a)
{
    size_t rounds = 0;

    do {
        while (s->zone->queue_count)
            zone_deliver_one(s->zone);
        arena_reset(s->run.arena);
        s->run = (struct run){.audit = &s->view, .arena = s->run.arena};
        ask(&s->run, a);
        rounds += s->run.open_wishes > 0;
    } while (s->run.open_wishes);
    return rounds;
}

static void test_ten_includes_cost_their_depth(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");

    (void)state;
    zone_add_txt(zone, "example.com", str_of("v=spf1 include:i1.example.com -all"));
    for (int i = 1; i < 10; i++)
        zone_add_txt(zone, str_printf(zone->arena, "i%d.example.com", i),
                     str_of(str_printf(zone->arena, "v=spf1 include:i%d.example.com -all", i + 1)));
    zone_add_txt(zone, "i10.example.com", str_of("v=spf1 ip4:11.0.0.9 -all"));
    zone_open(&s, zone, &target, 1);
    /* The root, ten includes, and one for the clock and the self-test of the resolver. */
    assert_in_range(count_round_trips(&s, &a), 11, 13);
    assert_int_equal(a.result->word, SPF_PASS);
    assert_int_equal(a.result->lookups, 10);
    assert_int_equal(a.result->path_count, 11);
    assert_int_equal(a.result->visited_count, 11);
    assert_string_equal(a.result->visited[10], "i10.example.com");
    assert_int_equal(a.result->evidence_count, 11);
    assert_int_equal(a.tree->lookups, 10);
    zone_close(&s);
    zone_free(zone);
}

static void test_what_a_record_names_is_asked_for_at_once(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");

    (void)state;
    zone_add_txt(
        zone, "example.com",
        str_of("v=spf1 a:a.example.com exists:%{i}.e.example.com include:i.example.com mx:m.example.com ?all"));
    zone_add_txt(zone, "i.example.com", str_of("v=spf1 a:b.example.com -all"));
    add_a(zone, "a.example.com", "11.0.0.1");
    add_a(zone, "b.example.com", "11.0.0.2");
    add_mx(zone, "m.example.com", "a.example.com");
    zone_open(&s, zone, &target, 1);
    assert_in_range(count_round_trips(&s, &a), 3, 5);
    assert_int_equal(a.result->word, SPF_NEUTRAL);
    assert_int_equal(a.result->lookups, 5);
    assert_int_equal(a.result->void_count, 1);
    zone_close(&s);
    zone_free(zone);
}

/* ---- what is asked for before anything is evaluated ---- */

static void ask_tree(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->tree = need_spf_tree(run, &a->question);
}

/* Not for records, nor to see whether the resolver can be trusted. */
static bool is_of_a_term(const struct key *key)
{
    return key->kind == EVIDENCE_DNS && key->type != DNS_TXT && key->type != DNS_NS &&
           (name_is_under(key->name, "lab") || name_is_under(key->name, "in-addr.arpa"));
}

/* The keys of the questions that terms need, in the order in which they are asked. */
static const char *asked_for(struct zone *zone, struct asked *a)
{
    struct zone_session s;
    const char *text = "";

    zone_open(&s, zone, &target, 1);
    do {
        while (zone->queue_count) {
            struct evidence *evidence = zone->queue[0];

            if (is_of_a_term(&evidence->key))
                text = str_printf(zone->arena, "%s%s%s/%s", text, *text ? " " : "", evidence->key.name,
                                  dns_type_name(evidence->key.type));
            zone->queue_count--;
            memmove(zone->queue, zone->queue + 1, zone->queue_count * sizeof zone->queue[0]);
            zone_know(zone, evidence);
        }
        arena_reset(s.run.arena);
        s.run = (struct run){.audit = &s.view, .arena = s.run.arena};
        ask_tree(&s.run, a);
    } while (s.run.open_wishes);
    zone_close(&s);
    return text;
}

static void test_what_a_tree_asks_for(void **state)
{
    static const struct {
        const char *record, *ip;
        bool stranger;
        const char *asked;
    } table[] = {
        {"v=spf1 a:h.lab mx:m.lab exists:e.lab -all", "11.0.0.9", false, "h.lab/A m.lab/MX e.lab/A"},
        {"v=spf1 a:h.lab mx:m.lab exists:e.lab -all", "2600::9", false, "h.lab/AAAA m.lab/MX e.lab/A"},
        {"v=spf1 ip4:11.0.0.1 -all a:h.lab", "11.0.0.9", false, ""},
        {"v=spf1 ptr -all", "11.0.0.9", false, "9.0.0.11.in-addr.arpa/PTR"},
        {"v=spf1 ptr -all", "11.0.0.9", true, ""},
        {"v=spf1 a:%{i}.lab -all", "11.0.0.9", false, "11.0.0.9.lab/A"},
        {"v=spf1 a:.lab broken -all", "11.0.0.9", false, ""},

        /* what comes behind the tenth is never evaluated: RFC 7208 4.6.4 */
        {"v=spf1 a:h1.lab a:h2.lab a:h3.lab a:h4.lab a:h5.lab a:h6.lab a:h7.lab a:h8.lab a:h9.lab a:h10.lab a:h11.lab",
         "11.0.0.9", false,
         "h1.lab/A h2.lab/A h3.lab/A h4.lab/A h5.lab/A h6.lab/A h7.lab/A h8.lab/A h9.lab/A h10.lab/A"},
        /* while an include is on its way, it is one */
        {"v=spf1 include:two.lab a:h4.lab a:h5.lab a:h6.lab a:h7.lab a:h8.lab a:h9.lab a:h10.lab a:h11.lab", "11.0.0.9",
         false, "h4.lab/A h5.lab/A h6.lab/A h7.lab/A h8.lab/A h9.lab/A h10.lab/A h11.lab/A t1.lab/A t2.lab/A"},
        {"v=spf1 a:h1.lab redirect=two.lab", "11.0.0.9", false, "h1.lab/A t1.lab/A t2.lab/A"},

        /* nor does an eleventh MX host count */
        {"v=spf1 mx:ten.lab -all", "11.0.0.9", false,
         "ten.lab/MX mx01.lab/A mx02.lab/A mx03.lab/A mx04.lab/A mx05.lab/A mx06.lab/A mx07.lab/A mx08.lab/A "
         "mx09.lab/A "
         "mx10.lab/A"},
        {"v=spf1 mx:eleven.lab -all", "2600::9", false,
         "eleven.lab/MX mx01.lab/AAAA mx02.lab/AAAA mx03.lab/AAAA mx04.lab/AAAA mx05.lab/AAAA mx06.lab/AAAA "
         "mx07.lab/AAAA mx08.lab/AAAA mx09.lab/AAAA mx10.lab/AAAA"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();
        struct asked a = question_from(table[i].ip);

        a.question.stranger = table[i].stranger;
        zone_add_txt(zone, "example.com", str_of(table[i].record));
        zone_add_txt(zone, "two.lab", str_of("v=spf1 a:t1.lab a:t2.lab -all"));
        for (int k = 1; k <= 11; k++) {
            if (k <= 10)
                add_mx(zone, "ten.lab", str_printf(zone->arena, "mx%02d.lab", k));
            add_mx(zone, "eleven.lab", str_printf(zone->arena, "mx%02d.lab", k));
        }
        assert_string_equal(asked_for(zone, &a), table[i].asked);
        zone_free(zone);
    }
}

/* Three includes in each of the three, ten deep: 3^10 leaves.  (threats.md D7) */
static void test_include_bomb(void **state)
{
    struct zone *zone = zone_new();

    (void)state;
    zone_add_txt(zone, "example.com",
                 str_of("v=spf1 include:a.d1.example.com include:b.d1.example.com include:c.d1.example.com -all"));
    for (int i = 1; i <= 10; i++)
        for (const char *letter = "abc"; *letter; letter++)
            zone_add_txt(zone, str_printf(zone->arena, "%c.d%d.example.com", *letter, i),
                         str_of(str_printf(zone->arena,
                                           "v=spf1 include:a.d%d.example.com include:b.d%d.example.com "
                                           "include:c.d%d.example.com -all",
                                           i + 1, i + 1, i + 1)));
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct zone_session s;
        struct asked a = question_from("11.0.0.9");

        zone_open(&s, zone, &target, seed);
        zone_run(&s, ask, &a);
        assert_non_null(a.result);
        assert_int_equal(a.result->word, SPF_PERMERROR);
        assert_int_equal(a.result->lookups, SPF_LOOKUPS + 1);
        assert_true(a.tree->cut && a.tree->lookups > SPF_LOOKUPS && a.tree->count == SPF_RECORDS);
        assert_true(zone->questions <= DNS_QUERIES_PER_AUDIT / 2);
        zone_close(&s);
    }
    zone_free(zone);
}

/* A fan-out of names made of the sender, and records of ten MX hosts each: what is asked stays within the budget. */
static void test_fan_out_is_bounded(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");
    const char *text = "v=spf1";

    (void)state;
    for (int i = 0; i < 60; i++)
        text = str_printf(zone->arena, "%s exists:%%{i}.%d.example.com mx:m%d.example.com", text, i, i);
    zone_add_txt(zone, "example.com", str_of(text));
    for (int i = 0; i < 60; i++)
        for (int k = 0; k < 30; k++)
            add_mx(zone, str_printf(zone->arena, "m%d.example.com", i),
                   str_printf(zone->arena, "h%d.m%d.example.com", k, i));
    zone_open(&s, zone, &target, 7);
    zone_run(&s, ask, &a);
    assert_int_equal(a.result->word, SPF_PERMERROR);
    assert_true(zone->questions <= DNS_QUERIES_PER_AUDIT / 2);
    zone_close(&s);
    zone_free(zone);
}

static void test_addresses_of_the_own_record(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");

    (void)state;
    zone_add_txt(
        zone, "example.com",
        str_of("v=spf1 ip4:11.0.0.4 ip4:11.1.0.0/16 a -a:no.example.com mx:mail.example.com include:spf.example.com "
               "include:_spf.example.net ~include:soft.example.com redirect=policy.example.org"));
    zone_add_txt(zone, "spf.example.com", str_of("v=spf1 ip4:11.0.0.3 ip4:11.0.0.4/32 ~all"));
    zone_add_txt(zone, "_spf.example.net", str_of("v=spf1 ip4:12.0.0.1 -all"));
    zone_add_txt(zone, "soft.example.com", str_of("v=spf1 ip4:11.0.0.77 -all"));
    zone_add_txt(zone, "policy.example.org", str_of("v=spf1 ip4:11.0.0.5 -all ip4:11.0.0.6"));
    add_a(zone, "example.com", "11.0.0.2");
    add_a(zone, "no.example.com", "11.0.0.66");
    add_mx(zone, "mail.example.com", "mx1.example.com");
    add_a(zone, "mx1.example.com", "11.0.0.1");
    zone_open(&s, zone, &target, 0);
    zone_run(&s, ask_addresses, &a);
    assert_true(a.addresses->complete);
    assert_int_equal(a.addresses->single_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(a.addresses->singles[i].ip.bytes[3], i + 1);
    assert_int_equal(a.addresses->singles[0].kind, SPF_TERM_MX);
    assert_int_equal(a.addresses->range_count, 1);
    assert_int_equal(a.addresses->ranges[0].network.bits, 16);
    assert_int_equal(a.addresses->include_count, 1);
    assert_string_equal(a.addresses->includes[0].domain, "_spf.example.net");
    assert_int_equal(a.addresses->includes[0].ip4, 1);
    zone_close(&s);
    zone_free(zone);
}

static void test_ranges_are_bounded(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");
    const char *text = "v=spf1";

    (void)state;
    for (int i = 0; i < SPF_RANGES_MAX + 3; i++)
        text = str_printf(zone->arena, "%s ip4:11.0.%d.0/24", text, i);
    zone_add_txt(zone, "example.com", str_of(text));
    zone_open(&s, zone, &target, 0);
    zone_run(&s, ask_addresses, &a);
    assert_int_equal(a.addresses->range_count, SPF_RANGES_MAX);
    assert_int_equal(a.addresses->ranges_left_out, 3);
    zone_close(&s);
    zone_free(zone);
}

static void test_an_include_is_counted_with_what_it_leads_to(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    struct asked a = question_from("11.0.0.9");
    const struct spf_include *include;

    (void)state;
    zone_add_txt(zone, "example.com", str_of("v=spf1 include:_spf.example.net -all"));
    zone_add_txt(zone, "_spf.example.net",
                 str_of("v=spf1 ip4:12.0.0.0/24 -ip4:13.0.0.0/24 ip6:2600::/32 mx "
                        "include:a.example.net ?include:b.example.net include:%{i}.example.net"));
    zone_add_txt(zone, "a.example.net", str_of("v=spf1 ip4:12.0.0.128/25 ip4:12.0.1.1 include:gone.example.net"));
    zone_add_txt(zone, "b.example.net", str_of("v=spf1 ip4:14.0.0.0/24"));
    zone_open(&s, zone, &target, 3);
    zone_run(&s, ask_addresses, &a);
    assert_int_equal(a.addresses->include_count, 1);
    include = &a.addresses->includes[0];
    assert_int_equal(include->ip4, 257);
    assert_int_equal(include->networks4, 3);
    assert_int_equal(include->networks6, 1);
    assert_int_equal(include->hosts, 2);
    assert_false(include->is_known);
    assert_string_equal(spf_include_text(zone->arena, include),
                        "257 IPv4 addresses in 3 ranges, 1 IPv6 range, hosts by name, and what "
                        "is in records that could not be read");
    zone_close(&s);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_includes_cost_their_depth),
        cmocka_unit_test(test_what_a_record_names_is_asked_for_at_once),
        cmocka_unit_test(test_what_a_tree_asks_for),
        cmocka_unit_test(test_include_bomb),
        cmocka_unit_test(test_fan_out_is_bounded),
        cmocka_unit_test(test_addresses_of_the_own_record),
        cmocka_unit_test(test_ranges_are_bounded),
        cmocka_unit_test(test_an_include_is_counted_with_what_it_leads_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
