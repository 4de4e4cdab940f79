/* The verdict on a sender, by every pair of findings and every refusal for one or two reasons: what a finding weighs by
 * itself, and that the worst of several counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/derive/inventory.h"
#include "core/facts/agreement.h"
#include "core/facts/target.h"
#include "core/result/identity_internal.h"
#include "core/result/receiver.h"
#include "core/result/result.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct suppression acceptance;

enum { OF_SENDER, OF_ANOTHER, OF_NOBODY, SUBJECTS };

static const struct ip sender_ip = {IP_V4, {11, 0, 0, 9}}, other_ip = {IP_V4, {11, 0, 0, 8}};
static const struct mail_address sender = {.ip = {IP_V4, {11, 0, 0, 9}}, .label = "11.0.0.9"},
                                 other = {.ip = {IP_V4, {11, 0, 0, 8}}, .label = "11.0.0.8"};

/* Which findings there are: {check, does it judge senders?} */
static const struct {
    enum check_id check;
    bool of_senders;
} checks[] = {{IP_PUBLIC, true},  {PTR_EXISTS, true},       {PTR_RANGE, true},      {HELO_FQDN, true},
              {HELO_SPF, true},   {DNSBL_LISTED, true},     {SPF_AUTHORIZES, true}, {SPF_EXISTS, false},
              {MX_EXISTS, false}, {BANNER_GREETING, false}, {DKIM_EXISTS, false}};

/* By the status, and whether the check could have failed: {verdict, is it among the reasons?} */
static const struct {
    enum status status, worst;
    enum verdict verdict;
    bool shown;
} weights[] = {{SKIPPED, FAIL, VERDICT_UNKNOWN, false}, /* nothing that could tell */
               {PASS, FAIL, VERDICT_READY, false},      {NOTE, FAIL, VERDICT_READY, false},
               {UNKNOWN, NOTE, VERDICT_READY, false},   {WARN, WARN, VERDICT_WARNINGS, true},
               {WARN, FAIL, VERDICT_WARNINGS, true},    {UNKNOWN, FAIL, VERDICT_UNKNOWN, true},
               {FAIL, FAIL, VERDICT_NOT_READY, true}};

static struct finding finding_for(size_t check, size_t weight, int subject)
{
    struct finding f = {.check = checks[check].check,
                        .status = weights[weight].status,
                        .worst = weights[weight].worst,
                        .because = CHECK_NONE};

    f.about = subject == OF_NOBODY ? subject_domain("good.lab")
                                   : subject_address(subject == OF_SENDER ? &sender_ip : &other_ip);
    return f;
}

static struct identity judge(struct arena *arena, const struct finding *const *findings, size_t count,
                             const struct receiver_verdict *receiver, const struct target *target)
{
    struct result result = {.target = target,
                            .findings = findings,
                            .finding_count = count,
                            .receivers = receiver,
                            .receiver_count = receiver != NULL};
    struct identity identity = {.sender = &sender};

    identity_judge(arena, &result, &identity);
    return identity;
}

static void one_finding_has_its_weight(void **state)
{
    const struct target target = {.domain = "good.lab"};

    (void)state;
    for (size_t c = 0; c < COUNT(checks); c++)
        for (size_t w = 0; w < COUNT(weights); w++)
            for (int subject = 0; subject < SUBJECTS; subject++)
                for (int how = 0; how < 3; how++) { /* as it is, following from another, accepted */
                    struct arena *arena = arena_new(1 << 20);
                    struct finding f = finding_for(c, w, subject);
                    const struct finding *findings[] = {&f};
                    bool counts = checks[c].of_senders && subject != OF_ANOTHER && how != 2;
                    struct identity identity;

                    f.because = how == 1 ? MX_EXISTS : CHECK_NONE;
                    f.suppressed = how == 2 ? &acceptance : NULL;
                    identity = judge(arena, findings, 1, NULL, &target);
                    assert_int_equal(identity.verdict, counts ? weights[w].verdict : VERDICT_UNKNOWN);
                    assert_int_equal(identity.finding_count, counts && weights[w].shown && how != 1);
                    arena_free(arena);
                }
}

static void the_worst_of_two_counts(void **state)
{
    const struct target target = {.domain = "good.lab"};

    (void)state;
    for (size_t a = 1; a < COUNT(weights); a++)
        for (size_t b = 1; b < COUNT(weights); b++) {
            struct arena *arena = arena_new(1 << 20);
            struct finding first = finding_for(1, a, OF_SENDER), second = finding_for(3, b, OF_SENDER);
            const struct finding *findings[] = {&first, &second};
            struct identity identity = judge(arena, findings, 2, NULL, &target);
            size_t shown = (size_t)weights[a].shown + weights[b].shown;

            assert_int_equal(identity.verdict,
                             weights[a].verdict > weights[b].verdict ? weights[a].verdict : weights[b].verdict);
            assert_int_equal(identity.finding_count, shown);
            if (shown == 2)
                assert_ptr_equal(identity.findings[0], second.status > first.status ? &second : &first);
            arena_free(arena);
        }
}

/* Of one part and one check the worst, the first of several. */
static void a_part_has_the_worst_of_its_findings(void **state)
{
    static const enum status orders[][2] = {{WARN, WARN}, {WARN, FAIL}, {FAIL, WARN}, {PASS, WARN}, {WARN, PASS}};

    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct finding two[2] = {{.check = PTR_EXISTS, .status = orders[i][0], .about = subject_address(&sender_ip)},
                                 {.check = PTR_EXISTS, .status = orders[i][1], .about = subject_address(&sender_ip)}};
        struct finding another = {.check = PTR_EXISTS, .status = FAIL, .about = subject_address(&other_ip)};
        const struct finding *findings[] = {&two[0], &two[1], &another};
        const struct result result = {.findings = findings, .finding_count = 3};
        const struct result one = {.findings = findings + 1, .finding_count = 1};

        assert_ptr_equal(identity_finding(&result, &sender, PART_PTR, PTR_EXISTS),
                         &two[orders[i][1] > orders[i][0]]);
        assert_ptr_equal(identity_finding(&one, &sender, PART_PTR, PTR_EXISTS), &two[1]);
        assert_null(identity_finding(&one, &sender, PART_PTR, PTR_FCRDNS));
        assert_null(identity_finding(&one, &sender, PART_GREETING, PTR_EXISTS));
    }
}

/* What a name weighs: as much as the worst finding of the checks of its part, of that name where there are several. */
static void a_row_weighs_as_its_findings(void **state)
{
    static const struct {
        struct identity_name row;
        struct {
            enum check_id check;
            enum status status;
            const char *host, *name; /* NULL: about no host, or no name */
        } findings[2];
        enum status weight;
    } cases[] = {
        {{.part = PART_PTR, .name = {"a.lab", 5}, .state = CELL_OK}, {{PTR_FCRDNS, FAIL, NULL, NULL}}, PASS},
        {{.part = PART_PTR, .state = CELL_NONE}, {{PTR_EXISTS, FAIL, NULL, NULL}}, SKIPPED},
        {{.part = PART_PTR, .state = CELL_UNKNOWN}, {{PTR_EXISTS, FAIL, NULL, NULL}}, UNKNOWN},
        {{.part = PART_PTR, .state = CELL_BROKEN}, {{HELO_FQDN, FAIL, NULL, NULL}}, WARN},
        {{.part = PART_PTR, .state = CELL_DIFFERS}, {{PTR_FCRDNS, PASS, NULL, NULL}}, NOTE},
        {{.part = PART_PTR, .state = CELL_BROKEN}, {{PTR_FCRDNS, SKIPPED, NULL, NULL}}, WARN},
        {{.part = PART_PTR, .state = CELL_BROKEN}, {{PTR_FCRDNS, NOTE, NULL, NULL}}, NOTE},
        {{.part = PART_PTR, .state = CELL_BROKEN},
         {{PTR_EXISTS, NOTE, NULL, NULL}, {PTR_FCRDNS, FAIL, NULL, NULL}},
         FAIL},
        {{.part = PART_PTR, .state = CELL_BROKEN},
         {{PTR_EXISTS, FAIL, NULL, NULL}, {PTR_FCRDNS, WARN, NULL, NULL}},
         FAIL},
        /* of several names each has its own */
        {{.part = PART_PTR, .name = {"a.lab", 5}, .state = CELL_BROKEN}, {{PTR_NAME_VALID, FAIL, NULL, "A.lab"}}, FAIL},
        {{.part = PART_PTR, .name = {"a.lab", 5}, .state = CELL_BROKEN}, {{PTR_NAME_VALID, FAIL, NULL, "b.lab"}}, WARN},
        {{.part = PART_HELO, .name = {"a.lab", 5}, .state = CELL_BROKEN}, {{HELO_RESOLVES, FAIL, NULL, "b.lab"}}, FAIL},
        {{.part = PART_HELO, .name = {"a.lab", 5}, .assumed = true, .state = CELL_BROKEN},
         {{HELO_RESOLVES, FAIL, NULL, "b.lab"}},
         WARN},
        {{.part = PART_GREETING, .name = {"a.lab", 5}, .state = CELL_DIFFERS},
         {{BANNER_RESOLVES, WARN, "mx.lab", "b.lab"}, {BANNER_FQDN, WARN, "mx.lab", "a.lab"}},
         WARN},
        {{.part = PART_GREETING, .name = {"a.lab", 5}, .state = CELL_DIFFERS},
         {{BANNER_RESOLVES, WARN, "mx.lab", "b.lab"}},
         NOTE},
        /* what a server says is judged of its host */
        {{.part = PART_GREETING, .state = CELL_DIFFERS}, {{BANNER_GREETING, FAIL, NULL, NULL}}, NOTE},
        {{.part = PART_EHLO, .name = {"a.lab", 5}, .state = CELL_DIFFERS},
         {{BANNER_MATCHES_EHLO, WARN, NULL, NULL}},
         NOTE},
        {{.part = PART_EHLO, .name = {"a.lab", 5}, .assumed = true, .state = CELL_DIFFERS},
         {{BANNER_MATCHES_EHLO, WARN, "mx.lab", "b.lab"}},
         WARN},
        {{.part = PART_CERTIFICATE, .state = CELL_BROKEN}, {{TLS_NAME, FAIL, "mx.lab", NULL}}, WARN},
        {{.part = PART_HELO_SPF, .state = CELL_BROKEN}, {{HELO_SPF, FAIL, NULL, "b.lab"}}, FAIL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *arena = arena_new(1 << 20);
        struct finding findings[2];
        const struct finding *list[] = {&findings[0], &findings[1]};
        const struct result result = {.findings = list, .finding_count = COUNT(list)};

        for (size_t k = 0; k < COUNT(findings); k++) {
            const char *host = cases[i].findings[k].host;

            findings[k] = (struct finding){.check = cases[i].findings[k].check, .status = cases[i].findings[k].status};
            findings[k].about = host ? subject_host_address(host, &sender_ip) : subject_address(&sender_ip);
            findings[k].about.name = cases[i].findings[k].name;
        }
        if (identity_weight(arena, &result, &sender, &cases[i].row) != cases[i].weight)
            fail_msg("row %zu weighs %s", i, status_word(identity_weight(arena, &result, &sender, &cases[i].row)));
        arena_free(arena);
    }
}

/* One address that is not reached, or does not greet, is a warning at most: what it would have said is open all the
 * same. */
static void a_greeting_that_is_not_heard_leaves_the_helo_name_open(void **state)
{
    static const enum check_id sessions[] = {SMTP_REACHABLE, BANNER_GREETING};
    const struct target target = {.domain = "good.lab"};

    (void)state;
    for (size_t c = 0; c < COUNT(sessions); c++)
        for (size_t w = 0; w < COUNT(weights); w++)
            for (int how = 0; how < 6; how++) { /* of this address and another; HELO unknown, known; accepted */
                struct arena *arena = arena_new(1 << 20);
                struct finding passed = finding_for(1, 1, OF_SENDER);
                struct finding f = {
                    .check = sessions[c], .status = weights[w].status, .worst = WARN, .because = CHECK_NONE};
                const struct finding *findings[] = {&passed, &f};
                struct result result = {.target = &target, .findings = findings, .finding_count = COUNT(findings)};
                struct identity_name helo = {.part = PART_HELO, .name = str_of(how / 2 == 1 ? "mx1.good.lab" : "")};
                struct identity identity = {.sender = &sender, .names = &helo, .name_count = 1};
                bool is_open = how == 0 && weights[w].status == UNKNOWN;

                f.about = subject_host_address("mx1.good.lab", how % 2 ? &other_ip : &sender_ip);
                f.suppressed = how / 2 == 2 ? &acceptance : NULL;
                identity_judge(arena, &result, &identity);
                assert_int_equal(identity.verdict, is_open ? VERDICT_UNKNOWN : VERDICT_READY);
                arena_free(arena);
            }
}

/* ---- refusals ---- */

/* What a receiver may refuse for, and whether that is a warning about the sender itself. */
static const struct finding own_warning = {.check = PTR_FCRDNS,
                                           .status = WARN,
                                           .worst = FAIL,
                                           .because = CHECK_NONE,
                                           .about = {.kind = SUBJECT_ADDRESS, .ip = {IP_V4, {11, 0, 0, 9}}}};
static const struct finding own_failure = {.check = PTR_FCRDNS,
                                           .status = FAIL,
                                           .worst = FAIL,
                                           .because = CHECK_NONE,
                                           .about = {.kind = SUBJECT_ADDRESS, .ip = {IP_V4, {11, 0, 0, 9}}}};
static const struct finding domain_warning = {.check = DMARC_EXISTS,
                                              .status = WARN,
                                              .worst = FAIL,
                                              .because = CHECK_NONE,
                                              .about = {.kind = SUBJECT_DOMAIN, .name = "good.lab"}};
static const struct finding accepted_warning = {.check = PTR_SINGLE,
                                                .status = WARN,
                                                .worst = FAIL,
                                                .because = CHECK_NONE,
                                                .suppressed = &acceptance,
                                                .about = {.kind = SUBJECT_ADDRESS, .ip = {IP_V4, {11, 0, 0, 9}}}};
static const struct finding *const reasons[] = {&own_warning, &accepted_warning, &own_failure, &domain_warning, NULL};
enum { OWN_WARNINGS = 2, ACCEPTED = 1 };

/* For the first `count` reasons of the two. */
static enum verdict expected(const struct receiver_verdict *v, const size_t *which, enum volume volume)
{
    size_t accepted = 0, mild = 0;

    for (size_t i = 0; i < v->reason_count; i++) {
        accepted += which[i] == ACCEPTED;
        mild += which[i] < OWN_WARNINGS;
    }
    if (v->sender != &sender || v->outcome != RECEIVER_REJECTS || (accepted > 0 && accepted == v->reason_count))
        return VERDICT_READY;
    if (v->receiver->kind == RECEIVER_BULK)
        return volume == VOLUME_LOW ? VERDICT_READY : volume == VOLUME_BULK ? VERDICT_NOT_READY : VERDICT_WARNINGS;
    return mild == v->reason_count ? VERDICT_WARNINGS : VERDICT_NOT_READY;
}

static size_t count_shown(const size_t *which, size_t count)
{
    size_t shown = 0;

    for (size_t i = 0; i < count; i++)
        shown += reasons[which[i]] && (i == 0 || which[i] != which[0]);
    return shown;
}

static void refuse(const size_t *which, size_t count, int outcome, enum volume volume, int who)
{
    static const struct receiver receivers[] = {{.name = "all", .kind = RECEIVER_ALL},
                                                {.name = "bulk", .kind = RECEIVER_BULK}};
    struct arena *arena = arena_new(1 << 20);
    const struct finding passed = finding_for(1, 1, OF_SENDER), *findings[] = {&passed};
    const struct target target = {.domain = "good.lab", .volume = volume};
    const struct receiver_reason why[] = {{.finding = reasons[which[0]]}, {.finding = reasons[which[1]]}};
    const struct receiver_verdict v = {.receiver = &receivers[who % 2],
                                       .sender = who < 2 ? &sender : &other,
                                       .outcome = (enum receiver_outcome)outcome,
                                       .reasons = why,
                                       .reason_count = count};
    struct identity identity = judge(arena, findings, 1, &v, &target);
    enum verdict verdict = expected(&v, which, volume);

    assert_int_equal(identity.verdict, verdict);
    assert_int_equal(identity.finding_count, verdict == VERDICT_READY ? 0 : count_shown(which, count));
    arena_free(arena);
}

static void a_refusal_weighs_by_its_reasons(void **state)
{
    (void)state;
    for (size_t first = 0; first < COUNT(reasons); first++)
        for (size_t second = 0; second < COUNT(reasons); second++)
            for (size_t count = 0; count <= 2; count++)
                for (int outcome = 0; outcome < RECEIVER_OUTCOME_COUNT; outcome++)
                    for (int volume = VOLUME_UNSAID; volume <= VOLUME_BULK; volume++)
                        for (int who = 0; who < 4; who++)
                            refuse((const size_t[]){first, second}, count, outcome, (enum volume)volume, who);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_finding_has_its_weight),
        cmocka_unit_test(the_worst_of_two_counts),
        cmocka_unit_test(a_part_has_the_worst_of_its_findings),
        cmocka_unit_test(a_row_weighs_as_its_findings),
        cmocka_unit_test(a_greeting_that_is_not_heard_leaves_the_helo_name_open),
        cmocka_unit_test(a_refusal_weighs_by_its_reasons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
