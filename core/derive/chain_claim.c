/* core/derive/chain_claim.c - verifies what a zone is said to have signed, and asks its own servers before it accuses.
 */
#include "core/derive/chain_claim.h"

#include "core/base/arena.h"
#include "core/base/wire_name.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"

static bool is_accusing(const struct claim_verdict *v)
{
    return !v->trouble.reason && v->verification.verdict != RRSET_VERIFIED && v->verification.verdict != RRSET_UNTRIED;
}

struct rrset claim_set(struct run *run, const struct claim *claim, const struct signed_reply *reply, struct str owner)
{
    return claim->type == DNS_CNAME ? rrset_find_alias(run_arena(run), reply, owner)
                                    : rrset_find(run_arena(run), reply, owner, claim->type);
}

static struct claim_verdict judge(struct run *run, const struct claim *claim, const struct signed_reply *reply)
{
    const int64_t *now = need_now(run);
    struct claim_verdict v = {.pending = !reply || !now, .reply = reply};
    struct rrset set;
    struct str owner;

    if (v.pending)
        return v;
    if (reply->trouble.reason) {
        v.trouble = reply->trouble;
        return v;
    }
    if (!wire_name_of(run_arena(run), claim->name, &owner)) {
        v.trouble = trouble_of(REASON_PROTOCOL);
        return v;
    }
    if (claim->keys) {
        set = claim_set(run, claim, reply, owner);
        if (set.count == 0) {
            v.trouble = trouble_of(REASON_NO_VALIDATING_RESOLVER);
            v.trouble.why = "the resolver has no such record to check";
            v.is_absent = true;
            return v;
        }
        v.verification = rrset_verify(run_arena(run), reply, &set, claim->keys, *now);
    } else {
        v.verification = zone_keys_verify(run_arena(run), reply, owner, claim->ds, claim->ds_count, *now, &v.keys);
    }
    return v;
}

static struct claim_verdict ask_servers(struct run *run, const struct claim *claim, struct claim_verdict here)
{
    struct zone_servers servers = need_zone_servers(run, claim->zone);
    bool pending = servers.pending;

    for (size_t i = 0; i < servers.count; i++) {
        struct claim_verdict there =
            judge(run, claim, need_signed_at(run, &servers.at[i].ip, claim->name, claim->type));

        pending |= there.pending;
        if (!there.pending && !there.trouble.reason && there.verification.verdict == RRSET_VERIFIED) {
            there.is_tampered = there.is_confirmed = true;
            return there;
        }
        here.is_confirmed |= !there.pending && is_accusing(&there);
    }
    here.pending = pending;
    return here;
}

/* Hosts files and zones of the resolver's own are not signed; nobody has one of them for another's keys or SOA. */
static bool may_be_made_up(const struct claim *claim, const struct claim_verdict *v)
{
    bool is_of_zone = claim->type == WIRE_DNSKEY || claim->type == DNS_SOA;

    return v->reply->is_own || (v->verification.verdict == RRSET_NO_SIGNATURE && !is_of_zone);
}

/* Of the root nobody else is asked: it is never accused. */
struct claim_verdict need_claim(struct run *run, const struct claim *claim)
{
    struct claim_verdict v =
        judge(run, claim, claim->reply ? claim->reply : need_signed(run, claim->name, claim->type));

    if (v.pending || !(is_accusing(&v) || v.is_absent) || !*claim->zone)
        return v;
    v = ask_servers(run, claim, v);
    if (!v.pending && is_accusing(&v) && !v.is_confirmed && may_be_made_up(claim, &v)) {
        v.trouble = trouble_of(REASON_NO_VALIDATING_RESOLVER);
        v.trouble.why = "the resolver hands on no signature, and the zone's own servers could not be asked";
    }
    return v;
}
