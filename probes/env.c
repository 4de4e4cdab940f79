/* probes/env.c - what this machine can see.  Speaks about us, never against the domain.  (checks.md, section 16) */
#include <inttypes.h>

#include "core/derive/clock.h"
#include "core/derive/inventory.h"
#include "core/derive/ipv6.h"
#include "core/derive/port25.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/vantage.h"

static void judge_resolver(struct run *run, const struct vantage *here)
{
    struct subject subject = subject_resolver(here->resolver_count ? here->resolvers[0] : "resolver");
    const struct dns_answer *root = need_dns(run, "", DNS_SOA);
    const struct dns_answer *impossible = need_impossible_name(run);
    struct trouble trouble = trouble_of(REASON_RESOLVER_DOWN);
    struct finding *f;

    if (!root || !impossible)
        return;
    if (impossible->status == DNS_OK) {
        trouble.why = "it answers for names that do not exist";
        f = finding_unknown(run, ENV_RESOLVER, subject, &trouble, "resolver");
    } else if (root->status != DNS_OK || impossible->status == DNS_UNKNOWN) {
        const struct dns_answer *failed = root->status == DNS_UNKNOWN ? root : impossible;

        if (failed->status == DNS_UNKNOWN)
            trouble.why = failed->trouble.why;
        f = finding_unknown(run, ENV_RESOLVER, subject, &trouble, "resolver");
    } else {
        f = finding(run, ENV_RESOLVER, PASS, subject, "answers, and says so when a name does not exist");
    }
    finding_worst(f, f->status == UNKNOWN ? FAIL : UNKNOWN); /* nothing can be decided without a resolver */
    finding_rests_on(run, finding_rests_on(run, f, root->key), impossible->key);
}

static void judge_ipv6(struct run *run, const struct vantage *here)
{
    switch (need_ipv6(run)) {
    case IPV6_PENDING:
        break;
    case IPV6_OFF:
        finding(run, ENV_IPV6, NOTE, subject_machine(here->host), "IPv6 is switched off (-4): IPv6 addresses are not judged");
        break;
    case IPV6_MISSING:
        finding(run, ENV_IPV6, NOTE, subject_machine(here->host), "this machine has no global IPv6 address: IPv6 addresses are not judged");
        break;
    case IPV6_UNTESTED:
        finding(run, ENV_IPV6, PASS, subject_machine(here->host), "this machine has a global IPv6 address");
        break;
    case IPV6_WORKS:
        finding(run, ENV_IPV6, PASS, subject_machine(here->host), "IPv6 connections work from here");
        break;
    case IPV6_NOT_SEEN:
        finding(run, ENV_IPV6, NOTE, subject_machine(here->host), "this machine has an IPv6 address, but no IPv6 connection was seen to work");
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
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "no canary connects on port 25, but one does on port 443");
        break;
    case PORT25_INTERCEPTED:
        trouble = trouble_of(REASON_SMTP_INTERCEPTED);
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "servers of different operators all greet with names that are not theirs");
        break;
    case PORT25_NO_NETWORK:
        trouble = trouble_of(REASON_TIMEOUT);
        trouble.why = "nothing can be reached from here";
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "network");
        break;
    case PORT25_UNDECIDED:
        trouble = trouble_of(REASON_TIMEOUT);
        trouble.why = "no canary could be asked";
        finding_unknown(run, ENV_PORT25, subject_machine(here->host), &trouble, "port 25");
        break;
    }
}

static void judge_clock(struct run *run, const struct vantage *here)
{
    struct clock clock = need_clock(run);
    int64_t skew_s = clock.skew_s < 0 ? -clock.skew_s : clock.skew_s;
    const char *side = clock.skew_s < 0 ? "behind" : "ahead of";
    struct finding *f = NULL;

    switch (clock.state) {
    case CLOCK_PENDING:
        return;
    case CLOCK_UNTESTED:
        finding(run, ENV_CLOCK, SKIPPED, subject_machine(here->host), "no server has told the time");
        return;
    case CLOCK_RIGHT:
        f = finding(run, ENV_CLOCK, PASS, subject_machine(here->host), "agrees with that of %s, within five minutes", clock.teller);
        break;
    case CLOCK_WRONG:
        f = clock.tellers > 1
                ? finding_unknown(run, ENV_CLOCK, subject_machine(here->host), &clock.trouble,
                                  "%" PRId64 " s %s that of %s, and with no other server does it agree", skew_s, side, clock.teller)
                : finding_unknown(run, ENV_CLOCK, subject_machine(here->host), &clock.trouble, "%" PRId64 " s %s that of %s", skew_s, side, clock.teller);
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
