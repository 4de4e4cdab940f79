/* What to fix first: which findings are repaired together, in which order, and what the catalogue of causes says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/facts/target.h"
#include "core/result/cause.h"
#include "core/result/receiver.h"
#include "tests/unit/subject_of.h"

enum { FINDINGS_MAX = 10 };

struct told { /* a finding */
    enum check_id check;
    enum status status;
    const char *subject;
    const char *record; /* NULL: none */
    enum cause_id cause;
};

struct made {
    struct arena *arena;
    struct target target;
    struct finding findings[FINDINGS_MAX];
    const struct finding *list[FINDINGS_MAX];
    const char *records[FINDINGS_MAX];
    struct result result;
    const struct cause *causes;
    size_t count;
};

static void make(struct made *made, const struct told *told, size_t count)
{
    *made = (struct made){.arena = arena_new(SIZE_MAX), .target = {.domain = "good.lab"}};
    made->result = (struct result){.target = &made->target, .findings = made->list, .finding_count = count};
    for (size_t i = 0; i < count; i++) {
        made->records[i] = told[i].record;
        made->findings[i] = (struct finding){.check = told[i].check,
                                             .status = told[i].status,
                                             .about = subject_of(made->arena, told[i].check, told[i].subject),
                                             .subject = told[i].subject,
                                             .message = "",
                                             .records = {&made->records[i], told[i].record ? 1 : 0},
                                             .cause = told[i].cause,
                                             .because = CHECK_NONE};
        made->list[i] = &made->findings[i];
    }
}

static void derive(struct made *made)
{
    made->causes = causes_of(made->arena, &made->result, &made->count);
    made->result.causes = made->causes;
    made->result.cause_count = made->count;
}

/* "ptr.fcrdns 11.0.0.9 + helo.matches_ptr 11.0.0.9 a.lab | spf.exists good.lab" */
static const char *folded(const struct made *made)
{
    const char *text = "";

    for (size_t i = 0; i < made->count; i++)
        for (size_t k = 0; k < made->causes[i].repair_count; k++)
            text = str_printf(made->arena, "%s%s%s %s", text, k ? " + " : i ? " | " : "",
                              check_of(made->causes[i].repairs[k]->check)->name, made->causes[i].repairs[k]->subject);
    return text;
}

static void expect(const char *about, const struct told *told, size_t count, const char *wanted)
{
    struct made made;

    make(&made, told, count);
    derive(&made);
    if (strcmp(folded(&made), wanted) != 0)
        fail_msg("%s:\n  %s\nwanted\n  %s", about, folded(&made), wanted);
    for (size_t i = 0; i < count; i++)
        if ((cause_number(&made.result, made.list[i]) != 0) != (told[i].status >= WARN))
            assert_int_equal(told[i].status, NOTE);
    arena_free(made.arena);
}

#define EXPECT(about, told, wanted) expect(about, told, sizeof(told) / sizeof *(told), wanted)

static void causes_come_in_the_order_that_works(void **state)
{
    static const struct told all[] = {{BANNER_GREETING, WARN, "mx[11.0.0.9]", NULL, 0},
                                      {HELO_FQDN, FAIL, "11.0.0.9 localhost", NULL, 0},
                                      {MX_REDUNDANCY, NOTE, "good.lab", NULL, 0},
                                      {PTR_EXISTS, UNKNOWN, "11.0.0.8", NULL, 0},
                                      {PTR_FCRDNS, FAIL, "11.0.0.9", NULL, 0},
                                      {DKIM_SYNTAX, WARN, "s1", NULL, 0},
                                      {SPF_EXISTS, FAIL, "good.lab", NULL, 0},
                                      {MX_TARGET_CNAME, WARN, "mx.good.lab", NULL, 0}};
    static const struct told equals[] = {{PTR_SINGLE, WARN, "11.0.0.9", NULL, 0},
                                         {PTR_EXISTS, WARN, "11.0.0.8", NULL, 0}};
    static const struct told needed[] = {
        {PTR_EXISTS, FAIL, "11.0.0.9", "9.0.0.11.in-addr.arpa. 3600 IN PTR mail.good.lab.", 0},
        {HELO_RESOLVES, WARN, "11.0.0.9 mail.good.lab", "mail.good.lab. 3600 IN A 11.0.0.9", 0}};
    struct told secret[] = {{SPF_EXISTS, WARN, "good.lab", NULL, 0},
                            {DKIM_SYNTAX, WARN, "s1", NULL, CAUSE_DKIM_SECRET}};
    struct made made;

    (void)state;
    EXPECT("failures first, then by what depends on what", all,
           "ptr.fcrdns 11.0.0.9 | helo.fqdn 11.0.0.9 localhost | spf.exists good.lab | mx.target_cname mx.good.lab | "
           "banner.greeting mx[11.0.0.9] | dkim.syntax s1");
    EXPECT("of equals the first stays first", equals, "ptr.single 11.0.0.9 | ptr.exists 11.0.0.8");
    EXPECT("a name is made before a record names it", needed,
           "helo.resolves 11.0.0.9 mail.good.lab | ptr.exists 11.0.0.9");
    make(&made, secret, 2);
    made.findings[1].mark = MARK_SECRET_IS_OUT;
    derive(&made);
    assert_string_equal(made.causes[0].name, "dkim.syntax/private_key");
    arena_free(made.arena);
}

static void what_is_repaired_together_is_told_once(void **state)
{
    static const char ptr[] = "9.0.0.11.in-addr.arpa. 3600 IN PTR a.lab.";
    static const struct told record[] = {{PTR_FCRDNS, FAIL, "11.0.0.9", ptr, CAUSE_PTR_STALE},
                                         {PTR_GENERIC, NOTE, "11.0.0.9 x.lab", ptr, 0},
                                         {PTR_DOMAIN_ALIGNED, NOTE, "11.0.0.9 x.lab", NULL, 0},
                                         {HELO_MATCHES_PTR, WARN, "11.0.0.9 a.lab", ptr, CAUSE_HELO_PTR_STALE}};
    static const struct told with[] = {{HELO_MATCHES_IP, WARN, "11.0.0.9 a.lab", NULL, CAUSE_HELO_OF_STALE_PTR},
                                       {HELO_MATCHES_IP, WARN, "11.0.0.8 a.lab", NULL, CAUSE_HELO_OF_STALE_PTR},
                                       {PTR_FCRDNS, FAIL, "11.0.0.9", NULL, 0}};
    static const struct told worse[] = {{SPF_VOID_COUNT, WARN, "good.lab", NULL, 0},
                                        {SPF_EXISTS, WARN, "other.lab", NULL, 0},
                                        {SPF_AUTHORIZES, FAIL, "11.0.0.9 good.lab", NULL, CAUSE_SPF_BY_VOIDS}};
    static const struct told alike[] = {{PTR_EXISTS, WARN, "11.0.0.8", NULL, 0},
                                        {PTR_EXISTS, FAIL, "11.0.0.9", NULL, 0},
                                        {PTR_EXISTS, FAIL, "11.0.0.7", NULL, CAUSE_PTR_DANGLING}};
    static const struct told hosts[] = {{MX_RESOLVES, WARN, "mx1.lab", NULL, 0},
                                        {MX_RESOLVES, FAIL, "good.lab", NULL, CAUSE_MX_NO_HOST},
                                        {MX_RESOLVES, WARN, "mx2.lab", NULL, 0}};
    static const struct told nearest[] = {{SPF_SYNTAX, FAIL, "one.lab", NULL, 0},
                                          {SPF_SYNTAX, FAIL, "two.lab", NULL, CAUSE_SPF_RING},
                                          {SPF_AUTHORIZES, FAIL, "11.0.0.9 two.lab", NULL, CAUSE_SPF_BY_SYNTAX}};
    static const struct told alone[] = {{SPF_AUTHORIZES, FAIL, "11.0.0.9 good.lab", NULL, CAUSE_SPF_BY_SYNTAX}};

    (void)state;
    EXPECT("one record", record, "ptr.fcrdns 11.0.0.9 + helo.matches_ptr 11.0.0.9 a.lab + ptr.generic 11.0.0.9 x.lab");
    EXPECT("what another check tells, of the same address", with,
           "ptr.fcrdns 11.0.0.9 + helo.matches_ip 11.0.0.9 a.lab | helo.matches_ip 11.0.0.8 a.lab");
    EXPECT("a cause is as bad as what it repairs", worse,
           "spf.voids good.lab + spf.authorizes 11.0.0.9 good.lab | spf.exists other.lab");
    EXPECT("errands of one kind", alike, "ptr.exists 11.0.0.9 + ptr.exists 11.0.0.8 | ptr.exists 11.0.0.7");
    EXPECT("hosts and their domain", hosts, "mx.resolves mx1.lab + mx.resolves good.lab + mx.resolves mx2.lab");
    EXPECT("the nearest of several", nearest,
           "spf.syntax one.lab | spf.syntax two.lab + spf.authorizes 11.0.0.9 two.lab");
    EXPECT("what nobody tells stands for itself", alone, "spf.authorizes 11.0.0.9 good.lab");
}

/* To publish the second would be to lose the first. */
static void a_record_is_changed_once(void **state)
{
    static const struct told told[] = {
        {SPF_SYNTAX, FAIL, "good.lab", "good.lab. 3600 IN TXT \"v=spf1 mx -all\"", 0},
        {SPF_ENDS_IN_ALL, WARN, "good.lab", "good.lab. 3600 IN TXT \"v=spf1 mxx ~all\"", 0},
        {SPF_AUTHORIZES, WARN, "11.0.0.9 good.lab", "GOOD.lab. 3600 IN TXT \"v=spf1 ip4:11.0.0.9 ~all\"", 0},
        {DMARC_EXISTS, WARN, "good.lab", "_dmarc.good.lab. 3600 IN TXT \"v=DMARC1; p=none\"", 0},
        {MX_EXISTS, WARN, "good.lab", "good.lab. 3600 IN MX 10 good.lab.", 0},
    };
    static const size_t waits_for[] = {0, 0, 1, 1, 0};
    struct made made;

    (void)state;
    make(&made, told, 5);
    derive(&made);
    assert_int_equal(made.count, 5);
    assert_string_equal(made.causes[1].name, "mx.exists/none");
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(made.causes[i].steps[0].waits_for, waits_for[i]);
    arena_free(made.arena);
}

/* The second of two steps of one cause waits for the first, where both change one record. */
static void a_step_waits_for_its_own_cause(void **state)
{
    static const struct told told[] = {
        {SPF_SYNTAX, FAIL, "good.lab", "good.lab. 3600 IN TXT \"v=spf1 mx -all\"", 0},
        {SPF_SYNTAX, FAIL, "good.lab", "good.lab. 3600 IN TXT \"v=spf1 a -all\"", 0},
        {SPF_SYNTAX, FAIL, "other.lab", "other.lab. 3600 IN TXT \"v=spf1 a -all\"", 0},
    };
    static const size_t waits_for[] = {0, 1, 0};
    struct made made;

    (void)state;
    make(&made, told, 3);
    derive(&made);
    assert_int_equal(made.count, 1);
    assert_int_equal(made.causes[0].step_count, 3);
    for (size_t s = 0; s < 3; s++)
        assert_int_equal(made.causes[0].steps[s].waits_for, waits_for[s]);
    arena_free(made.arena);
}

static void steps_are_what_differs(void **state)
{
    static const struct told told[] = {
        {PTR_EXISTS, FAIL, "11.0.0.9", "9.0.0.11.in-addr.arpa. 3600 IN PTR a.lab.", 0},
        {PTR_EXISTS, FAIL, "11.0.0.8", "8.0.0.11.in-addr.arpa. 3600 IN PTR b.lab.", 0},
        {PTR_EXISTS, WARN, "11.0.0.7", NULL, 0},
        {PTR_EXISTS, WARN, "11.0.0.6", NULL, 0},
    };
    struct made made;

    (void)state;
    make(&made, told, 4);
    derive(&made);
    assert_int_equal(made.count, 1);
    assert_int_equal(made.causes[0].step_count, 3);
    assert_int_equal(made.causes[0].steps[2].finding_count, 2);
    assert_string_equal(made.causes[0].steps[0].what, check_of(PTR_EXISTS)->remedy);
    arena_free(made.arena);
}

/* ---- receivers ---- */

static void receivers_are_freed_by_the_last_cause(void **state)
{
    static const struct told told[] = {{PTR_EXISTS, FAIL, "11.0.0.9", NULL, 0},
                                       {SPF_EXISTS, FAIL, "good.lab", NULL, 0},
                                       {MX_REDUNDANCY, NOTE, "good.lab", NULL, 0}};
    const struct mail_address sender = {.ip = {IP_V4, {11, 0, 0, 9}}, .label = "11.0.0.9"};
    struct made made;

    (void)state;
    make(&made, told, 3);

    const struct receiver_reason ptr[] = {{.finding = made.list[0]}},
                                 both[] = {{.finding = made.list[1]}, {.finding = made.list[0]}},
                                 other[] = {{.finding = made.list[2]}, {.finding = made.list[0]}},
                                 none[] = {{.finding = NULL}};
    const struct receiver_verdict verdicts[] = {
        {receiver_from_name("gmail"), &sender, NULL, "11.0.0.1", RECEIVER_REJECTS, ptr, 1},
        {receiver_from_name("orange"), &sender, NULL, "11.0.0.1", RECEIVER_AT_RISK, both, 2},
        {receiver_from_name("yahoo"), &sender, NULL, "11.0.0.1", RECEIVER_REJECTS, other, 2},
        {receiver_from_name("icloud"), &sender, NULL, "11.0.0.1", RECEIVER_REJECTS, none, 1},
        {receiver_from_name("gmail"), &sender, NULL, "11.0.0.1", RECEIVER_CANT_TELL, ptr, 1},
    };

    made.result.receivers = verdicts;
    made.result.receiver_count = 5;
    derive(&made);
    assert_int_equal(made.count, 2);
    assert_int_equal(made.causes[0].free_count, 1);
    assert_ptr_equal(made.causes[0].frees[0], &verdicts[0]);
    assert_int_equal(made.causes[1].free_count, 1);
    assert_ptr_equal(made.causes[1].frees[0], &verdicts[1]);
    arena_free(made.arena);
}

/* ---- the command ---- */

static void the_command_asks_the_same_again(void **state)
{
    static const struct told told[] = {{PTR_EXISTS, FAIL, "11.0.0.9", NULL, 0},
                                       {SPF_EXISTS, FAIL, "good.lab", NULL, 0},
                                       {DKIM_EXISTS, FAIL, "s1", NULL, 0}};
    static const struct sender senders[] = {{.ip = {IP_V4, {11, 0, 0, 9}}, .helo = "it's; rm -rf ~"},
                                            {.ip = {IP_V4, {11, 0, 0, 8}}},
                                            {.host = "out.good.lab"}};
    static const char *const selectors[] = {"s1"}, *const envelopes[] = {"bounce.good.lab"};
    struct made made;

    (void)state;
    make(&made, told, 3);
    made.target = (struct target){.domain = "good.lab",
                                  .senders = senders,
                                  .sender_count = 3,
                                  .selectors = selectors,
                                  .selector_count = 1,
                                  .mail_froms = envelopes,
                                  .mail_from_count = 1,
                                  .volume = VOLUME_BULK};
    derive(&made);
    assert_string_equal(made.causes[0].command,
                        "mailready audit good.lab --sender '11.0.0.9=it'\\''s; rm -rf ~' --sender out.good.lab "
                        "--volume bulk --only ptr.exists");
    assert_string_equal(made.causes[1].command,
                        "mailready audit good.lab --sender '11.0.0.9=it'\\''s; rm -rf ~' --sender 11.0.0.8 "
                        "--sender out.good.lab --mail-from bounce.good.lab --volume bulk --only spf.exists");
    assert_non_null(strstr(made.causes[2].command, " --dkim s1 "));
    arena_free(made.arena);
}

/* A command that nobody could paste helps nobody. */
static void the_command_names_so_many_senders(void **state)
{
    enum { MOST = 16 };
    static const struct told told[] = {{SPF_EXISTS, FAIL, "good.lab", NULL, 0}};
    struct sender senders[MOST + 1];
    struct made made;

    (void)state;
    for (size_t i = 0; i <= MOST; i++)
        senders[i] = (struct sender){.ip = {IP_V4, {11, 0, 0, (uint8_t)(10 + i)}}};
    for (size_t count = MOST - 1; count <= MOST + 1; count++) {
        size_t named = 0;

        make(&made, told, 1);
        made.target = (struct target){.domain = "good.lab", .senders = senders, .sender_count = count};
        derive(&made);
        for (const char *at = made.causes[0].command; (at = strstr(at, "--sender ")); at++)
            named++;
        assert_int_equal(named, count <= MOST ? count : MOST);
        arena_free(made.arena);
    }
}

/* ---- the catalogue ---- */

static bool is_needed(const char *first, const char *then)
{
    const char *other = "b.lab. 3600 IN TXT \"x\"";
    const char *made[] = {other, first}, *used[] = {other, then};
    const struct text_list alone[] = {{made + 1, 1}, {used + 1, 1}}, beside[] = {{made, 2}, {used, 2}};
    bool needed = records_are_needed(&alone[0], &alone[1]);

    assert_int_equal(records_are_needed(&beside[0], &beside[1]), needed);
    return needed;
}

/* A name is to have its address before anything leads to it. */
static void addresses_come_first(void **state)
{
    (void)state;
    assert_true(is_needed("a.lab. 3600 IN A 11.0.0.1", "1.0.0.11.in-addr.arpa. 3600 IN PTR a.lab."));
    assert_true(is_needed("a.lab. 3600 IN AAAA 2600::1", "1.0.0.11.in-addr.arpa. 3600 IN PTR A.lab."));
    assert_true(is_needed("a.lab. 3600 IN A 11.0.0.1", "good.lab. 3600 IN MX 10 a.lab."));
    assert_true(is_needed("a.lab. 3600 IN A 11.0.0.1", "www.good.lab. 3600 IN CNAME a.lab."));
    assert_false(is_needed("a.lab. 3600 IN A 11.0.0.1", "good.lab. 3600 IN MX 10 c.lab."));
    assert_false(is_needed("a.lab. 3600 IN A 11.0.0.1", "good.lab. 3600 IN TXT a.lab."));
    assert_false(is_needed("a.lab. 3600 IN MX 10 c.lab.", "good.lab. 3600 IN CNAME a.lab."));
    assert_false(is_needed("1.0.0.11.in-addr.arpa. 3600 IN PTR a.lab.", "a.lab. 3600 IN A 11.0.0.1"));
}

static void every_check_has_a_cause(void **state)
{
    (void)state;
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        if (cause_first(id) == CAUSE_UNSAID)
            fail_msg("%s has no cause in causes.def", check_of(id)->name);
}

static void causes_are_told_properly(void **state)
{
    (void)state;
    for (enum cause_id id = CAUSE_UNSAID + 1; id < CAUSE_COUNT; id++) {
        const struct cause_kind *kind = cause_kind_at(id);
        const char *remedy = cause_remedy(id);

        if (strspn(kind->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(kind->name) || !*kind->name)
            fail_msg("%s: \"%s\" is no name", check_of(kind->check)->name, kind->name);
        for (enum cause_id other = CAUSE_UNSAID + 1; other < id; other++) {
            if (cause_kind_at(other)->check == kind->check && strcmp(cause_kind_at(other)->name, kind->name) == 0)
                fail_msg("%s has two causes \"%s\"", check_of(kind->check)->name, kind->name);
        }
        if (!*kind->text || strlen(kind->text) > 80 || kind->text[strlen(kind->text) - 1] == '.')
            fail_msg("\"%s\" is no heading", kind->text);
        if (!remedy || !*remedy || remedy[strlen(remedy) - 1] != '.')
            fail_msg("\"%s\" is no sentence", remedy ? remedy : "(none)");
        if (!*kind->bad || !*kind->good)
            fail_msg("%s/%s lacks an example, or how it should be", check_of(kind->check)->name, kind->name);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_come_in_the_order_that_works),
        cmocka_unit_test(what_is_repaired_together_is_told_once),
        cmocka_unit_test(a_record_is_changed_once),
        cmocka_unit_test(a_step_waits_for_its_own_cause),
        cmocka_unit_test(steps_are_what_differs),
        cmocka_unit_test(receivers_are_freed_by_the_last_cause),
        cmocka_unit_test(the_command_asks_the_same_again),
        cmocka_unit_test(the_command_names_so_many_senders),
        cmocka_unit_test(addresses_come_first),
        cmocka_unit_test(every_check_has_a_cause),
        cmocka_unit_test(causes_are_told_properly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
