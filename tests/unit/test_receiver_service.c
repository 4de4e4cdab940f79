/* What a receiver's condition is worth for mail that a service sends: by
 * the service, and by what the domain publishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/derive/services.h"
#include "core/result/receiver_internal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { FINDINGS_MAX = 3, NO_BASIS = -1 };
enum about { DOMAIN, THIS_SERVICE, OTHER_SERVICE, SERVER, MX_HOST, LIST };

struct told {
    enum check_id check;
    enum status status;
    enum finding_mark mark;
    enum about about;
};

struct asked { /* findings by check, and who asks */
    struct finding findings[FINDINGS_MAX];
    struct by_check links[FINDINGS_MAX];
    const struct by_check *index[CHECK_COUNT];
    struct judge judge;
};

static struct subject subject_for(enum about about)
{
    static const struct ip ip = {IP_V4, {11, 0, 0, 9}};

    return about == DOMAIN          ? subject_domain("good.lab")
           : about == THIS_SERVICE  ? subject_service("Service", "good.lab")
           : about == OTHER_SERVICE ? subject_service("Another", "good.lab")
           : about == SERVER        ? subject_address(&ip)
           : about == MX_HOST       ? subject_host("mx.good.lab")
                                    : subject_domain_listing("good.lab", "bl.example.net");
}

static void ask(struct asked *asked, const struct service *service, const struct told *told, size_t count)
{
    *asked = (struct asked){.judge = {.findings = asked->index, .service = service}};
    for (size_t i = count; i-- > 0;) {
        enum check_id check = told[i].check;

        asked->findings[i] = (struct finding){.check = check,
                                              .status = told[i].status,
                                              .worst = FAIL,
                                              .mark = told[i].mark,
                                              .because = CHECK_NONE,
                                              .about = subject_for(told[i].about)};
        asked->links[i] = (struct by_check){&asked->findings[i], asked->index[check]};
        asked->index[check] = &asked->links[i];
    }
}

static int basis(const struct asked *asked)
{
    return asked->judge.basis ? (int)(asked->judge.basis - asked->findings) : NO_BASIS;
}

/* ---- SPF ---- */

/* With the customer's return path.  bad: no pass; fails: "fail", where the record ends in "-all" and where not. */
static const struct {
    enum service_spf spf;
    enum truth bad, fails_all, fails;
} of_spf[] = {{SERVICE_SPF_NOT_NAMED, YES, YES, NO},         {SERVICE_SPF_BY_MX, SOME, YES, NO},
              {SERVICE_SPF_NOT_PASSED, YES, YES, NO},        {SERVICE_SPF_BROKEN, YES, YES, NO},
              {SERVICE_SPF_UNDECIDED, MAYBE, MAYBE, MAYBE}, {SERVICE_SPF_PERHAPS, SOME, YES, NO},
              {SERVICE_SPF_PASSES, NO, NO, NO}};

static void spf_counts_for_the_customers_return_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(of_spf); i++)
        for (enum provider_envelope envelope = ENVELOPE_UNKNOWN; envelope <= ENVELOPE_PROVIDER; envelope++)
            for (int fails = 0; fails < 2; fails++) {
                const struct receiver_term bad = {.kind = RECEIVER_TERM_BAD_SPF};
                const struct receiver_term fail = {.kind = RECEIVER_TERM_SPF_FAILS};
                const struct provider provider = {.name = "Service", .envelope = envelope};
                const struct service service = {.provider = &provider, .spf = of_spf[i].spf, .spf_fails = fails};
                bool counts = envelope == ENVELOPE_CUSTOMER;
                struct asked asked;

                ask(&asked, &service, NULL, 0);
                assert_int_equal(receiver_judge_service(&asked.judge, &bad), counts ? of_spf[i].bad : NO);
                assert_int_equal(receiver_judge_service(&asked.judge, &fail),
                                 !counts ? NO : fails ? of_spf[i].fails_all : of_spf[i].fails);
            }
}

/* The basis is the worst of what is wrong with the record, the first of several; where that is open, all is. */
static void spf_rests_on_what_is_wrong_with_the_record(void **state)
{
    static const struct {
        struct told told[FINDINGS_MAX];
        size_t count;
        int basis;
        enum truth truth;
    } cases[] = {
        {{{0}}, 0, NO_BASIS, YES},
        {{{SPF_AUTHORIZES, FAIL, MARK_NONE, DOMAIN}}, 1, NO_BASIS, YES},
        {{{SPF_EXISTS, FAIL, MARK_NONE, DOMAIN}}, 1, 0, YES},
        {{{SPF_EXISTS, PASS, MARK_NONE, DOMAIN}, {SPF_SINGLE, PASS, MARK_NONE, DOMAIN}}, 2, 0, YES},
        {{{SPF_EXISTS, PASS, MARK_NONE, DOMAIN}, {SPF_LOOKUP_COUNT, FAIL, MARK_NONE, DOMAIN}}, 2, 1, YES},
        {{{SPF_SYNTAX, WARN, MARK_NONE, DOMAIN}, {SPF_SYNTAX, FAIL, MARK_NONE, DOMAIN}}, 2, 1, YES},
        {{{SPF_SINGLE, FAIL, MARK_NONE, DOMAIN}, {SPF_SYNTAX, WARN, MARK_NONE, DOMAIN}}, 2, 0, YES},
        {{{SPF_EXISTS, UNKNOWN, MARK_NONE, DOMAIN}}, 1, 0, MAYBE},
        {{{SPF_EXISTS, UNKNOWN, MARK_NONE, DOMAIN}, {SPF_SYNTAX, FAIL, MARK_NONE, DOMAIN}}, 2, 1, YES},
    };
    const struct provider provider = {.name = "Service", .envelope = ENVELOPE_CUSTOMER};
    const struct service service = {.provider = &provider, .spf = SERVICE_SPF_NOT_NAMED};
    const struct receiver_term bad = {.kind = RECEIVER_TERM_BAD_SPF};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct asked asked;

        ask(&asked, &service, cases[i].told, cases[i].count);
        assert_int_equal(receiver_judge_service(&asked.judge, &bad), cases[i].truth);
        assert_int_equal(basis(&asked), cases[i].basis);
    }
}

/* ---- DKIM ---- */

static void a_service_may_sign_by_itself(void **state)
{
    static const struct {
        enum service_key key;
        enum truth bad, no_selector;
    } cases[] = {{SERVICE_KEY_UNKNOWN, NO, YES},
                 {SERVICE_KEY_FOUND, NO, NO},
                 {SERVICE_KEY_NONE, SOME, NO},
                 {SERVICE_KEY_UNDECIDED, MAYBE, NO}};
    const struct receiver_term bad = {.kind = RECEIVER_TERM_BAD_DKIM}, none = {.kind = RECEIVER_TERM_NO_SELECTOR};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int signs = 0; signs < 2; signs++) {
            const struct provider provider = {.name = "Service", .signer = signs ? "service.example" : NULL};
            const struct service service = {.provider = &provider, .key = cases[i].key};
            struct asked asked;

            ask(&asked, &service, NULL, 0);
            assert_int_equal(receiver_judge_service(&asked.judge, &bad), signs ? NO : cases[i].bad);
            assert_int_equal(receiver_judge_service(&asked.judge, &none), signs ? NO : cases[i].no_selector);
        }
}

/* ---- what else there is ---- */

static const struct provider provider = {.name = "Service"};
static const struct service service = {.provider = &provider};

static void the_policy_is_the_domains(void **state)
{
#define REJECTS {DMARC_POLICY, PASS, MARK_POLICY_REJECT, DOMAIN}
    static const struct {
        struct told told[FINDINGS_MAX];
        size_t count;
        enum truth truth;
        int basis;
    } cases[] = {
        {{{0}}, 0, MAYBE, NO_BASIS},
        {{REJECTS}, 1, NO, NO_BASIS},
        {{{DMARC_POLICY, UNKNOWN, MARK_NONE, DOMAIN}}, 1, MAYBE, NO_BASIS},
        {{REJECTS, {DMARC_POLICY, NOTE, MARK_NONE, DOMAIN}, {DMARC_ALIGNMENT, NOTE, MARK_NONE, THIS_SERVICE}}, 3, SOME, 2},
        {{REJECTS, {DMARC_ALIGNMENT, FAIL, MARK_NONE, THIS_SERVICE}}, 2, YES, 1},
        {{REJECTS, {DMARC_ALIGNMENT, FAIL, MARK_NONE, OTHER_SERVICE}}, 2, NO, NO_BASIS},
        {{REJECTS, {DMARC_ALIGNMENT, FAIL, MARK_NONE, DOMAIN}}, 2, NO, NO_BASIS},
        {{REJECTS, {DMARC_ALIGNMENT, UNKNOWN, MARK_NONE, THIS_SERVICE}}, 2, MAYBE, 1},
        {{REJECTS, {DMARC_ALIGNMENT, NOTE, MARK_NONE, THIS_SERVICE}}, 2, SOME, 1},
        {{REJECTS, {DMARC_ALIGNMENT, WARN, MARK_NONE, THIS_SERVICE}}, 2, NO, NO_BASIS},
        {{REJECTS, {DMARC_ALIGNMENT, PASS, MARK_NONE, THIS_SERVICE}}, 2, NO, NO_BASIS},
        {{{DMARC_POLICY, NOTE, MARK_NONE, DOMAIN}, {DMARC_ALIGNMENT, NOTE, MARK_NONE, THIS_SERVICE}}, 2, NO, NO_BASIS},
        {{{DMARC_POLICY, UNKNOWN, MARK_NONE, DOMAIN}, {DMARC_ALIGNMENT, UNKNOWN, MARK_NONE, THIS_SERVICE}},
         2,
         MAYBE,
         NO_BASIS},
        {{REJECTS, {DMARC_ALIGNMENT, NOTE, MARK_NONE, THIS_SERVICE}, {DMARC_ALIGNMENT, FAIL, MARK_NONE, THIS_SERVICE}},
         3,
         YES,
         2},
        {{REJECTS, {DMARC_ALIGNMENT, FAIL, MARK_NONE, THIS_SERVICE}, {DMARC_ALIGNMENT, FAIL, MARK_NONE, THIS_SERVICE}},
         3,
         YES,
         1},
    };
    const struct receiver_term reject_self = {.kind = RECEIVER_TERM_REJECT_SELF};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct asked asked;

        ask(&asked, &service, cases[i].told, cases[i].count);
        if (receiver_judge_service(&asked.judge, &reject_self) != cases[i].truth || basis(&asked) != cases[i].basis)
            fail_msg("policy %zu rests on %d", i, basis(&asked));
    }
}

/* Its servers are its own matter, and another service's mail is, too. */
static void a_check_is_of_the_domain_or_of_nobody(void **state)
{
    static const struct {
        struct told told;
        enum truth truth;
    } cases[] = {
        {{MX_EXISTS, FAIL, MARK_NONE, DOMAIN}, YES},       {{MX_EXISTS, PASS, MARK_NONE, DOMAIN}, NO},
        {{MX_EXISTS, UNKNOWN, MARK_NONE, DOMAIN}, MAYBE},  {{MX_EXISTS, FAIL, MARK_NONE, MX_HOST}, MAYBE},
        {{MX_EXISTS, FAIL, MARK_NONE, SERVER}, MAYBE},     {{MX_EXISTS, FAIL, MARK_NONE, OTHER_SERVICE}, MAYBE},
        {{IP_PUBLIC, FAIL, MARK_NONE, DOMAIN}, NO},        {{PTR_EXISTS, FAIL, MARK_NONE, DOMAIN}, NO},
        {{HELO_RESOLVES, FAIL, MARK_NONE, DOMAIN}, NO},    {{BANNER_GREETING, FAIL, MARK_NONE, DOMAIN}, NO},
        {{SMTP_REACHABLE, FAIL, MARK_NONE, DOMAIN}, NO},   {{TLS_NAME, FAIL, MARK_NONE, DOMAIN}, NO},
        {{DNSBL_LISTED, FAIL, MARK_NONE, DOMAIN}, NO}, /* no list was asked */
        {{DNSBL_LISTED, FAIL, MARK_NONE, SERVER}, NO},     {{DNSBL_LISTED, FAIL, MARK_NONE, LIST}, YES},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct receiver_term term = {
            .kind = RECEIVER_TERM_CHECK, .check = cases[i].told.check, .statuses = 1u << FAIL};
        struct asked asked;

        ask(&asked, &service, &cases[i].told, 1);
        if (receiver_judge_service(&asked.judge, &term) != cases[i].truth)
            fail_msg("%s, case %zu", check_of(cases[i].told.check)->name, i);
    }
}

static void the_other_terms(void **state)
{
    static const struct told broken = {DMARC_SYNTAX, FAIL, MARK_NONE, DOMAIN};
    static const struct told vague = {DMARC_SYNTAX, WARN, MARK_NO_POLICY, DOMAIN};
    static const struct {
        enum receiver_term_kind kind;
        enum truth broken, vague;
    } cases[] = {{RECEIVER_TERM_BAD_DMARC, YES, MAYBE},  {RECEIVER_TERM_NO_DMARC_POLICY, YES, YES},
                 {RECEIVER_TERM_IPV6_SENDER, NO, NO},    {RECEIVER_TERM_BAD_PTR, NO, NO},
                 {RECEIVER_TERM_BOUNCE, NO, NO},         {RECEIVER_TERM_UNCHECKED, NO, NO}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct receiver_term term = {.kind = cases[i].kind};
        struct asked asked;

        ask(&asked, &service, &broken, 1);
        assert_int_equal(receiver_judge_service(&asked.judge, &term), cases[i].broken);
        ask(&asked, &service, &vague, 1);
        assert_int_equal(receiver_judge_service(&asked.judge, &term), cases[i].vague);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(spf_counts_for_the_customers_return_path),
        cmocka_unit_test(spf_rests_on_what_is_wrong_with_the_record),
        cmocka_unit_test(a_service_may_sign_by_itself),
        cmocka_unit_test(the_policy_is_the_domains),
        cmocka_unit_test(a_check_is_of_the_domain_or_of_nobody),
        cmocka_unit_test(the_other_terms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
