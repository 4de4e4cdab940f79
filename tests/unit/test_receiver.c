/* Receivers' rules: the data is sound, and the logic is three-valued. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/derive/inventory.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/receiver.h"
#include "core/result/result.h"
#include "tests/unit/subject_of.h"

struct seen { /* a finding of a made-up audit */
    const char *check, *subject; /* "@Service": of mail that a service sends for example.org */
    enum status status;
    enum finding_mark mark;
};

enum { FINDINGS_MAX = CHECK_COUNT + 16, NOT_JUDGED = -1 };

static const struct mail_address senders[] = {
    {.ip = {IP_V4, {11, 22, 1, 25}}, .label = "11.22.1.25", .roles = ROLE_SENDER},
    {.ip = {IP_V6, {0x2a, 0x0b, 0xbb, 0x80}}, .label = "2a0b:bb80::", .roles = ROLE_SENDER},
    {.ip = {IP_V4, {11, 22, 1, 26}}, .label = "11.22.1.26", .roles = ROLE_MX},
};

/* The outcome of `receiver` for the sender at `index`, by these findings; every check that they do not name passes. */
static int judge(struct arena *arena, const char *receiver, size_t index, const struct seen *marks, size_t count)
{
    struct inventory mail = {.addresses = senders, .address_count = sizeof senders / sizeof *senders};
    struct finding findings[FINDINGS_MAX] = {{0}};
    const struct finding *list[FINDINGS_MAX];
    struct result result = {.findings = list, .finding_count = count, .inventory = &mail};
    const struct receiver_verdict *all;
    bool named[CHECK_COUNT] = {false};
    size_t verdicts;

    for (size_t i = 0; i < count; i++) {
        if (!check_from_name(marks[i].check, &findings[i].check))
            fail_msg("no check %s", marks[i].check);
        findings[i].about = marks[i].subject[0] == '@' ? subject_service(marks[i].subject + 1, "example.org")
                                                       : subject_of(arena, findings[i].check, marks[i].subject);
        findings[i].subject = marks[i].subject;
        findings[i].because = CHECK_NONE;
        findings[i].status = marks[i].status;
        findings[i].mark = marks[i].mark;
        findings[i].worst = check_of(findings[i].check)->worst;
        list[i] = &findings[i];
        named[findings[i].check] = true;
    }
    for (size_t id = 0; id < CHECK_COUNT; id++) {
        if (named[id])
            continue;
        findings[count] = (struct finding){.check = (enum check_id)id,
                                            .status = PASS,
                                            .mark = id == DMARC_ALIGNMENT ? MARK_SPF_ALIGNED : MARK_NONE,
                                            .about = subject_of(arena, (enum check_id)id, "example.org"),
                                            .subject = "example.org",
                                            .because = CHECK_NONE};
        list[count] = &findings[count];
        count++;
    }
    result.finding_count = count;
    all = receivers_judge(arena, &result, &verdicts);
    for (size_t i = 0; i < verdicts; i++)
        if (strcmp(all[i].receiver->name, receiver) == 0 && all[i].sender == &senders[index])
            return (int)all[i].outcome;
    return NOT_JUDGED;
}

static bool has_condition(const struct receiver_rule *rule)
{
    return rule->when[0].kind != RECEIVER_TERM_BOUNCE;
}

static void every_rule_can_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);

        assert_true(rule->receiver < receiver_count());
        assert_true(*rule->words && *rule->source && *rule->date);
        assert_int_not_equal(rule->when[0].kind, RECEIVER_TERM_NONE); /* no condition would be one that always holds */
        for (const struct receiver_term *term = rule->when; term->kind != RECEIVER_TERM_NONE; term++) {
            assert_true(term < rule->when + RECEIVER_TERMS_MAX);
            if (term->kind == RECEIVER_TERM_CHECK && term->statuses >> (check_of(term->check)->worst + 1))
                fail_msg("%s: %s is never as bad as that", rule->words, check_of(term->check)->name);
        }
        assert_true(!has_condition(rule) || *receiver_rule_check(rule));
        if (!has_condition(rule) && rule->when[0].check == CHECK_NONE)
            assert_string_equal(receiver_rule_check(rule), "");
        assert_true(has_condition(rule) || *rule->codes || *rule->phrases);
    }
}

static void rules_follow_the_sender(void **state)
{
    static const struct seen no_ptr_v4[] = {
        {"ip.public", "11.22.1.25", PASS, MARK_NONE},
        {"ptr.exists", "11.22.1.25", FAIL, MARK_NONE},
        {"ptr.name_valid", "11.22.1.25", SKIPPED, MARK_NONE},
        {"ptr.fcrdns", "11.22.1.25", SKIPPED, MARK_NONE},
        {"ip.public", "2a0b:bb80::", PASS, MARK_NONE},
        {"ptr.exists", "2a0b:bb80::", PASS, MARK_NONE},
        {"ptr.fcrdns", "2a0b:bb80::", PASS, MARK_NONE},
        {"ptr.name_valid", "2a0b:bb80:: mx.example.org", PASS, MARK_NONE},
        {"helo.fqdn", "11.22.1.25 mx.example.org", PASS, MARK_NONE},
        {"helo.fqdn", "2a0b:bb80:: mx.example.org", PASS, MARK_NONE},
        {"ptr.exists", "11.22.1.26", FAIL, MARK_NONE},
    };
    enum { COUNT = sizeof no_ptr_v4 / sizeof *no_ptr_v4 };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_int_equal(judge(arena, "gmail", 0, no_ptr_v4, COUNT), RECEIVER_REJECTS);
    assert_int_equal(judge(arena, "t-online", 0, no_ptr_v4, COUNT), RECEIVER_REJECTS);
    assert_int_equal(judge(arena, "yahoo", 0, no_ptr_v4, COUNT), RECEIVER_AT_RISK);
    assert_int_equal(judge(arena, "gmail-bulk", 0, no_ptr_v4, COUNT), RECEIVER_REJECTS); /* by the rules of "gmail" */
    assert_int_equal(judge(arena, "t-online", 1, no_ptr_v4, COUNT), RECEIVER_NO_OBSTACLE);
    assert_int_equal(judge(arena, "exchange-ipv6", 0, no_ptr_v4, COUNT), NOT_JUDGED);
    assert_int_equal(judge(arena, "gmail", 2, no_ptr_v4, COUNT), NOT_JUDGED); /* receives only */
    arena_free(arena);
}

/* Whether a sender is an open relay shows only where the user
 * asks, and it listens; otherwise the rule hinders nobody. */
static void relaying_counts_where_it_was_tried(void **state)
{
    static const struct seen open_relay[] = {{"smtp.relay", "mx.example.org[11.22.1.25]", FAIL, MARK_NONE}};
    static const struct seen of_another[] = {{"smtp.relay", "mx.example.org[11.22.1.26]", FAIL, MARK_NONE}};
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_int_equal(judge(arena, "outlook-bulk", 0, open_relay, 1), RECEIVER_REJECTS);
    assert_int_equal(judge(arena, "outlook-bulk", 0, of_another, 1), RECEIVER_NO_OBSTACLE);
    arena_free(arena);
}

static void undecided_is_neither_refusal_nor_clearance(void **state)
{
    static const struct seen flaky[] = {
        {"ip.public", "11.22.1.25", PASS, MARK_NONE},
        {"ptr.exists", "11.22.1.25", UNKNOWN, MARK_NONE},
        {"ptr.name_valid", "11.22.1.25", UNKNOWN, MARK_NONE},
        {"ptr.fcrdns", "11.22.1.25", UNKNOWN, MARK_NONE},
    };
    static const struct seen refused[] = {
        {"ip.public", "11.22.1.25", FAIL, MARK_NONE},
        {"ptr.exists", "11.22.1.25", UNKNOWN, MARK_NONE},
    };
    static const struct seen undeclared[] = {
        {"ip.public", "11.22.1.25", PASS, MARK_NONE},
        {"ptr.exists", "11.22.1.25", PASS, MARK_NONE},
        {"ptr.name_valid", "11.22.1.25 mx.example.org", PASS, MARK_NONE},
        {"ptr.fcrdns", "11.22.1.25", PASS, MARK_NONE},
        {"helo.fqdn", "11.22.1.25", SKIPPED, MARK_NONE},
        {"helo.resolves", "11.22.1.25", SKIPPED, MARK_NONE},
        {"domain.exists", "example.org", PASS, MARK_NONE},
        {"mx.exists", "example.org", PASS, MARK_NONE},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_int_equal(judge(arena, "t-online", 0, flaky, 4), RECEIVER_CANT_TELL);
    assert_int_equal(judge(arena, "icloud", 0, flaky, 4), RECEIVER_CANT_TELL); /* it publishes no more than risks */
    assert_int_equal(judge(arena, "t-online", 0, refused, 2), RECEIVER_REJECTS);
    assert_int_equal(judge(arena, "yahoo", 0, flaky, 4), RECEIVER_CANT_TELL); /* outweighs a risk */
    /* its HELO name is not known */
    assert_int_equal(judge(arena, "strict-postfix", 0, undeclared, 8), RECEIVER_CANT_TELL);
    assert_int_equal(judge(arena, "t-online", 0, undeclared, 8), RECEIVER_NO_OBSTACLE);
    arena_free(arena);
}

#define JUDGE(receiver, seen) judge(arena, receiver, 0, seen, sizeof(seen) / sizeof *(seen))
#define SENDER_SPF "spf.authorizes", "11.22.1.25 example.org"
#define KEY "dkim.exists", "s1._domainkey.example.org"

/* A record with a typing error in it is a record; without p=, only Gmail's rule for bulk senders wants more. */
static void a_dmarc_record_may_have_faults(void **state)
{
    static const struct seen fault[] = {{"dmarc.syntax", "example.org", WARN, MARK_NONE}, {KEY, PASS, MARK_NONE}};
    static const struct seen no_policy[] = {{"dmarc.syntax", "example.org", WARN, MARK_NO_POLICY},
                                            {KEY, PASS, MARK_NONE}};
    static const struct seen unusable[] = {{"dmarc.syntax", "example.org", FAIL, MARK_NONE}, {KEY, PASS, MARK_NONE}};
    static const char *const bulk[] = {"gmail-bulk", "outlook-bulk", "orange", "icloud", "yahoo-bulk"};
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof bulk / sizeof *bulk; i++) {
        assert_int_equal(JUDGE(bulk[i], fault), RECEIVER_NO_OBSTACLE);
        assert_int_equal(JUDGE(bulk[i], no_policy), i == 0 ? RECEIVER_REJECTS : RECEIVER_NO_OBSTACLE);
    }
    assert_int_equal(JUDGE("gmail-bulk", unusable), RECEIVER_REJECTS);
    assert_int_equal(JUDGE("outlook-bulk", unusable), RECEIVER_REJECTS);
    arena_free(arena);
}

/* permerror is no pass, and no fail either; by the void limit it is one for some receivers only. */
static void a_permerror_is_no_fail(void **state)
{
    static const struct seen fails[] = {{SENDER_SPF, FAIL, MARK_NONE}, {KEY, PASS, MARK_NONE}};
    static const struct seen permerror[] = {{SENDER_SPF, FAIL, MARK_SPF_PERMERROR}, {KEY, PASS, MARK_NONE}};
    static const struct seen voids[] = {{SENDER_SPF, WARN, MARK_SPF_VOIDS}, {KEY, PASS, MARK_NONE}};
    static const struct seen voids_unsigned[] = {{SENDER_SPF, WARN, MARK_SPF_VOIDS}, {KEY, FAIL, MARK_NONE}};
    static const char *const all_mail[] = {"gmail", "gmx", "laposte", "godaddy"};
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof all_mail / sizeof *all_mail; i++) {
        assert_int_equal(JUDGE(all_mail[i], fails), RECEIVER_REJECTS);
        assert_int_equal(JUDGE(all_mail[i], permerror), RECEIVER_AT_RISK);
    }
    assert_int_equal(JUDGE("gmail-bulk", permerror), RECEIVER_REJECTS); /* wants a pass */
    assert_int_equal(JUDGE("gmail-bulk", voids), RECEIVER_AT_RISK);
    assert_int_equal(JUDGE("orange", voids), RECEIVER_AT_RISK);
    assert_int_equal(JUDGE("gmail", voids_unsigned), RECEIVER_AT_RISK);
    arena_free(arena);
}

static void a_domain_may_ask_for_the_refusal(void **state)
{
#define POLICY {"dmarc.policy", "example.org", PASS, MARK_POLICY_REJECT}
    static const struct seen both_fail[] = {POLICY, {SENDER_SPF, FAIL, MARK_NONE}, {KEY, FAIL, MARK_NONE}};
    static const struct seen is_signed[] = {POLICY, {SENDER_SPF, FAIL, MARK_NONE}, {KEY, PASS, MARK_NONE}};
    static const struct seen maybe_signed[] = {
        POLICY, {SENDER_SPF, FAIL, MARK_NONE}, {"dkim.exists", "example.org", SKIPPED, MARK_NONE}};
    static const struct seen is_authorised[] = {
        POLICY, {SENDER_SPF, PASS, MARK_NONE}, {"dkim.exists", "example.org", SKIPPED, MARK_NONE}};
    static const struct seen undecided[] = {POLICY, {SENDER_SPF, UNKNOWN, MARK_NONE}, {KEY, FAIL, MARK_NONE}};
    static const struct seen unaligned[] = {POLICY,
                                            {"spf.authorizes", "11.22.1.25 example.net", PASS, MARK_NONE},
                                            {"dmarc.alignment", "example.net example.org", WARN, MARK_NONE},
                                            {KEY, FAIL, MARK_NONE}};
    static const struct seen no_policy[] = {{SENDER_SPF, FAIL, MARK_NONE}, {KEY, FAIL, MARK_NONE}};
    static const char *const everywhere[] = {"gmail",  "yahoo",   "outlook", "icloud",   "gmx",
                                             "orange", "laposte", "zoho",    "rackspace"};
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++)
        assert_int_equal(JUDGE(everywhere[i], both_fail), RECEIVER_REJECTS);
    assert_int_equal(JUDGE("zoho", is_signed), RECEIVER_NO_OBSTACLE);
    assert_int_equal(JUDGE("zoho", maybe_signed), RECEIVER_AT_RISK); /* only a message shows it */
    assert_int_equal(JUDGE("zoho", is_authorised), RECEIVER_NO_OBSTACLE);
    assert_int_equal(JUDGE("zoho", undecided), RECEIVER_CANT_TELL);
    assert_int_equal(JUDGE("zoho", unaligned), RECEIVER_REJECTS);
    assert_int_equal(JUDGE("zoho", no_policy), RECEIVER_NO_OBSTACLE);
    arena_free(arena);
}

/* One receiver that minds nothing but a policy that asks for the refusal: by what passes, and for whom. */
static void what_passes_is_not_refused_for_the_policy(void **state)
{
#define SPF_OF(envelope) "spf.authorizes", "11.22.1.25 " envelope
#define KEY_OF(selector) "dkim.exists", selector
    static const struct {
        int outcome;
        size_t count;
        struct seen seen[6];
    } cases[] = {
        /* DKIM, where SPF fails: every selector must */
        {RECEIVER_REJECTS, 4, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}, {KEY_OF("s2"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE, 4, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}, {KEY_OF("s2"), PASS, 0}}},
        {RECEIVER_NO_OBSTACLE, 4, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}, {KEY_OF("s2"), FAIL, 0}}},
        {RECEIVER_CANT_TELL, 4, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}, {KEY_OF("s2"), UNKNOWN, 0}}},
        {RECEIVER_REJECTS, 4, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}, {"dkim.syntax", "s1", FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}, {"dkim.revoked", "s1", FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE,
         4,
         {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}, {"dkim.syntax", "s2", FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE,
         4,
         {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}, {"dkim.strength", "s1", WARN, 0}}},
        /* what is no selector of the domain's own */
        {RECEIVER_AT_RISK, 3, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), SKIPPED, 0}}},
        {RECEIVER_AT_RISK, 3, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, MARK_OF_SERVICE}}},
        {RECEIVER_AT_RISK, 3, {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("@Service"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}, {KEY_OF("@Service"), PASS, 0}}},
        /* the selectors are example.org's: of use to its own names in From */
#define POLICY_OF(from) {"dmarc.policy", from, PASS, MARK_POLICY_REJECT}
        {RECEIVER_REJECTS, 3, {POLICY_OF("example.com"), {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}}},
        {RECEIVER_NO_OBSTACLE, 3, {POLICY_OF("news.example.org"), {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), PASS, 0}}},
        {RECEIVER_NO_OBSTACLE,
         3,
         {POLICY_OF("example.com"), {SPF_OF("example.com"), PASS, 0}, {KEY_OF("s1"), PASS, 0}}},
        {RECEIVER_AT_RISK, 3, {POLICY_OF("example.com"), {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), SKIPPED, 0}}},
        /* SPF, where DKIM fails */
        {RECEIVER_NO_OBSTACLE, 3, {POLICY, {SENDER_SPF, PASS, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_AT_RISK, 3, {POLICY, {SENDER_SPF, WARN, MARK_SPF_VOIDS}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS, 3, {POLICY, {SENDER_SPF, WARN, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_CANT_TELL, 3, {POLICY, {SENDER_SPF, UNKNOWN, 0}, {KEY_OF("s1"), UNKNOWN, 0}}},
        {RECEIVER_CANT_TELL,
         3,
         {POLICY, {"spf.authorizes", "11.22.1.26 example.org", FAIL, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY,
          {"spf.authorizes", "11.22.1.26 example.org", PASS, 0},
          {"spf.exists", "example.org", FAIL, 0},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE,
         5,
         {POLICY,
          {SENDER_SPF, FAIL, 0},
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.net example.org", PASS, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        /* whether the envelope is aligned */
        {RECEIVER_NO_OBSTACLE,
         4,
         {POLICY,
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.net example.org", PASS, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE, /* the others of which SPF lets some not pass */
         4,
         {POLICY,
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.net example.org", FAIL, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_CANT_TELL,
         4,
         {POLICY,
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.net example.org", UNKNOWN, 0},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY,
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.com example.org", PASS, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY,
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.net example.com", PASS, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS, /* of two envelopes the one that is not aligned passes */
         6,
         {POLICY,
          {SENDER_SPF, FAIL, 0},
          {SPF_OF("example.net"), PASS, 0},
          {"dmarc.alignment", "example.org", PASS, MARK_SPF_ALIGNED},
          {"dmarc.alignment", "example.net example.org", WARN, 0},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE, /* what is not aligned is the envelope of another From */
         5,
         {POLICY,
          {SENDER_SPF, PASS, 0},
          {"dmarc.alignment", "example.com", WARN, 0},
          {"dmarc.alignment", "example.org", PASS, MARK_SPF_ALIGNED},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {POLICY,
          {SENDER_SPF, PASS, 0},
          {"dmarc.alignment", "example.org", WARN, 0},
          {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE,
         4,
         {POLICY, {SENDER_SPF, PASS, 0}, {"dmarc.alignment", "@Service", FAIL, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         5,
         {POLICY,
          {SENDER_SPF, PASS, 0},
          {"dmarc.alignment", "@Service", PASS, MARK_SPF_ALIGNED},
          {"dmarc.alignment", "example.org", FAIL, 0},
          {KEY_OF("s1"), FAIL, 0}}},
        /* the policy */
        {RECEIVER_CANT_TELL,
         3,
         {{"dmarc.policy", "example.org", UNKNOWN, 0}, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_NO_OBSTACLE,
         3,
         {{"dmarc.policy", "example.org", NOTE, 0}, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}}},
        {RECEIVER_REJECTS,
         4,
         {{"dmarc.policy", "example.org", NOTE, 0}, POLICY, {SENDER_SPF, FAIL, 0}, {KEY_OF("s1"), FAIL, 0}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        int outcome = judge(arena, "zoho", 0, cases[i].seen, cases[i].count);

        if (outcome != cases[i].outcome)
            fail_msg("case %zu: %d", i, outcome);
        arena_free(arena);
    }
}

/* All that have conditions, but those for IPv6 of IPv6 alone. */
static void every_receiver_is_asked(void **state)
{
    struct arena *arena = arena_new(1 << 22);

    (void)state;
    for (size_t i = 0; i < receiver_count(); i++)
        for (size_t s = 0; s < 2; s++) {
            enum receiver_kind kind = receiver_at(i)->kind;
            bool is_judged = kind != RECEIVER_BOUNCES && (kind != RECEIVER_IPV6 || senders[s].ip.family == IP_V6);

            assert_int_equal(judge(arena, receiver_at(i)->name, s, NULL, 0) != NOT_JUDGED, is_judged);
        }
    arena_free(arena);
}

static void rules_have_a_date(void **state)
{
    (void)state;
    assert_string_equal(receiver_rules_date(), "2026-11-29");
    assert_int_equal(receiver_rules_age_days(1795910400), 0);                /* 2026-11-29 00:00 UTC */
    assert_int_equal(receiver_rules_age_days(1795910400 + 200LL * 86400), 200);
    assert_int_equal(receiver_rules_age_days(0), 0);
}

static bool is_bulk_of(const char *name, const char *other)
{
    size_t length = strlen(other);

    return strncmp(name, other, length) == 0 && name[length] && strstr(name, "bulk");
}

/* Who is no bulk sender need not read the rules for them; who is reads these in place of the others, where there are
 * any. */
static void rules_for_bulk_senders_are_shown_to_them(void **state)
{
    const struct target target[] = {{.volume = VOLUME_UNSAID}, {.volume = VOLUME_LOW}, {.volume = VOLUME_BULK}};

    (void)state;
    for (size_t i = 0; i < receiver_count(); i++) {
        const struct receiver *receiver = receiver_at(i);
        bool is_bulk = receiver->kind == RECEIVER_BULK, has_bulk = false;

        for (size_t k = 0; k < receiver_count(); k++)
            has_bulk |= is_bulk_of(receiver_at(k)->name, receiver->name);
        assert_true(receiver_is_shown(&target[0], receiver));
        assert_int_equal(receiver_is_shown(&target[1], receiver), !is_bulk);
        assert_int_equal(receiver_is_shown(&target[2], receiver), is_bulk || !has_bulk);
    }
}

/* Whose conditions are not known explains bounces, and is not judged. */
static void some_receivers_are_known_by_their_rejections(void **state)
{
    static const struct seen nothing[] = {{"ptr.exists", "11.22.1.25", FAIL, MARK_NONE}};
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_int_equal(JUDGE("mimecast", nothing), NOT_JUDGED);
    assert_null(receiver_from_name("mimecast"));
    assert_non_null(receiver_from_name("seppmail"));
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_can_hold),
        cmocka_unit_test(rules_follow_the_sender),
        cmocka_unit_test(relaying_counts_where_it_was_tried),
        cmocka_unit_test(a_dmarc_record_may_have_faults),
        cmocka_unit_test(a_permerror_is_no_fail),
        cmocka_unit_test(a_domain_may_ask_for_the_refusal),
        cmocka_unit_test(what_passes_is_not_refused_for_the_policy),
        cmocka_unit_test(every_receiver_is_asked),
        cmocka_unit_test(rules_have_a_date),
        cmocka_unit_test(rules_for_bulk_senders_are_shown_to_them),
        cmocka_unit_test(some_receivers_are_known_by_their_rejections),
        cmocka_unit_test(undecided_is_neither_refusal_nor_clearance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
