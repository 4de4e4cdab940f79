/* probes/env.c - what this machine can see.  Speaks about us, never against the domain.  (checks.md, section 16) */
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/date.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/clock.h"
#include "core/derive/dnssec.h"
#include "core/derive/inventory.h"
#include "core/derive/ipv6.h"
#include "core/derive/port25.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/vantage.h"

enum { RECORDS_SHOWN = 3, NAMES_SHOWN = 5 };

static void judge_resolver(struct run *run, const struct vantage *here)
{
    struct subject subject = subject_resolver(here->resolver_count ? here->resolvers[0] : "resolver");
    const struct instrument *in = need_instrument(run);
    struct trouble trouble = trouble_of(REASON_RESOLVER_DOWN);
    bool pending = false;
    struct finding *f;

    if (in->root == ROOT_PENDING || in->invented == INVENTED_PENDING)
        return;
    if (in->root == ROOT_UNTESTED) {
        trouble = in->failure->trouble;
        f = finding_unknown(run, ENV_RESOLVER, subject, &trouble, "the resolver was not tested");
    } else if (!instrument_may_deny(in)) {
        trouble.why = instrument_fault_text(in);
        if (in->root == ROOT_SILENT && in->failure->status == DNS_UNKNOWN)
            trouble.why = str_printf(run_arena(run), "%s (%s)", trouble.why, in->failure->trouble.why);
        f = finding_unknown(run, ENV_RESOLVER, subject, &trouble, "resolver");
    } else {
        const char *lie = need_contradiction(run, run_target(run)->domain, &pending);

        if (pending)
            return;
        f = finding(run, ENV_RESOLVER, lie ? NOTE : PASS, subject, "%s%s%s%s", instrument_text(run_arena(run), in),
                    lie ? "; but " : "", lie ? lie : "", lie ? ": its word on DNSSEC is not taken" : "");
    }
    finding_worst(f, f->status == UNKNOWN ? FAIL : UNKNOWN); /* nothing can be decided without a resolver */
    for (size_t i = 0; i < in->key_count; i++)
        finding_rests_on(run, f, in->keys[i]);
}

/* Names that the resolver answers for by itself, and what the world sees there. */
struct views {
    const char *text;
    size_t compared, local;
    bool pending;
};

static const char *records_text(struct run *run, const struct dns_answer *answer)
{
    const char *text = NULL;

    for (size_t i = 0; i < answer->count && i < RECORDS_SHOWN; i++) {
        const char *one = record_text(run_arena(run), &answer->records[i]);

        text = text ? str_printf(run_arena(run), "%s, %s", text, one) : one;
    }
    if (answer->count > RECORDS_SHOWN)
        text = str_printf(run_arena(run), "%s and %zu more", text, answer->count - RECORDS_SHOWN);
    return text ? text : "nothing";
}

static void compare_views(struct run *run, struct views *views, const char *name, const struct dns_answer *here,
                          const struct dns_answer *world, bool is_local)
{
    views->pending |= !world;
    views->compared += world && here->status == DNS_OK;
    if (!world || !is_local)
        return;
    if (views->local++ < NAMES_SHOWN)
        views->text = str_printf(run_arena(run), "%s%s%s: here %s, in the world %s", views->text,
                                 *views->text ? "; " : "", name, records_text(run, here), records_text(run, world));
}

static void compare_host(struct run *run, struct views *views, const char *host)
{
    struct host_addresses found = need_addresses(run, host);

    compare_views(run, views, host, found.a_here, found.a, found.a_is_local);
    compare_views(run, views, host, found.aaaa_here, found.aaaa, found.aaaa_is_local);
}

static void judge_local_view(struct run *run, const struct vantage *here)
{
    struct subject subject = subject_resolver(here->resolver_count ? here->resolvers[0] : "resolver");
    const struct inventory *mail = need_inventory(run);
    struct views views = {.text = "", .pending = !mail->complete};

    for (size_t i = 0; i < mail->host_count; i++)
        if (!mail->hosts[i].is_literal && !mail->hosts[i].is_placeholder)
            compare_host(run, &views, mail->hosts[i].name);
    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];
        struct confirmed c = ip_special(&a->ip) ? (struct confirmed){0} : need_confirmed_reverse(run, &a->ip);

        if (!ip_special(&a->ip))
            compare_views(run, &views, a->label, c.here, c.answer, c.is_local);
        for (size_t h = 0; h < a->helo_count; h++) {
            const char *helo = name_compared(run_arena(run), a->helos[h]);

            if (name_is_host(helo))
                compare_host(run, &views, helo);
        }
    }
    if (views.pending)
        return;
    if (views.local > NAMES_SHOWN)
        views.text = str_printf(run_arena(run), "%s; and %zu more", views.text, views.local - NAMES_SHOWN);
    if (views.local)
        finding(
            run, ENV_LOCAL_VIEW, NOTE, subject,
            "this resolver has answers of its own (hosts file, split horizon or old cache), which are not judged: %s",
            views.text);
    else if (views.compared)
        finding(run, ENV_LOCAL_VIEW, PASS, subject, "no answer for a mail host differs from what the world sees");
    else
        finding(run, ENV_LOCAL_VIEW, SKIPPED, subject, "there is no answer to compare");
}

static void judge_ipv6(struct run *run, const struct vantage *here)
{
    switch (need_ipv6(run)) {
    case IPV6_PENDING:
        break;
    case IPV6_OFF:
        finding(run, ENV_IPV6, SKIPPED, subject_machine(here->host), "IPv6 was left out of this audit");
        break;
    case IPV6_MISSING:
        finding(run, ENV_IPV6, NOTE, subject_machine(here->host),
                "this machine has no global IPv6 address: IPv6 addresses are not judged");
        break;
    case IPV6_UNTESTED:
        finding(run, ENV_IPV6, PASS, subject_machine(here->host), "this machine has a global IPv6 address");
        break;
    case IPV6_WORKS:
        finding(run, ENV_IPV6, PASS, subject_machine(here->host), "IPv6 connections work from here");
        break;
    case IPV6_NOT_SEEN:
        finding(run, ENV_IPV6, NOTE, subject_machine(here->host),
                "this machine has an IPv6 address, but no IPv6 connection was seen to work");
        break;
    }
}

static void judge_port25(struct run *run, const struct vantage *here)
{
    struct trouble trouble;

    switch (need_port25(run)) {
    case PORT25_PENDING:
        break;
    case PORT25_UNTESTED:
        finding(run, ENV_PORT25, SKIPPED, subject_machine(here->host), "nothing made it necessary to test port 25");
        break;
    case PORT25_WORKS:
        finding(run, ENV_PORT25, PASS, subject_machine(here->host), "port 25 can be reached from here");
        break;
    case PORT25_BLOCKED:
        trouble = trouble_of(REASON_PORT25_BLOCKED_HERE);
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble,
                        "no server for comparison connects on port 25, but one does on port 443");
        break;
    case PORT25_INTERCEPTED:
        trouble = trouble_of(REASON_SMTP_INTERCEPTED);
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble,
                        "servers of different operators all greet with names that are not theirs");
        break;
    case PORT25_NO_NETWORK:
        trouble = trouble_of(REASON_TIMEOUT);
        trouble.why = "nothing can be reached from here";
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "network");
        break;
    case PORT25_UNDECIDED:
        trouble = trouble_of(REASON_TIMEOUT);
        trouble.why = "no server for comparison could be asked";
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "port 25");
        break;
    }
}

static void judge_clock(struct run *run, const struct vantage *here)
{
    struct clock clock = need_clock(run);
    const char *skew = date_span(run_arena(run), llabs(clock.skew_s));
    const char *side = clock.skew_s < 0 ? "behind" : "ahead of";
    struct finding *f = NULL;

    switch (clock.state) {
    case CLOCK_PENDING:
        return;
    case CLOCK_UNTESTED:
        finding(run, ENV_CLOCK, SKIPPED, subject_machine(here->host), "no server has told the time");
        return;
    case CLOCK_RIGHT:
        f = finding(run, ENV_CLOCK, PASS, subject_machine(here->host),
                    "this machine's clock agrees with that of %s, within five minutes", clock.teller);
        break;
    case CLOCK_WRONG:
        f = finding_unknown(run, ENV_CLOCK, subject_machine(here->host), &clock.trouble,
                            clock.tellers > 1
                                ? "this machine's clock is %s %s that of %s, and with no other server does it agree"
                                : "this machine's clock is %s %s that of %s",
                            skew, side, clock.teller);
        break;
    }
    finding_rests_on(run, f, clock.key);
}

static void probe_env(struct run *run)
{
    const struct vantage *here = need_vantage(run);

    if (!here)
        return;
    judge_resolver(run, here);
    judge_local_view(run, here);
    if (run_target(run)->no_smtp)
        return;
    judge_ipv6(run, here);
    judge_port25(run, here);
    judge_clock(run, here);
    judge_vantage(run, here);
}

const struct probe env_probe = {
    .name = "env",
    .summary = "what this machine can see",
    .groups = "env",
    .run = probe_env,
};
