/* What audits of some cases derive from their evidence, for all probes and reports: mail hosts and addresses, what SPF
 * names, the links of the mail paths, what the resolver is worth: tests/golden/facts.txt.  UPDATE=1 in the environment
 * writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/mail_path.h"
#include "core/derive/resolver.h"
#include "core/derive/spf.h"
#include "core/result/result.h"
#include "tests/unit/case_audit.h"

#define GOLDEN "tests/golden/facts.txt"

enum { ITEMS_PRINTED = 12 };

static const char *const cases[] = {
    "banner/belongs-nowhere",
    "banner/load-balancer",
    "banner/load-balancer-declared",
    "banner/load-balancer-two-sessions",
    "banner/lost-after-greeting",
    "banner/lost-before-greeting",
    "banner/name-behind-teaser",
    "banner/names-undeclared",
    "banner/no-answer",
    "banner/no-ptr",
    "banner/no-session",
    "dmarc/aligned-senders",
    "dnsbl/names",
    "dnssec/bogus-root",
    "dnssec/stub-untested",
    "dnssec/validation-missing",
    "dnssec/validation-next-name",
    "env/port25-blocked",
    "env/resolver-denies-everything",
    "env/resolver-invents",
    "env/resolver-refuses-single-forms",
    "env/view-ptr-hosts-file",
    "helo/assumed-capped",
    "helo/assumed-from-ehlo",
    "helo/backslash",
    "helo/idn",
    "helo/literal-states",
    "helo/literal-untagged",
    "helo/no-ptr-and-bad",
    "helo/not-the-ptr-forward-open",
    "helo/ptr-denies",
    "helo/ptr-partly",
    "helo/ptr-slow-elsewhere",
    "helo/reverse-name",
    "helo/stand-in-ehlo",
    "helo/syntax",
    "helo/two-declared-names",
    "helo/two-names-one-ptr",
    "ip/dns64-48",
    "ip/private-beside",
    "mx/absent-at-its-parent",
    "mx/contradiction-closed",
    "mx/final-dot-elsewhere",
    "mx/host-half-known",
    "mx/hosts-32",
    "mx/hosts-unlike",
    "mx/implicit-one-family",
    "mx/literals-all",
    "mx/no-host-resolves",
    "mx/nothing",
    "mx/null-beside",
    "mx/null-preference",
    "mx/placeholder",
    "ptr/absent-two-hosts",
    "ptr/eleven",
    "ptr/eleven-all-confirm",
    "ptr/eleven-banner-first",
    "ptr/eleven-helo-first",
    "ptr/eleven-mx-first",
    "ptr/eleven-one-denies",
    "ptr/forty-one-names",
    "ptr/forward-no-answer",
    "ptr/generic-lowered",
    "ptr/incomplete",
    "ptr/invalid",
    "ptr/invalid-beside-valid",
    "ptr/invalid-names",
    "ptr/mx-only",
    "ptr/name-with-a-thousand-addresses",
    "ptr/range",
    "ptr/range-16",
    "ptr/range-beyond",
    "ptr/range-include",
    "ptr/range-include-unknown",
    "ptr/range-large",
    "ptr/range-not-answered",
    "ptr/range-not-public",
    "ptr/role-foreign-include",
    "ptr/role-permerror",
    "ptr/sender-by-name",
    "ptr/sender-host-half-known",
    "ptr/sender-states",
    "ptr/seventy-addresses-of-a-host",
    "ptr/several",
    "ptr/some-open",
    "ptr/spf-a-unknown-range",
    "ptr/spf-host-half-known",
    "ptr/ten",
    "ptr/ten-last-confirms",
    "ptr/two-includes",
    "smtp/delay",
    "smtp/lost-inside-tls-once",
    "smtp/second-session-counts",
    "smtp/switched-off-ipv4",
    "spf/addresses-1000",
    "spf/by-include",
    "spf/cidr-a",
    "spf/cidr-a-ip6-outside",
    "spf/mx-10",
    "spf/mx-names-11-in-include",
    "spf/mx-names-11-late",
    "spf/mx-of-eleven-hosts",
    "spf/mx-of-ten-hosts",
    "spf/near-commas",
    "spf/neutral-term-before-all",
    "spf/no-domain",
    "spf/no-end",
    "spf/nobody-by-name",
    "spf/other-family-4",
    "spf/own-host-with-4-addresses",
    "spf/own-host-with-5-addresses",
    "spf/own-hosts-spelled-out",
    "spf/p-macro-below",
    "spf/p-macro-own-first",
    "spf/ptr-forward-not-answered",
    "spf/reaches-empty-include",
    "spf/repeated-includes-not-enough",
    "spf/sender-unresolved",
    "spf/softfail",
    "spf/two-in-include",
    "spf/voids-mx",
    "spf/wide-include",
    "tls/expiry-borders-bound",
    "tls/greeting-lost",
    "tls/key-borders",
};

static const char *text_or_none(const char *text)
{
    return text ? text : "-";
}

static void print_hosts(FILE *out, const struct inventory *mail)
{
    fprintf(out, "  mail %d%s%s, %zu hosts and %zu more, %zu addresses and %zu more\n", (int)mail->kind,
            mail->mixed_null ? " mixed" : "", mail->complete ? "" : " incomplete", mail->host_count,
            mail->hosts_left_out, mail->address_count, mail->addresses_left_out);
    for (size_t i = 0; i < mail->host_count && i < ITEMS_PRINTED; i++) {
        const struct mx_host *host = &mail->hosts[i];

        fprintf(out, "  host %u %s%s%s:", host->preference, host->name, host->is_literal ? " literal" : "",
                host->is_placeholder ? " placeholder" : "");
        for (size_t k = 0; k < host->address_count && k < ITEMS_PRINTED; k++)
            fprintf(out, " %s", mail->addresses[host->addresses[k]].label);
        fputc('\n', out);
    }
    for (size_t i = 0; i < mail->unresolved_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  unresolved %s%s\n", mail->unresolved[i].host, mail->unresolved[i].trouble ? "" : ", a fact");
}

static void print_addresses(FILE *out, const struct inventory *mail)
{
    for (size_t i = 0; i < mail->address_count && i < ITEMS_PRINTED; i++) {
        const struct mail_address *a = &mail->addresses[i];

        fprintf(out, "  address %s roles %u %s spf %s by %s, mx %s, hosts", a->label, a->roles,
                sender_origin_word(a->origin), text_or_none(a->spf), text_or_none(a->term), text_or_none(a->mx_name));
        for (size_t k = 0; k < a->host_count; k++)
            fprintf(out, " %s", a->hosts[k]);
        fprintf(out, ", helo");
        for (size_t k = 0; k < a->helo_count; k++)
            fprintf(out, " %s", a->helos[k]);
        fputc('\n', out);
    }
}

static void print_named(const struct case_print *facts, const struct spf_addresses *named)
{
    FILE *out = facts->out;

    fprintf(out, "  SPF names %zu and %zu more, %zu ranges and %zu more, %zu of hosts, reach %d%s, trouble at %s%s\n",
            named->single_count, named->singles_left_out, named->range_count, named->ranges_left_out, named->host_count,
            (int)named->reach, named->complete ? "" : " incomplete", text_or_none(named->trouble_at),
            named->trouble_is_of_record ? ", a record" : "");
    for (size_t i = 0; i < named->single_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  single %zu %s by %d \"%s\" of %s\n", named->singles[i].place,
                ip_text(facts->arena, &named->singles[i].ip), (int)named->singles[i].kind, named->singles[i].term,
                named->singles[i].domain);
    for (size_t i = 0; i < named->range_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  range %s by \"%s\" of %s\n", ip_network_text(facts->arena, &named->ranges[i].network),
                named->ranges[i].term, named->ranges[i].domain);
    for (size_t i = 0; i < named->host_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  of a host %s\n", ip_text(facts->arena, &named->hosts[i]));
    for (size_t i = 0; i < named->include_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  include %s %llu %zu %zu %zu%s\n", named->includes[i].domain, named->includes[i].ip4,
                named->includes[i].networks4, named->includes[i].networks6, named->includes[i].hosts,
                named->includes[i].is_known ? "" : " unknown");
    for (size_t i = 0; i < named->doubt_count && i < ITEMS_PRINTED; i++)
        fprintf(out, "  doubt %s\n", named->doubts[i].name);
}

static void print_path(const struct case_print *facts, const struct mail_path *path)
{
    FILE *out = facts->out;

    fprintf(out, "  path %s reverse %d%s%s%s, %zu names and %zu more:", path->address->label, (int)path->reverse,
            path->session ? " session" : "", path->other ? " other" : "", path->lost ? " lost" : "", path->name_count,
            path->names_left_out);
    for (size_t i = 0; i < path->name_count && i < ITEMS_PRINTED; i++)
        fprintf(out, " %s %d", path->names[i].name, (int)path->names[i].link);
    for (size_t i = 0; i < path->helo_count && i < ITEMS_PRINTED; i++)
        fprintf(out, ", helo %d %s", (int)path->helos[i].origin, bytes_escape(facts->arena, path->helos[i].name));
    for (size_t i = 0; i < path->host_count && i < ITEMS_PRINTED; i++)
        fprintf(out, ", at %s %s%s", path->hosts[i].name, path->hosts[i].own ? "own" : "",
                path->hosts[i].other ? " other" : "");
    fputc('\n', out);
}

static void print_instrument(const struct case_print *facts, const struct result *result)
{
    const struct instrument *in = result->instrument;

    fprintf(facts->out, "  resolver %d %d %d%s%s, bogus %s, DNS64", (int)in->root, (int)in->invented,
            (int)in->validation, instrument_may_deny(in) ? " may deny" : "",
            result->vantage && instrument_validates(in, result->vantage) ? " validates" : "", text_or_none(in->bogus));
    for (size_t i = 0; i < in->dns64_count; i++)
        fprintf(facts->out, " %s", ip_network_text(facts->arena, &in->dns64[i]));
    fputc('\n', facts->out);
}

static void print_facts(struct case_print *facts, const struct result *result)
{
    print_hosts(facts->out, result->inventory);
    print_addresses(facts->out, result->inventory);
    if (result->inventory->named)
        print_named(facts, result->inventory->named);
    for (size_t i = 0; i < result->paths->count && i < ITEMS_PRINTED; i++)
        print_path(facts, &result->paths->at[i]);
    print_instrument(facts, result);
}

static void facts_are_as_before(void **state)
{
    (void)state;
    are_golden(GOLDEN, cases, sizeof cases / sizeof *cases, print_facts);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(facts_are_as_before)};

    for (int i = 1; i < argc; i++)
        print_case(stdout, argv[i], print_facts);
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
