/* What there is to repair in some cases: their causes in the order that works, without what they say:
 * tests/golden/causes.txt.  UPDATE=1 in the environment writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "core/result/receiver.h"
#include "core/result/result.h"
#include "tests/unit/case_audit.h"

#define GOLDEN "tests/golden/causes.txt"

static const char *const cases[] = {
    "banner/code-without-lines",
    "banner/load-balancer-two-sessions",
    "banner/names-undeclared",
    "banner/no-session",
    "banner/refusals-of-all",
    "banner/refuses-all",
    "banner/teaser-of-another-kind",
    "dane/address-ring",
    "dane/lookup-fails",
    "dane/no-starttls",
    "dane/none-usable",
    "dane/other-key",
    "dane/root-not-sent",
    "dane/usage-0",
    "dane/usage-2-of-leaf",
    "dkim/cname-final-dot",
    "dkim/cname-ring",
    "dkim/cname-within",
    "dkim/cut-at-255",
    "dkim/ed25519-alone",
    "dkim/guessed",
    "dkim/hash-sha1-alone",
    "dkim/host-name",
    "dkim/missing",
    "dkim/missing-disputed",
    "dkim/name-too-long",
    "dkim/private-key-beside-good",
    "dkim/several-records",
    "dkim/spf-in-its-place",
    "dkim/strength",
    "dkim/strength-borders",
    "dkim/syntax",
    "dkim/wildcard-no-key",
    "dmarc/above-broken-once",
    "dmarc/align-bounces-elsewhere-no-key",
    "dmarc/align-neither-none",
    "dmarc/align-neither-reject",
    "dmarc/align-no-spf-record",
    "dmarc/align-spf-no-answer",
    "dmarc/bad-policy",
    "dmarc/bad-policy-with-reports",
    "dmarc/bad-tags",
    "dmarc/colons",
    "dmarc/meant-two-policies",
    "dmarc/missing-bulk",
    "dmarc/only-below",
    "dmarc/report-owner-of-254-octets",
    "dmarc/several-records",
    "dnsbl/domain",
    "dnsbl/names",
    "dnsbl/names-of-senders",
    "dnsbl/single-lists",
    "dnssec/bogus",
    "dnssec/reverse-bogus-mx",
    "dnssec/sha1-both",
    "env/view-host-only-here",
    "expect/drift",
    "expect/some-unknown",
    "helo/alias-ring",
    "helo/assumed-capped",
    "helo/assumed-once",
    "helo/backslash",
    "helo/literal",
    "helo/literal-states",
    "helo/literal-untagged",
    "helo/no-ptr-and-bad",
    "helo/only-mx-record",
    "helo/reverse-name",
    "helo/spf-fail",
    "helo/spf-permerror",
    "helo/spf-softfail",
    "helo/states",
    "helo/syntax",
    "helo/two-declared-names",
    "ip/all-private",
    "ip/private-beside",
    "mta_sts/certificate-expired",
    "mta_sts/max-age-above-year",
    "mta_sts/mode-testing",
    "mta_sts/mx-literal",
    "mta_sts/several-to-keep",
    "mx/absent-at-its-parent",
    "mx/final-dot-elsewhere",
    "mx/hosts-unlike",
    "mx/implicit-alias",
    "mx/literal-beside",
    "mx/literals-all",
    "mx/no-host-resolves",
    "mx/null-beside",
    "ns/flaps-alone",
    "ns/lame",
    "ptr/11-names-none-leads-back",
    "ptr/generic",
    "ptr/generic-lowered",
    "ptr/invalid",
    "ptr/invalid-names",
    "ptr/name-with-a-thousand-addresses",
    "ptr/not-sender",
    "ptr/other-family",
    "ptr/sender-by-name",
    "ptr/sender-states",
    "ptr/target-alias-dangling",
    "smtp/command-injection",
    "smtp/delay",
    "smtp/ehlo-in-tls-251",
    "smtp/ehlo-in-tls-554",
    "smtp/ipv6-canary-works",
    "smtp/ipv6-one-dead",
    "smtp/lost-in-handshake",
    "smtp/lost-in-handshake-bound",
    "smtp/lost-inside-tls",
    "smtp/lost-inside-tls-bound",
    "smtp/not-contacted",
    "smtp/postmaster",
    "smtp/protocol-broken",
    "smtp/refused-all",
    "smtp/refused-inside-tls-bound",
    "smtp/relay",
    "smtp/starttls-missing-partly-bound",
    "smtp/tarpit",
    "smtp/unasked-inside-tls",
    "spf/cidr-a-ip6-outside",
    "spf/glued-include-leads-nowhere",
    "spf/include-counts-twice",
    "spf/include-loop",
    "spf/mx-names-11-late",
    "spf/near-glued-name",
    "spf/not-one-includer-covers-all",
    "spf/other-family-4",
    "spf/p-macro-unknown",
    "spf/parked-neutral",
    "spf/plus-all-nobody-known",
    "spf/repeated-includes-not-enough",
    "spf/several-in-include",
    "spf/syntax-unreached",
    "spf/two-missing",
    "spf/void-lookups-11",
    "spf/voids-ptr-3",
    "spf/wide-ip6-31",
    "tls/dane-without-match",
    "tls/expiry-a-sixth-bound",
    "tls/expiry-borders-bound",
    "tls/expiry-borders-testing",
    "tls/key-borders",
    "tls/key-p-224",
    "tls/no-connection",
    "tls/self-signed-testing",
    "tls/too-old-alert",
    "tls/version-old-bound",
    "tls_rpt/several-to-keep",
};

static void print_findings(FILE *out, const struct finding *const *findings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s %s %s %s", i ? "," : "", check_of(findings[i]->check)->name, status_word(findings[i]->status),
                findings[i]->subject);
    fputc('\n', out);
}

static void print_step(const struct case_print *causes, const struct cause_step *step)
{
    fprintf(causes->out, "    step waits for %zu:", step->waits_for);
    print_findings(causes->out, step->findings, step->finding_count);
    for (size_t i = 0; i < step->lead->records.count; i++)
        fprintf(causes->out, "      %s\n", bytes_escape(causes->arena, str_of(step->lead->records.at[i])));
}

static void print_cause(const struct case_print *causes, const struct cause *cause)
{
    fprintf(causes->out, "  %s %s %d:", cause->name, status_word(cause->status), (int)cause->actor);
    print_findings(causes->out, cause->repairs, cause->repair_count);
    for (size_t i = 0; i < cause->step_count; i++)
        print_step(causes, &cause->steps[i]);
    if (cause->free_count > 0)
        fprintf(causes->out, "    frees");
    for (size_t i = 0; i < cause->free_count; i++)
        fprintf(causes->out, " %s %s%s", cause->frees[i]->receiver->name, cause->frees[i]->sender->label,
                i + 1 < cause->free_count ? "," : "\n");
    fprintf(causes->out, "    %s\n", cause->command);
}

static void print_causes(struct case_print *causes, const struct result *result)
{
    size_t count;
    const struct cause *all = causes_of(causes->arena, result, &count);

    for (size_t i = 0; i < count; i++)
        print_cause(causes, &all[i]);
}

static void causes_are_as_before(void **state)
{
    (void)state;
    are_golden(GOLDEN, cases, sizeof cases / sizeof *cases, print_causes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(causes_are_as_before)};

    for (int i = 1; i < argc; i++)
        print_case(stdout, argv[i], print_causes);
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
