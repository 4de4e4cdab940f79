/* core/derive/dnssec.c - whose word on DNSSEC counts, the resolver's or our own eyes', and how old signatures are. */
#include "core/derive/dnssec.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/chain.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"

static const struct {
    const char *name;
    bool retired;
} algorithms[] = {
    /* by number */
    [1] = {"RSAMD5", true},
    [3] = {"DSA", true},
    [5] = {"RSASHA1", true},
    [6] = {"DSA-NSEC3-SHA1", true},
    [7] = {"RSASHA1-NSEC3-SHA1", true},
    [8] = {"RSASHA256", false},
    [10] = {"RSASHA512", false},
    [12] = {"ECC-GOST", true},
    [13] = {"ECDSAP256SHA256", false},
    [14] = {"ECDSAP384SHA384", false},
    [15] = {"ED25519", false},
    [16] = {"ED448", false},
};

enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

/* ---- whose eyes ---- */

/* What the resolver's AD says, as far as it may be believed. */
static enum dns_security security_by_ad(struct run *run, const struct dns_answer *answer, bool *pending)
{
    const struct dns_answer *root = need_dns(run, "", DNS_SOA);

    if (answer->security != DNS_INSECURE && answer->security != DNS_SECURE)
        return answer->security;
    if (!need_trust_in_ad(run, answer, pending))
        return DNS_UNDECIDED;
    if (answer->security == DNS_SECURE)
        return DNS_SECURE;
    *pending |= !root;
    return root && root->security == DNS_SECURE ? DNS_INSECURE : DNS_UNDECIDED;
}

static bool ends_with_name(struct str rdata, size_t at, const char *name)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t size = name_to_wire(name, wire);

    return size > 0 && rdata.len == at + size &&
           str_equal_nocase((struct str){rdata.at + at, size}, (struct str){(const char *)wire, size});
}

static bool is_same(const struct dns_record *r, struct str rdata)
{
    const unsigned char *at = (const unsigned char *)rdata.at;

    switch (r->type) {
    case DNS_A:
    case DNS_AAAA: {
        struct ip ip = ip_from_bytes(at, rdata.len);

        return ip_equal(&r->ip, &ip);
    }
    case DNS_MX:
        return ends_with_name(rdata, 2, r->mx.host) && (at[0] << 8 | at[1]) == r->mx.preference;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        return ends_with_name(rdata, 0, r->name);
    case DNS_TLSA:
        return rdata.len == 3 + r->tlsa.data.len && at[0] == r->tlsa.usage && at[1] == r->tlsa.selector &&
               at[2] == r->tlsa.matching && str_equal(r->tlsa.data, (struct str){rdata.at + 3, r->tlsa.data.len});
    case DNS_SOA: /* its serial may have changed in between */
    case DNS_TXT:
        break;
    }
    return true;
}

static bool is_among(const struct dns_record *r, const struct chain *chain)
{
    for (size_t i = 0; i < chain->record_count; i++)
        if (is_same(r, chain->records[i]->rdata))
            return true;
    return false;
}

const struct chain *need_chain_of(struct run *run, const struct dns_answer *answer)
{
    const struct chain *chain;
    struct chain *other;
    struct key key;

    if (!key_parse(run_arena(run), answer->key, &key) || key.kind != EVIDENCE_DNS)
        return NULL;
    chain = need_chain(run, key.name, key.type);
    for (size_t i = 0; i < answer->count && chain->security == DNS_SECURE && !chain->pending; i++) {
        if (is_among(&answer->records[i], chain))
            continue;
        other = ARENA_NEW(run_arena(run), struct chain);
        *other = *chain;
        other->security = DNS_UNDECIDED;
        other->trouble = trouble_of(REASON_NO_VALIDATING_RESOLVER);
        other->trouble.why = "the resolver's answer is another one than that which is signed";
        return other;
    }
    return chain;
}

/* A resolver that was seen to refuse what is bogus is believed, and nothing more is asked; what is planned has no
 * signatures. */
static bool is_enough(const struct instrument *in, const struct dns_answer *answer, enum dns_security by_ad)
{
    return answer->plan || by_ad == DNS_BOGUS || (by_ad != DNS_UNDECIDED && in->validation == VALIDATION_SHOWN);
}

bool security_is_by_chain(struct run *run, const struct dns_answer *answer)
{
    bool is_open = false;
    enum dns_security by_ad = security_by_ad(run, answer, &is_open);

    return !is_open && !is_enough(need_instrument(run), answer, by_ad);
}

enum dns_security need_security(struct run *run, const struct dns_answer *answer, bool *pending)
{
    const struct instrument *in = need_instrument(run);
    bool is_open = in->validation == VALIDATION_PENDING;
    enum dns_security by_ad = security_by_ad(run, answer, &is_open);
    const struct chain *own;

    *pending |= is_open;
    if (is_open || is_enough(in, answer, by_ad))
        return by_ad;
    own = need_chain_of(run, answer);
    *pending |= own && own->pending;
    return own && !own->pending && own->security != DNS_UNDECIDED ? own->security : by_ad;
}

struct trouble need_unvalidated(struct run *run, const struct dns_answer *const *answers, size_t count)
{
    struct trouble trouble = trouble_of(REASON_NO_VALIDATING_RESOLVER);
    const struct instrument *in = need_instrument(run);

    for (size_t i = 0; i < count; i++) {
        const struct chain *own;

        if (!answers[i])
            continue;
        if (answers[i]->plan)
            trouble.why = "what is planned is not signed before it is published";
        own = security_is_by_chain(run, answers[i]) ? need_chain_of(run, answers[i]) : NULL;
        if (own && !own->pending && own->security == DNS_UNDECIDED && own->trouble.reason != REASON_BUDGET)
            trouble = own->trouble;
    }
    if (trouble.reason == REASON_NO_VALIDATING_RESOLVER && !instrument_may_deny(in)) {
        trouble = trouble_of(REASON_RESOLVER_DOWN); /* what it withholds it withholds for that */
        trouble.why = instrument_fault_text(in);
    }
    return trouble;
}

/* Some validators take signatures for a while after they have expired. */
static bool is_beyond_grace(const struct chain *own)
{
    return own->security == DNS_BOGUS && !chain_is_by_time(own);
}

const char *need_contradiction(struct run *run, const char *zone, bool *pending)
{
    const struct dns_answer *soa = need_dns_unjudged(run, zone, DNS_SOA);
    bool says_bogus = soa && soa->status == DNS_UNKNOWN && soa->trouble.reason == REASON_DNSSEC_BOGUS;
    const struct chain *own;

    *pending |= !soa;
    if (!soa || (soa->status == DNS_UNKNOWN && !says_bogus) || (!says_bogus && !security_is_by_chain(run, soa)))
        return NULL;
    own = need_chain(run, zone, DNS_SOA);
    *pending |= own->pending;
    if (own->pending)
        return NULL;
    if (own->is_tampered)
        return str_printf(run_arena(run), "it damages signatures of %s, which its own servers have right", zone);
    if (says_bogus && (own->security == DNS_SECURE || own->security == DNS_INSECURE))
        return str_printf(run_arena(run), "it calls %s bogus, which is %s", zone,
                          own->security == DNS_SECURE ? "soundly signed" : "not signed");
    if (soa->security == DNS_SECURE && (own->security == DNS_INSECURE || is_beyond_grace(own)))
        return str_printf(run_arena(run), "it marks %s as validated (AD), which is %s", zone,
                          own->security == DNS_INSECURE ? "not signed" : "bogus");
    return NULL;
}

enum dns_security security_of_both(enum dns_security a, enum dns_security b)
{
    static const enum dns_security weakest_first[] = {DNS_BOGUS, DNS_INSECURE, DNS_UNDECIDED};

    for (unsigned i = 0; i < sizeof weakest_first / sizeof *weakest_first; i++)
        if (a == weakest_first[i] || b == weakest_first[i])
            return weakest_first[i];
    return DNS_SECURE;
}

const struct dns_answer *need_algorithms(struct run *run, const struct dns_answer *answer)
{
    const struct chain *own;
    struct dns_answer *seen;

    if (answer->algorithm_count || !security_is_by_chain(run, answer))
        return answer;
    own = need_chain_of(run, answer);
    if (!own || !own->algorithm_count)
        return answer;
    seen = ARENA_NEW(run_arena(run), struct dns_answer);
    *seen = *answer;
    seen->algorithms = own->algorithms;
    seen->algorithm_count = own->algorithm_count;
    return seen;
}

enum dnssec_signatures dnssec_signatures(const struct dns_answer *answer)
{
    size_t retired = 0;

    for (size_t i = 0; i < answer->algorithm_count; i++)
        retired += answer->algorithms[i] < ALGORITHMS && algorithms[answer->algorithms[i]].retired;
    if (answer->algorithm_count == 0)
        return DNSSEC_NONE_SEEN;
    if (retired == 0)
        return DNSSEC_CURRENT;
    return retired == answer->algorithm_count ? DNSSEC_RETIRED : DNSSEC_RETIRED_TOO;
}

const char *dnssec_algorithms_text(struct arena *arena, const struct dns_answer *answer)
{
    const char *text = "";

    for (size_t i = 0; i < answer->algorithm_count; i++) {
        unsigned number = answer->algorithms[i];
        const char *name = number < ALGORITHMS && algorithms[number].name ? algorithms[number].name : "algorithm";

        text = str_printf(arena, "%s%s%s (%u)", text, *text ? ", " : "", name, number);
    }
    return text;
}
