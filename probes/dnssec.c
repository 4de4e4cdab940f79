/* probes/dnssec.c - are the zones that mail rests on signed, and if so, do they validate?  (checks.md, section 12;
 * RFC 4033 5, RFC 9905)
 *
 * The zones are those of the domain, of its MX hosts, and of the reverse names of its mail addresses. */
#include "core/derive/dnssec.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/chain.h"
#include "core/derive/clock.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

enum {
    ZONES_MAX = 1 + MX_HOSTS_MAX + ADDRESSES_MAX,
    WALK_MAX = 8,          /* names above a bogus one that are looked at to find where the damage begins */
    NIBBLES_OF_A_STEP = 4, /* zones in ip6.arpa mostly begin at 16 bits */
};

struct zone {
    const char *name;
    const char *purpose;    /* "the zone of the domain" */
    enum check_id cause;    /* the check that is undecided when the zone cannot be found */
    enum status worst;      /* when it is bogus */
    struct trouble trouble; /* why its name is not known: `name` is the one that was asked for */
    const char *key;
};

struct zones {
    struct zone at[ZONES_MAX];
    size_t count;
};

static void add(struct zones *zones, struct zone zone)
{
    for (size_t i = 0; i < zones->count; i++) {
        if (!name_equal(zones->at[i].name, zone.name))
            continue;
        if (zones->at[i].worst < zone.worst)
            zones->at[i].worst = zone.worst;
        return;
    }
    if (zones->count < ZONES_MAX)
        zones->at[zones->count++] = zone;
}

static const char *next_up(const char *name)
{
    size_t steps = name_is_under(name, "ip6.arpa") ? NIBBLES_OF_A_STEP : 1;

    while (steps-- && *name)
        name = name_parent(name);
    return name;
}

/* The highest name above a bogus one that is bogus too: there, or at its parent's DS, is the fault.  All are asked for
 * at once. */
static const char *need_top_of_damage(struct run *run, const char *name, bool *pending)
{
    const char *top = name;
    bool ended = false;
    size_t walked = 0;

    for (const char *at = next_up(name); *at && walked < WALK_MAX; at = next_up(at), walked++) {
        const struct dns_answer *soa = need_dns(run, at, DNS_SOA);

        *pending |= !soa;
        ended |= !soa || soa->status != DNS_UNKNOWN || soa->trouble.reason != REASON_DNSSEC_BOGUS;
        if (!ended)
            top = at;
    }
    return top;
}

static void find_zone(struct run *run, struct zones *zones, const char *name, struct zone zone)
{
    const struct dns_answer *soa = need_dns(run, name, DNS_SOA);
    struct trouble unzoned;
    bool pending = false;
    const char *above;

    if (!soa)
        return;
    zone.name = name_lower(run_arena(run), name);
    zone.key = soa->key;
    if (soa->status == DNS_UNKNOWN && soa->trouble.reason == REASON_DNSSEC_BOGUS) {
        zone.name = need_top_of_damage(run, zone.name, &pending);
        zone.trouble = soa->trouble;
    } else if (soa->status == DNS_UNKNOWN) {
        zone.trouble = soa->trouble;
    } else if (soa->status == DNS_OK && soa->chain_count) {
        zone.name = name_lower(run_arena(run), soa->chain[soa->chain_count - 1].target);
    } else if (soa->status != DNS_OK && soa->zone) {
        zone.name = name_lower(run_arena(run), soa->zone);
    } else if (soa->status != DNS_OK) {
        above = need_zone_above(run, name, &unzoned);
        pending = !above && !unzoned.reason;
        zone.name = above ? above : zone.name;
    }
    if (!pending)
        add(zones, zone);
}

/* ---- verdicts ---- */

/* What our own eyes see adds evidence to a finding. */
static void rests_on_chain(struct run *run, struct finding *f, const struct chain *chain)
{
    for (size_t i = 0; chain && i < chain->key_count; i++)
        finding_rests_on(run, f, chain->keys[i]);
}

/* What mends it depends on what is broken.  Where it is the delegation, removing the DS records is safe in any case: it
 * makes the zone an unsigned one, while another key or no key leaves it broken. */
static void advise(struct run *run, struct finding *f, const struct chain *chain)
{
    const char *zone = chain->zone;

    switch (chain->fault) {
    case CHAIN_DS_MISMATCH:
        finding_remedy(
            run, f,
            "The DS records of %s do not fit its keys: the keys were changed, or the zone moved to other "
            "servers, and the zone above was not told. Ask where the domain is registered to replace the DS "
            "records %s; where the zone shall not be signed, to remove them, which takes effect when their TTL "
            "has passed.",
            zone,
            chain->ds ? "by the one below, if its key is the one that your signer uses"
                      : "by those that your signer shows");
        if (chain->ds)
            finding_record(run, f, "%s. 3600 IN DS %s", zone, chain->ds);
        break;
    case CHAIN_NO_KEYS:
        finding_remedy(
            run, f,
            "%s is served without keys, though the zone above says that it is signed: it moved to servers that "
            "do not sign it, or signing was switched off. Ask where the domain is registered to remove the DS "
            "records, or let the servers sign with the keys that these name.",
            zone);
        break;
    case CHAIN_EXPIRED:
        finding_remedy(
            run, f,
            "Let whoever signs %s sign it anew, find out why that was not done in time, and see that all of its "
            "servers have the new signatures.",
            zone);
        break;
    case CHAIN_NOT_YET_VALID:
        finding_remedy(run, f, "Set the clock of the machine that signs %s, and sign the zone anew.", zone);
        break;
    case CHAIN_WRONG_SIGNATURE:
    case CHAIN_NO_SIGNATURE:
        finding_remedy(
            run, f,
            "Let whoever signs %s sign it anew, with the keys that its DNSKEY records show, and see that all of "
            "its servers serve that.",
            zone);
        break;
    default:
        break;
    }
}

/* The resolver says what our own eyes do not see, or the other way: nothing is said against the domain. */
static void judge_contradiction(struct run *run, const struct zone *zone, const struct chain *chain)
{
    struct trouble trouble = trouble_of(REASON_RESOLVER_DOWN);
    struct finding *f;

    trouble.why =
        chain->security == DNS_SECURE
            ? "the resolver says that DNSSEC validation fails, but the signatures are sound, up to the root's"
            : "the resolver says that DNSSEC validation fails, but the zone above proves that there is nothing "
              "to validate";
    f = finding_follows(
        finding_unknown(run, DNSSEC_STATUS, subject_zone(zone->name), &trouble, "%s", zone->purpose),
        ENV_RESOLVER);
    rests_on_chain(run, f, chain);
    finding_rests_on(run, finding_worst(f, zone->worst), zone->key);
}

static bool hangs_on_clock(const struct chain *chain)
{
    return chain->security != DNS_BOGUS || chain_is_by_time(chain);
}

/* Signatures are valid for a time, by the clock of the resolver, which may be ours.  Where not even the root zone
 * validates, it is the resolver that is at fault.  What is broken our own eyes tell. */
static void judge_bogus(struct run *run, const struct zone *zone, const struct trouble *trouble)
{
    const struct dns_answer *root = need_dns(run, "", DNS_SOA);
    const struct chain *chain = need_chain(run, zone->name, DNS_SOA);
    struct clock clock = need_clock(run);
    struct trouble resolver = trouble_of(REASON_RESOLVER_DOWN);
    struct finding *f;

    if (!root || clock.state == CLOCK_PENDING || chain->pending)
        return;
    if (root->status == DNS_UNKNOWN && root->trouble.reason == REASON_DNSSEC_BOGUS) {
        resolver.why = "not even the root zone validates through this resolver: its clock or its trust anchor is wrong";
        f = finding_follows(
            finding_unknown(run, DNSSEC_STATUS, subject_zone(zone->name), &resolver, "%s", zone->purpose),
            ENV_RESOLVER);
        finding_rests_on(run, f, root->key);
    } else if (clock.state == CLOCK_WRONG && hangs_on_clock(chain)) {
        f = finding_follows(finding_unknown(run, DNSSEC_STATUS, subject_zone(zone->name), &clock.trouble,
                                            "DNSSEC validation fails in %s", zone->purpose),
                            ENV_CLOCK);
    } else if (chain->security == DNS_SECURE || chain->security == DNS_INSECURE) {
        judge_contradiction(run, zone, chain);
        return;
    } else {
        f = finding(run, DNSSEC_STATUS, zone->worst, subject_zone(zone->name),
                    "DNSSEC validation fails in %s: %s", zone->purpose,
                    chain->security == DNS_BOGUS ? chain_fault_text(run_arena(run), chain) : trouble->why);
        if (chain->security == DNS_BOGUS)
            advise(run, f, chain);
    }
    rests_on_chain(run, f, chain);
    finding_rests_on(run, finding_worst(f, zone->worst), zone->key);
}

static void judge_trouble(struct run *run, const struct zone *zone, const struct trouble *trouble)
{
    struct finding *f =
        finding_unknown(run, DNSSEC_STATUS, subject_zone(zone->name), trouble, "%s", zone->purpose);

    finding_rests_on(run, finding_worst(finding_follows(f, zone->cause), zone->worst), zone->key);
}

/* A broken zone has no answers through any resolver that validates.  Where none is at hand it can be told no more, and
 * the verdict does not hang on it. */
static void judge_unvalidated(struct run *run, const struct zone *zone, const struct dns_answer *soa,
                              const struct chain *chain)
{
    struct trouble trouble = need_unvalidated(run, &soa, 1);
    struct finding *f;

    f = finding_unknown(run, DNSSEC_STATUS, subject_zone(zone->name), &trouble, "%s", zone->purpose);
    rests_on_chain(run, f, chain);
    finding_rests_on(run, finding_worst(f, NOTE), soa->key);
}

static const char *signed_with(struct run *run, const struct dns_answer *soa)
{
    return soa->algorithm_count ? str_printf(run_arena(run), " with %s", dnssec_algorithms_text(run_arena(run), soa))
                                : "";
}

static struct finding *judge_retired(struct run *run, const struct zone *zone, const struct dns_answer *soa,
                                     const char *effect)
{
    struct finding *f = finding(run, DNSSEC_STATUS, WARN, subject_zone(zone->name),
                                "%s is signed%s alone: %s", zone->purpose, signed_with(run, soa), effect);

    return finding_remedy(run, finding_cause(f, CAUSE_DNSSEC_RETIRED),
                          "Whoever signs the zone should change to ECDSAP256SHA256 (13): sign with both algorithms, "
                          "publish the new DNSKEY, replace the "
                          "DS record at the parent zone, and when its TTL has passed remove the old key and its "
                          "signatures (RFC 6781 4.1.4). Most "
                          "signers take these steps by themselves when their policy names the new algorithm.");
}

static struct finding *judge_secure(struct run *run, const struct zone *zone, const struct dns_answer *soa)
{
    struct finding *f;

    switch (dnssec_signatures(soa)) {
    case DNSSEC_RETIRED:
        return judge_retired(run, zone, soa,
                             "it validates here, but resolvers that follow RFC 9905 take it for unsigned");
    case DNSSEC_RETIRED_TOO:
        f = finding(run, DNSSEC_STATUS, NOTE, subject_zone(zone->name),
                    "%s is signed%s, and validates: resolvers use the newer algorithm, and the older one "
                    "is left over",
                    zone->purpose, signed_with(run, soa));
        return finding_remedy(
            run, f,
            "Finish the change of algorithm: when the DS record at the parent zone names a key of the newer one and "
            "the "
            "TTL of the old record has passed, remove the older key and its signatures (RFC 6781 4.1.4).");
    case DNSSEC_NONE_SEEN: /* the resolver keeps them to itself */
    case DNSSEC_CURRENT:
        break;
    }
    return finding(run, DNSSEC_STATUS, PASS, subject_zone(zone->name), "%s is signed%s, and validates",
                   zone->purpose, signed_with(run, soa));
}

static struct finding *judge_insecure(struct run *run, const struct zone *zone, const struct dns_answer *soa)
{
    struct finding *f;

    switch (dnssec_signatures(soa)) {
    case DNSSEC_RETIRED:
        return judge_retired(run, zone, soa, "it counts as not signed, which is what RFC 9905 asks of resolvers");
    case DNSSEC_RETIRED_TOO:
    case DNSSEC_CURRENT:
        f = finding(run, DNSSEC_STATUS, NOTE, subject_zone(zone->name),
                    "%s is signed%s, but counts as not signed: no DS records lead to its key",
                    zone->purpose, signed_with(run, soa));
        return finding_remedy(run, f,
                              "Nothing needs to be done for mail to flow. For the signatures to count, the parent zone "
                              "has to publish a DS "
                              "record for the zone's key, and be signed itself.");
    case DNSSEC_NONE_SEEN:
        break;
    }
    f = finding(run, DNSSEC_STATUS, NOTE, subject_zone(zone->name), "%s is not signed", zone->purpose);
    return finding_remedy(run, finding_cause(f, CAUSE_DNSSEC_UNSIGNED),
                          "Nothing needs to be done for mail to flow. DANE needs signed zones.");
}

static void judge_zone(struct run *run, const struct zone *zone)
{
    const struct dns_answer *soa;
    bool pending = false;
    enum dns_security security;
    const struct chain *chain;
    struct finding *f;

    if (zone->trouble.reason == REASON_DNSSEC_BOGUS) {
        judge_bogus(run, zone, &zone->trouble);
        return;
    }
    soa = need_dns(run, zone->name, DNS_SOA);
    if (!soa)
        return;
    if (soa->status == DNS_UNKNOWN) {
        if (soa->trouble.reason == REASON_DNSSEC_BOGUS)
            judge_bogus(run, zone, &soa->trouble);
        else
            judge_trouble(run, zone, &soa->trouble);
        return;
    }
    security = need_security(run, soa, &pending);
    if (pending)
        return;
    chain = security_is_by_chain(run, soa) ? need_chain_of(run, soa) : NULL;
    if (security == DNS_UNDECIDED) {
        judge_unvalidated(run, zone, soa, chain);
        return;
    }
    if (security == DNS_BOGUS) {
        judge_bogus(run, zone, &(struct trouble){.why = ""});
        return;
    }
    soa = need_algorithms(run, soa);
    f = security == DNS_SECURE ? judge_secure(run, zone, soa) : judge_insecure(run, zone, soa);
    rests_on_chain(run, f, chain);
    finding_rests_on(run, f, soa->key);
}

static void probe_dnssec(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    struct zones *zones = ARENA_NEW(run_arena(run), struct zones);

    find_zone(run, zones, run_target(run)->domain,
              (struct zone){.purpose = "the zone of the domain", .cause = DOMAIN_EXISTS, .worst = FAIL});
    for (size_t i = 0; i < mail->host_count; i++) {
        const struct mx_host *host = &mail->hosts[i];

        /* A ring of aliases is no zone's: mx.resolves says what is wrong. */
        if (host->a && !host->a->chain_loops && !host->is_literal && !host->is_placeholder)
            find_zone(run, zones, host->name,
                      (struct zone){.purpose = "the zone of an MX host", .cause = MX_RESOLVES, .worst = FAIL});
    }
    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];

        if (!ip_special(&a->ip))
            find_zone(run, zones, ip_reverse_name(run_arena(run), &a->ip),
                      (struct zone){.purpose = "the zone of reverse names",
                                    .cause = PTR_EXISTS,
                                    .worst = address_is_sender(a) ? FAIL : WARN});
    }
    for (size_t i = 0; i < zones->count; i++)
        judge_zone(run, &zones->at[i]);
}

const struct probe dnssec_probe = {
    .name = "dnssec",
    .summary = "signatures of the zones of domain, MX hosts and reverse names",
    .groups = "dnssec",
    .run = probe_dnssec,
};
