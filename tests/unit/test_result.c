/* What a result says as a whole: its verdict, whom a finding is about. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/derive/inventory.h"
#include "core/derive/services.h"
#include "core/facts/agreement.h"
#include "core/facts/target.h"
#include "core/records/provider.h"
#include "core/result/result.h"
#include "probes/probes.h"
#include "tests/unit/subject_of.h"

enum { FINDINGS_MAX = 8 };

struct mark {
    enum check_id check;
    enum status status;
    enum status worst; /* for this subject */
    enum check_id because;
};

struct made { /* a result of these findings */
    struct finding findings[FINDINGS_MAX];
    const struct finding *list[FINDINGS_MAX];
    struct result result;
};

static void make(struct made *made, const struct mark *marks, size_t count)
{
    *made = (struct made){.result = {.findings = made->list, .finding_count = count}};
    for (size_t i = 0; i < count; i++) {
        made->findings[i] = (struct finding){.check = marks[i].check,
                                             .status = marks[i].status,
                                             .worst = marks[i].worst,
                                             .subject = "good.lab",
                                             .message = "",
                                             .because = marks[i].because};
        made->list[i] = &made->findings[i];
        made->result.counts[marks[i].status]++;
    }
}

#define REQUIRED_UNKNOWN {PTR_EXISTS, UNKNOWN, FAIL, CHECK_NONE}
#define FOLDED_UNKNOWN {PTR_FCRDNS, UNKNOWN, FAIL, PTR_EXISTS}
#define WARN_UNKNOWN {PTR_EXISTS, UNKNOWN, WARN, CHECK_NONE} /* of an address that only receives */
#define ENV_UNKNOWN {ENV_RESOLVER, UNKNOWN, UNKNOWN, CHECK_NONE}
#define FAILED {PTR_EXISTS, FAIL, FAIL, CHECK_NONE}
#define WARNED {SPF_ENDS_IN_ALL, WARN, FAIL, CHECK_NONE}
#define NOTED {MX_REDUNDANCY, NOTE, NOTE, CHECK_NONE}
#define LEFT_OUT {HELO_FQDN, SKIPPED, FAIL, CHECK_NONE}
#define PASSED {MX_EXISTS, PASS, FAIL, CHECK_NONE}

static const struct verdict_case {
    const char *about;
    enum verdict verdict;
    size_t count;
    struct mark marks[4];
} verdicts[] = {
    {"nothing was asked", VERDICT_READY, 0, {{0}}},
    {"all in order", VERDICT_READY, 1, {PASSED}},
    {"hygiene", VERDICT_READY, 2, {PASSED, NOTED}},
    {"switched off, or not applicable", VERDICT_READY, 1, {LEFT_OUT}},
    {"switched off beside hygiene", VERDICT_READY, 3, {LEFT_OUT, NOTED, PASSED}},
    {"not known, and could not have failed", VERDICT_READY, 2, {PASSED, WARN_UNKNOWN}},
    {"this machine's own trouble alone", VERDICT_READY, 2, {PASSED, ENV_UNKNOWN}},
    {"a warning", VERDICT_WARNINGS, 2, {PASSED, WARNED}},
    {"a warning beside what could not have failed", VERDICT_WARNINGS, 3, {WARN_UNKNOWN, WARNED, ENV_UNKNOWN}},
    {"a warning, then what is switched off", VERDICT_WARNINGS, 3, {WARNED, LEFT_OUT, NOTED}},
    {"a required check is open", VERDICT_UNKNOWN, 2, {PASSED, REQUIRED_UNKNOWN}},
    {"the only check is open", VERDICT_UNKNOWN, 1, {REQUIRED_UNKNOWN}},
    {"open because another is", VERDICT_UNKNOWN, 2, {PASSED, FOLDED_UNKNOWN}},
    {"open outweighs a warning", VERDICT_UNKNOWN, 2, {WARNED, REQUIRED_UNKNOWN}},
    {"open outweighs a warning behind it", VERDICT_UNKNOWN, 2, {REQUIRED_UNKNOWN, WARNED}},
    {"open behind what could not have failed", VERDICT_UNKNOWN, 3, {WARN_UNKNOWN, ENV_UNKNOWN, REQUIRED_UNKNOWN}},
    {"a failure", VERDICT_NOT_READY, 2, {PASSED, FAILED}},
    {"a failure outweighs a warning", VERDICT_NOT_READY, 2, {WARNED, FAILED}},
    {"a failure outweighs what is open", VERDICT_NOT_READY, 2, {REQUIRED_UNKNOWN, FAILED}},
    {"a failure outweighs what is open behind it", VERDICT_NOT_READY, 2, {FAILED, REQUIRED_UNKNOWN}},
    {"everything at once", VERDICT_NOT_READY, 4, {WARNED, REQUIRED_UNKNOWN, LEFT_OUT, FAILED}},
};

static void the_worst_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        struct made made;

        make(&made, verdicts[i].marks, verdicts[i].count);
        if (result_verdict(&made.result) != verdicts[i].verdict)
            fail_msg("%s: %s", verdicts[i].about, verdict_word(result_verdict(&made.result)));
    }
}

/* ---- scope: what was not asked for says nothing ---- */

/* helo.fqdn fails, ptr.exists is open, mx.target_cname warns. */
static const char mixed[] =
    "{\"mailready_evidence\": 1,"
    " \"target\": {\"domain\": \"good.lab\", \"senders\": [{\"ip\": \"11.0.0.9\", \"helo\": \"localhost\"}]},"
    " \"evidence\": {"
    "\"dns:good.lab/MX\": [\"10 mx1.good.lab\"],"
    "\"dns:mx1.good.lab/A\": {\"records\": [\"11.0.0.1\"], \"chain\": [[\"mx1.good.lab\", \"other.good.lab\"]]},"
    "\"dns:mx1.good.lab/AAAA\": \"nodata\","
    "\"dns:9.0.0.11.in-addr.arpa/PTR\": \"timeout\"}}";

struct asked {
    enum verdict verdict;
    size_t findings;
    bool done;
};

static void take(void *arg, const struct result *result)
{
    struct asked *asked = arg;

    *asked = (struct asked){result->verdict, result->finding_count, true};
}

static struct asked ask(const char *const *only)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why = "";
    struct recording *recording = recording_read(arena, mixed, strlen(mixed), &why);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    struct engine *engine = recording ? engine_new(loop, &config, &why) : NULL;
    struct asked asked = {.done = false};
    struct target target;
    bool selected[CHECK_COUNT] = {false};

    if (!engine)
        fail_msg("%s", why);
    target = *recording_target(recording);
    target.selected = selected;
    for (; *only; only++) {
        enum check_id id;

        assert_true(check_from_name(*only, &id));
        selected[id] = true;
    }
    assert_true(engine_audit(engine, &target, take, &asked));
    while (!asked.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    arena_free(arena);
    return asked;
}

static void what_was_not_asked_says_nothing(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *only[4];
    } cases[] = {
        {VERDICT_READY, {NULL}},
        {VERDICT_READY, {"mx.exists"}},
        {VERDICT_READY, {"mx.exists", "mx.redundancy"}},
        {VERDICT_WARNINGS, {"mx.target_cname"}},
        {VERDICT_WARNINGS, {"mx.exists", "mx.target_cname"}},
        {VERDICT_UNKNOWN, {"ptr.exists"}},
        {VERDICT_UNKNOWN, {"ptr.exists", "mx.target_cname"}},
        {VERDICT_NOT_READY, {"helo.fqdn"}},
        {VERDICT_NOT_READY, {"ptr.exists", "helo.fqdn", "mx.target_cname"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked asked = ask(cases[i].only);

        if (asked.verdict != cases[i].verdict || (asked.findings == 0) != !cases[i].only[0])
            fail_msg("--only %s ...: %s, %zu findings", cases[i].only[0] ? cases[i].only[0] : "nothing",
                     verdict_word(asked.verdict), asked.findings);
    }
}

/* Hosted is whose senders all belong to services that send. */
static void who_sends_himself_is_not_hosted(void **state)
{
    struct mail_address addresses[] = {{.ip = {IP_V4, {11, 0, 0, 9}}, .roles = ROLE_MX},
                                       {.ip = {IP_V4, {11, 0, 0, 8}}, .roles = ROLE_SENDER}};
    struct service sends[] = {{.provider = provider_at(0), .roles = SERVICE_RECEIVES},
                              {.provider = provider_at(1), .roles = SERVICE_SENDS}};
    struct inventory mail = {.addresses = addresses};
    struct services services = {.at = sends};
    struct result result = {.inventory = &mail, .services = &services};

    (void)state;
    for (mail.address_count = 0; mail.address_count <= 2; mail.address_count++)
        for (services.count = 0; services.count <= 2; services.count++)
            assert_int_equal(result_is_hosted(&result), mail.address_count < 2 && services.count == 2);
}

/* What is planned stands before what is there; what never became known is none. */
static void evidence_is_found_by_its_key(void **state)
{
    struct evidence known[] = {{.text = "a", .known = true}, {.text = "b"}, {.text = "c", .known = true}};
    struct evidence planned = {.text = "c", .known = true};
    const struct evidence *there[] = {&known[0], &known[1], &known[2]}, *plan[] = {&planned};
    const struct result result = {.evidence = there, .evidence_count = 3, .planned = plan, .planned_count = 1};
    const struct result alone = {.evidence = there, .evidence_count = 1};

    (void)state;
    assert_ptr_equal(result_evidence(&result, "a"), &known[0]);
    assert_null(result_evidence(&result, "b"));
    assert_ptr_equal(result_evidence(&result, "c"), &planned);
    assert_null(result_evidence(&result, "d"));
    assert_ptr_equal(result_evidence(&alone, "a"), &known[0]);
    assert_null(result_evidence(&alone, "c"));
}

/* ---- what a finding is undecided for ---- */

struct link {
    enum check_id check, because;
    enum status status;
    const char *subject;
    bool is_accepted;
};

/* The index of the finding that is the cause of the first; -1: there is none. */
static int cause_of_first(const struct link *links, size_t count)
{
    static const struct suppression accepted;
    struct finding findings[FINDINGS_MAX];
    const struct finding *list[FINDINGS_MAX], *cause;
    const struct result result = {.findings = list, .finding_count = count};

    for (size_t i = 0; i < count; i++) {
        findings[i] = (struct finding){.check = links[i].check,
                                       .because = links[i].because,
                                       .status = links[i].status,
                                       .subject = links[i].subject,
                                       .suppressed = links[i].is_accepted ? &accepted : NULL};
        list[i] = &findings[i];
    }
    cause = result_cause(&result, list[0]);
    return cause ? (int)(cause - findings) : -1;
}

static void the_last_of_a_chain_is_the_cause(void **state)
{
#define OPEN {PTR_FCRDNS, PTR_EXISTS, UNKNOWN, "11.0.0.9", false}
    static const struct {
        int cause;
        size_t count;
        struct link links[4];
    } cases[] = {
        {-1, 1, {OPEN}},
        {1, 2, {OPEN, {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.9", false}}},
        {1, 2, {OPEN, {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.8", false}}},
        {2,
         3,
         {OPEN,
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.8", false},
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.9", false}}},
        {1,
         3,
         {OPEN,
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.9", false},
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.9", false}}},
        {1,
         3,
         {OPEN,
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.7", false},
          {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.8", false}}},
        {-1, 2, {OPEN, {PTR_EXISTS, CHECK_NONE, UNKNOWN, "11.0.0.9", true}}},
        {-1, 2, {OPEN, {PTR_EXISTS, CHECK_NONE, WARN, "11.0.0.9", false}}},
        {-1, 2, {OPEN, {PTR_EXISTS, CHECK_NONE, NOTE, "11.0.0.9", false}}},
        {-1, 2, {OPEN, {HELO_FQDN, CHECK_NONE, UNKNOWN, "11.0.0.9", false}}},
        {1,
         2,
         {{PTR_EXISTS, ENV_IPV6, UNKNOWN, "2600::9", false}, {ENV_IPV6, CHECK_NONE, NOTE, "this machine", false}}},
        {-1,
         2,
         {{PTR_EXISTS, ENV_IPV6, WARN, "2600::9", false}, {ENV_IPV6, CHECK_NONE, NOTE, "this machine", false}}},
        {2,
         3,
         {OPEN,
          {PTR_EXISTS, ENV_RESOLVER, UNKNOWN, "11.0.0.9", false},
          {ENV_RESOLVER, CHECK_NONE, UNKNOWN, "127.0.0.1", false}}},
        {-1,
         3,
         {OPEN,
          {PTR_EXISTS, ENV_RESOLVER, UNKNOWN, "11.0.0.9", false},
          {ENV_RESOLVER, CHECK_NONE, PASS, "127.0.0.1", false}}},
        {-1, 2, {OPEN, {PTR_EXISTS, PTR_FCRDNS, UNKNOWN, "11.0.0.9", false}}}, /* a ring */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cause_of_first(cases[i].links, cases[i].count) != cases[i].cause)
            fail_msg("case %zu: %d", i, cause_of_first(cases[i].links, cases[i].count));
}

/* Through eight others, and no more: a ring would have no end. */
static void chains_are_followed_so_far(void **state)
{
    enum { MOST = 8 };

    (void)state;
    for (size_t others = MOST - 1; others <= MOST + 1; others++) {
        struct finding findings[MOST + 2];
        const struct finding *list[MOST + 2];
        const struct result result = {.findings = list, .finding_count = others + 1};

        for (size_t i = 0; i <= others; i++) {
            findings[i] = (struct finding){
                .check = (enum check_id)i, .because = (enum check_id)(i + 1), .status = UNKNOWN, .subject = "good.lab"};
            list[i] = &findings[i];
        }
        findings[others].because = CHECK_NONE;
        if (others <= MOST)
            assert_ptr_equal(result_cause(&result, list[0]), list[others]);
        else
            assert_null(result_cause(&result, list[0]));
    }
}

static void checks_have_their_names(void **state)
{
    enum check_id found = CHECK_NONE;

    (void)state;
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        assert_true(check_from_name(check_of(id)->name, &found) && found == id);
    assert_false(check_from_name("", &found));
    assert_false(check_from_name("ptr", &found));
    assert_false(check_from_name("ptr.exist", &found));
    assert_false(check_from_name("PTR.exists", &found));
}

/* Every part of a subject counts, and of twins which one it is. */
static void no_two_findings_have_one_fingerprint(void **state)
{
    const struct ip ip = {IP_V4, {11, 0, 0, 9}}, other = {IP_V4, {11, 0, 0, 8}};
    const struct finding findings[] = {
        {.check = PTR_EXISTS, .about = subject_address(&ip), .subject = "a"},
        {.check = PTR_FCRDNS, .about = subject_address(&ip), .subject = "a"},
        {.check = PTR_EXISTS, .about = subject_address(&other), .subject = "b"},
        {.check = PTR_EXISTS, .about = subject_address_name(&ip, "good.lab"), .subject = "c"},
        {.check = PTR_EXISTS, .about = subject_address_name(&ip, "mx.good.lab"), .subject = "d"},
        {.check = PTR_EXISTS, .about = subject_host("mx.good.lab"), .subject = "e"},
        {.check = PTR_EXISTS, .about = subject_domain("mx.good.lab"), .subject = "f"},
        {.check = PTR_EXISTS, .about = subject_selector("s1", "good.lab"), .subject = "g"},
        {.check = PTR_EXISTS, .about = subject_selector("s2", "good.lab"), .subject = "h"},
        {.check = PTR_EXISTS, .about = subject_address(&ip), .subject = "a"},
        {.check = PTR_EXISTS, .about = subject_address(&ip), .subject = "a"},
    };
    enum { COUNT = sizeof findings / sizeof *findings };
    const struct target target = {.domain = "good.lab"}, another = {.domain = "other.lab"};
    const struct finding *list[COUNT];
    struct result result = {.target = &target, .findings = list, .finding_count = COUNT};
    struct arena *arena = arena_new(SIZE_MAX);
    const char *prints[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        list[i] = &findings[i];
    for (size_t i = 0; i < COUNT; i++) {
        prints[i] = result_fingerprint(arena, &result, list[i]);
        assert_int_equal(strlen(prints[i]), 32);
        for (size_t k = 0; k < i; k++)
            if (strcmp(prints[i], prints[k]) == 0)
                fail_msg("%zu and %zu", i, k);
    }
    result.finding_count = 1; /* without its twins it is the same */
    assert_string_equal(result_fingerprint(arena, &result, list[0]), prints[0]);
    result.target = &another;
    assert_string_not_equal(result_fingerprint(arena, &result, list[0]), prints[0]);
    arena_free(arena);
}

static void subjects_say_whom_they_concern(void **state)
{
    static const struct {
        const char *subject;
        bool concerns;
    } cases[] = {
        {"11.0.0.9", true},
        {"11.0.0.9 mx.good.lab", true},
        {"mx.good.lab[11.0.0.9]", true},
        {"mx.good.lab[11.0.0.9] other.good.lab", true},
        {"11.0.0.8", false},
        {"11.0.0.8 mx.good.lab", false},
        {"mx.good.lab[11.0.0.8]", false},
        {"mx.good.lab[11.0.0.8] 11.0.0.9", false},
        {"::ffff:11.0.0.9", true}, /* is IPv4 */
        {"2600::9", false},
        {"good.lab", true}, /* of the domain: of every address */
        {"https://mta-sts.good.lab/.well-known/mta-sts.txt", true},
        {"", true},
    };
    const struct mail_address address = {.ip = {IP_V4, {11, 0, 0, 9}}};

    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding about = {.about = subject_of(arena, PTR_EXISTS, cases[i].subject)};

        if (finding_concerns(&about, &address) != cases[i].concerns)
            fail_msg("\"%s\"", cases[i].subject);
    }
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_decides),
        cmocka_unit_test(what_was_not_asked_says_nothing),
        cmocka_unit_test(who_sends_himself_is_not_hosted),
        cmocka_unit_test(evidence_is_found_by_its_key),
        cmocka_unit_test(the_last_of_a_chain_is_the_cause),
        cmocka_unit_test(chains_are_followed_so_far),
        cmocka_unit_test(checks_have_their_names),
        cmocka_unit_test(no_two_findings_have_one_fingerprint),
        cmocka_unit_test(subjects_say_whom_they_concern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
