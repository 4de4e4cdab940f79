/* What the resolver says, held against what is signed: its records, and its word on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/derive/dnssec.h"
#include "core/derive/resolver.h"
#include "tests/unit/signed_world.h"

static void ask_security(struct run *run, void *arg)
{
    static const char *const words[] = {
        [DNS_UNDECIDED] = "undecided", [DNS_INSECURE] = "insecure", [DNS_SECURE] = "secure", [DNS_BOGUS] = "bogus"};
    struct asked *a = arg;
    const struct dns_answer *answer = need_dns_unjudged(run, a->name, (enum dns_type)a->type);
    bool pending = false;
    enum dns_security security;

    a->text = "pending";
    if (!answer)
        return;
    security = need_security(run, answer, &pending);
    a->text = str_printf(run_arena(run), "%s%s, %s", pending ? "pending " : "", words[security],
                         dnssec_algorithms_text(run_arena(run), need_algorithms(run, answer)));
    if (security == DNS_UNDECIDED)
        a->text = str_printf(run_arena(run), "%s, %s", a->text, need_unvalidated(run, &answer, 1).why);
}

#define OTHER "undecided, ED25519 (15), the resolver's answer is another one than that which is signed"
#define SECURE "secure, ED25519 (15)"
#define SIGNED(type, rdata)                                                                                            \
    {                                                                                                                  \
        {                                                                                                              \
            "dnssec:www.example/" type,                                                                                \
            {                                                                                                          \
                {                                                                                                      \
                    "www.example " type " " rdata, "example", GOOD                                                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
#define TWO_OF_A                                                                                                       \
    {                                                                                                                  \
        {                                                                                                              \
            "dnssec:www.example/A",                                                                                    \
            {                                                                                                          \
                {"www.example A \\# 4 0b000002", "", UNSIGNED}, A_OF_WWW(GOOD)                                         \
            }                                                                                                          \
        }                                                                                                              \
    }
#define NAME_RDATA "\\# 12 026d78076578616d706c6500" /* mx.example */
#define MX_RDATA "\\# 14 000a026d78076578616d706c6500"
#define TLSA_RDATA "\\# 5 030101abcd"
#define ROOT(security) "dns:/SOA {'records': ['a.lab b.lab 1 2 3 4 5'], 'security': '" security "'}"
#define SHOWN ROOT("secure"), "dns:bogus.lab/A {'status': 'unknown', 'reason': 'dnssec_bogus'}"

static const struct situation answers[] = {
    /* each type octet by octet, but for what may have changed meanwhile */
    {"www.example", DNS_A, {{.key = NULL}}, SECURE, {"www.example A 11.0.0.1"}},
    {"www.example", DNS_A, {{.key = NULL}}, OTHER, {"www.example A 11.0.0.2"}},
    {"www.example", DNS_A, {{.key = NULL}}, OTHER, {"www.example A 11.0.0.1", "www.example A 11.0.0.2"}},
    {"www.example", DNS_A, TWO_OF_A, SECURE, {"www.example A 11.0.0.2"}},
    {"www.example", DNS_A, TWO_OF_A, SECURE, {"www.example A 11.0.0.1", "www.example A 11.0.0.2"}},
    {"www.example", DNS_A, TWO_OF_A, OTHER, {"www.example A 11.0.0.3"}},
    {"www.example",
     DNS_AAAA,
     SIGNED("AAAA", "\\# 16 26000000000000000000000000000001"),
     SECURE,
     {"www.example AAAA 2600::1"}},
    {"www.example",
     DNS_AAAA,
     SIGNED("AAAA", "\\# 16 26000000000000000000000000000001"),
     OTHER,
     {"www.example AAAA 2600::2"}},
    {"www.example", DNS_NS, SIGNED("NS", NAME_RDATA), SECURE, {"www.example NS MX.example"}},
    {"www.example", DNS_NS, SIGNED("NS", NAME_RDATA), OTHER, {"www.example NS mx.examplf"}},
    {"www.example", DNS_NS, SIGNED("NS", NAME_RDATA), OTHER, {"www.example NS x.example"}},
    {"www.example", DNS_PTR, SIGNED("PTR", NAME_RDATA), SECURE, {"www.example PTR mx.example"}},
    {"www.example", DNS_PTR, SIGNED("PTR", NAME_RDATA), OTHER, {"www.example PTR my.example"}},
    {"www.example", DNS_MX, SIGNED("MX", MX_RDATA), SECURE, {"www.example MX 10 mx.example"}},
    {"www.example", DNS_MX, SIGNED("MX", MX_RDATA), OTHER, {"www.example MX 11 mx.example"}},
    {"www.example", DNS_MX, SIGNED("MX", MX_RDATA), OTHER, {"www.example MX 266 mx.example"}},
    {"www.example", DNS_MX, SIGNED("MX", MX_RDATA), OTHER, {"www.example MX 10 my.example"}},
    {"www.example", DNS_MX, SIGNED("MX", "\\# 3 000000"), SECURE, {"www.example MX 0 ."}},
    {"www.example", DNS_MX, SIGNED("MX", "\\# 3 000000"), OTHER, {"www.example MX 0 mx.example"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), SECURE, {"www.example TLSA 3 1 1 abcd"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), OTHER, {"www.example TLSA 2 1 1 abcd"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), OTHER, {"www.example TLSA 3 0 1 abcd"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), OTHER, {"www.example TLSA 3 1 2 abcd"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), OTHER, {"www.example TLSA 3 1 1 abce"}},
    {"www.example", DNS_TLSA, SIGNED("TLSA", TLSA_RDATA), OTHER, {"www.example TLSA 3 1 1 ab"}},
    {"www.example", DNS_TXT, SIGNED("TXT", "\\# 2 0161"), SECURE, {"www.example TXT b"}},
    {"example",
     DNS_SOA,
     {{"dnssec:example/SOA", {{"example SOA " SOA, "example", GOOD}}}},
     SECURE,
     {"example SOA . . 9 9 9 9 9"}},

    /* whose word counts: ours, unless the resolver was seen to validate, or we cannot tell */
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "bogus, ED25519 (15)",
     {ROOT("secure"), "dns:www.example/A {'records': ['11.0.0.1'], 'security': 'secure'}"}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "secure, ",
     {SHOWN, "dns:www.example/A {'records': ['11.0.0.1'], 'security': 'secure'}"}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "bogus, ED25519 (15)",
     {SHOWN, "dns:www.example/A {'records': ['11.0.0.1'], 'security': 'undecided'}"}},
    {"www.example",
     DNS_A,
     {{"!dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "secure, ED25519 (15)",
     {ROOT("secure"), "dns:www.example/A {'records': ['11.0.0.1'], 'security': 'secure'}"}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {NO_DS(GOOD)}}},
     "insecure, ED25519 (15)",
     {ROOT("secure"), "dns:www.example/A {'records': ['11.0.0.1'], 'security': 'secure'}"}},
    {"www.example",
     DNS_A,
     {{.key = NULL}},
     "secure, RSASHA256 (8)",
     {"dns:www.example/A {'records': ['11.0.0.1'], 'algorithms': [8]}"}},
};

static void answers_are_held_against_what_is_signed(void **state)
{
    (void)state;
    begin_signing();
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        is_so(&answers[i], i, ask_security);
    end_signing();
}

static void ask_contradiction(struct run *run, void *arg)
{
    struct asked *a = arg;
    bool pending = false;
    const char *text = need_contradiction(run, a->name, &pending);

    a->text = pending ? "pending" : text ? text : "";
}

#define SOA_OF(kind)                                                                                                   \
    {                                                                                                                  \
        "dnssec:example/SOA",                                                                                          \
        {                                                                                                              \
            {                                                                                                          \
                "example SOA " SOA, "example", kind                                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }
#define CALLS_BOGUS "dns:example/SOA {'status': 'unknown', 'reason': 'dnssec_bogus'}"
#define SAYS(security) "dns:example/SOA {'records': ['. . 1 2 3 4 5'], 'security': '" security "'}"

static const struct situation contradictions[] = {
    {"example", 0, {SOA_OF(GOOD)}, "it calls example bogus, which is soundly signed", {CALLS_BOGUS}},
    {"example",
     0,
     {SOA_OF(GOOD), {"dnssec:example/DS", {NO_DS(GOOD)}}},
     "it calls example bogus, which is not signed",
     {CALLS_BOGUS}},
    {"example", 0, {SOA_OF(SPOILED)}, "", {CALLS_BOGUS}},
    {"example", 0, {SOA_OF(GOOD), {"dnssec:example/DS", {{.text = NULL}}}}, "", {CALLS_BOGUS}},
    {"example",
     0,
     {SOA_OF(SPOILED), {AT_SERVER "example/SOA", {{"example SOA " SOA, "example", GOOD}}}},
     "it damages signatures of example, which its own servers have right",
     {CALLS_BOGUS, SERVER}},
    {"example", 0, {SOA_OF(GOOD)}, "", {"dns:example/SOA 'timeout'"}},
    {"example", 0, {SOA_OF(GOOD)}, "", {SAYS("secure")}},
    {"example",
     0,
     {SOA_OF(GOOD), {"dnssec:example/DS", {NO_DS(GOOD)}}},
     "it marks example as validated (AD), which is not signed",
     {SAYS("secure")}},
    {"example", 0, {SOA_OF(GOOD), {"dnssec:example/DS", {NO_DS(GOOD)}}}, "", {SAYS("insecure")}},
    {"example", 0, {SOA_OF(GOOD), {"dnssec:example/DS", {NO_DS(GOOD)}}}, "", {SAYS("secure"), SHOWN}},
    {"example",
     0,
     {SOA_OF(GOOD), {"dnssec:example/DS", {NO_DS(GOOD)}}},
     "it calls example bogus, which is not signed",
     {CALLS_BOGUS, SHOWN}},
    {"example", 0, {SOA_OF(SPOILED)}, "it marks example as validated (AD), which is bogus", {SAYS("secure")}},
    {"example", 0, {SOA_OF(SPOILED)}, "", {SAYS("insecure")}},
    {"example", 0, {SOA_OF(EXPIRED)}, "", {SAYS("secure")}},
    {"example", 0, {SOA_OF(EARLY)}, "", {SAYS("secure")}},
};

static void contradictions_of_the_resolver(void **state)
{
    (void)state;
    begin_signing();
    for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++)
        is_so(&contradictions[i], i, ask_contradiction);
    end_signing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_are_held_against_what_is_signed),
        TEST(contradictions_of_the_resolver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
