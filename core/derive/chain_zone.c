/* core/derive/chain_zone.c - builds the chain of trust from the keys of a zone up to the root's. */
#include "core/derive/chain_internal.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/wire_name.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/signed_reply.h"
#include "core/facts/target.h"
#include "core/records/rrset.h"
#include "core/records/trust_anchor.h"

static size_t anchors_of(struct run *run, struct ds out[TRUST_ANCHORS_MAX])
{
    const struct target *target = run_target(run);
    const char *const *texts = target->trust_anchor_count ? target->trust_anchors : trust_anchors_shipped;
    size_t most = target->trust_anchor_count ? target->trust_anchor_count : trust_anchors_shipped_count, count = 0;

    for (size_t i = 0; i < most && count < TRUST_ANCHORS_MAX; i++)
        count += trust_anchor_parse(run_arena(run), texts[i], &out[count]);
    return count;
}

static void judge_root(struct run *run, struct zone_chain *z)
{
    struct ds anchors[TRUST_ANCHORS_MAX];
    struct claim claim = {
        .name = "", .type = WIRE_DNSKEY, .zone = "", .ds = anchors, .ds_count = anchors_of(run, anchors)};
    struct claim_verdict v = need_claim(run, &claim);

    if (!chain_take_verdict(run, &z->chain, &claim, &v))
        return;
    z->keys = v.keys;
    z->chain.security = DNS_SECURE;
}

static const char *ancestor(struct run *run, struct str candidate, const char *zone)
{
    const char *text = wire_name_text(run_arena(run), candidate);

    return !name_equal(text, zone) && name_is_under(zone, text) ? name_lower(run_arena(run), text) : NULL;
}

/* The zone above, as the reply for the DS records names it: who signs them, or says that there are none. */
static const char *zone_above(struct run *run, const struct signed_reply *reply, const char *zone)
{
    const char *above = NULL;
    struct str signer;

    for (size_t i = 0; i < reply->count && !above; i++) {
        const struct wire_record *r = &reply->records[i];

        if (r->type == WIRE_RRSIG && wire_name_read(r->rdata, 18, &signer))
            above = ancestor(run, signer, zone);
    }
    for (size_t i = 0; i < reply->count && !above; i++)
        if (reply->records[i].type == DNS_SOA && !reply->records[i].in_answer)
            above = ancestor(run, reply->records[i].owner, zone);
    return above;
}

const char *chain_zone_around(struct run *run, struct chain *chain, const char *name)
{
    const struct signed_reply *reply = need_signed(run, name, DNS_SOA);
    struct trouble trouble;
    const char *zone;

    chain->pending |= !reply;
    if (!reply)
        return NULL;
    chain_rests_on(chain, reply->key);
    for (size_t i = 0; i < reply->count; i++) {
        const struct wire_record *r = &reply->records[i];
        const char *owner = r->type == DNS_SOA ? wire_name_text(run_arena(run), r->owner) : NULL;

        if (owner && name_is_under(name, owner))
            return name_lower(run_arena(run), owner);
    }
    zone = need_zone_above(run, name, &trouble);
    if (zone)
        return zone;
    chain->pending |= !trouble.reason;
    if (reply->trouble.reason)
        chain_undecided_by(chain, reply->trouble);
    else
        chain_undecided(chain, REASON_NO_VALIDATING_RESOLVER, "the resolver does not say which zone it belongs to");
    return NULL;
}

static void be_insecure(struct chain *chain, enum chain_fault fault, const char *zone)
{
    chain->security = DNS_INSECURE;
    chain->fault = fault;
    chain->zone = zone;
}

/* The zone above has no DS record: does it prove that? */
static void judge_denial(struct run *run, struct zone_chain *z, const struct zone_chain *above,
                         const struct signed_reply *reply)
{
    bool has_others;
    struct str name;
    struct denials denials = zone_keys_denials(run_arena(run), reply, &above->keys, *need_now(run), &has_others);
    enum denial_of_ds denial = NO_DS_UNPROVED;

    if (wire_name_of(run_arena(run), z->zone, &name))
        denial = denial_of_ds(run_arena(run), &denials, name);
    switch (denial) {
    case NO_DS_UNSIGNED_ZONE:
        be_insecure(&z->chain, CHAIN_NO_DS, z->zone);
        break;
    case NO_DS_TOO_COSTLY:
        be_insecure(&z->chain, CHAIN_TOO_COSTLY, above->zone);
        break;
    case NO_DS_NO_ZONE:
        chain_undecided(&z->chain, REASON_NO_VALIDATING_RESOLVER,
                        "the zone above knows of no such zone: it may be one of the resolver's own");
        break;
    case NO_DS_UNPROVED:
        chain_undecided(&z->chain, REASON_NO_VALIDATING_RESOLVER,
                        has_others ? "the proof that it is not signed does not verify as the resolver hands it on"
                                   : "the resolver withholds the proof that it is not signed");
        break;
    }
}

static void judge_keys(struct run *run, struct zone_chain *z, const struct zone_chain *above)
{
    struct claim of_ds = {.name = z->zone, .type = WIRE_DS, .zone = above->zone, .keys = &above->keys};
    struct claim_verdict v = need_claim(run, &of_ds);
    struct ds ds[DNSSEC_DS_MAX];
    struct rrset set;
    struct str owner;

    if (!chain_take_verdict(run, &z->chain, &of_ds, &v) || !wire_name_of(run_arena(run), z->zone, &owner))
        return;
    set = rrset_find(run_arena(run), v.reply, owner, WIRE_DS);

    struct claim of_keys = {.name = z->zone, .type = WIRE_DNSKEY, .zone = z->zone, .ds = ds};

    of_keys.ds_count = zone_keys_usable_ds(&set, ds);
    if (of_keys.ds_count == 0) {
        be_insecure(&z->chain, CHAIN_NO_ALGORITHM, z->zone);
        return;
    }
    v = need_claim(run, &of_keys);
    if (!chain_take_verdict(run, &z->chain, &of_keys, &v))
        return;
    z->keys = v.keys;
    z->chain.security = DNS_SECURE;
}

struct zone_question {
    const char *zone;
    unsigned depth;
};

static const struct zone_chain *need_zone(struct run *run, const char *zone, unsigned depth);

static const void *derive_zone(struct run *run, const void *argument)
{
    const struct zone_question *q = argument;
    struct zone_chain *z = ARENA_NEW(run_arena(run), struct zone_chain);
    const struct signed_reply *ds = NULL;
    const struct zone_chain *above;
    const char *parent;

    z->zone = z->chain.zone = str_dup(run_arena(run), q->zone);
    z->chain.record = "";
    z->chain.pending = !need_now(run);
    if (z->chain.pending)
        return z;
    if (!*z->zone) {
        judge_root(run, z);
        return z;
    }
    need_signed(run, z->zone, WIRE_DNSKEY); /* beside the rest */
    need_zone(run, "", 0);
    ds = need_signed(run, z->zone, WIRE_DS);
    z->chain.pending = !ds;
    if (!ds)
        return z;
    chain_rests_on(&z->chain, ds->key);
    if (ds->trouble.reason) {
        chain_undecided_by(&z->chain, ds->trouble);
        return z;
    }
    parent = zone_above(run, ds, z->zone);
    if (!parent)
        parent = chain_zone_around(run, &z->chain, name_parent(z->zone));
    if (!parent)
        return z;
    if (q->depth >= DNSSEC_ZONES_MAX) {
        chain_undecided(&z->chain, REASON_BUDGET, "more zones one below the other than are followed");
        return z;
    }
    above = need_zone(run, parent, q->depth + 1);
    z->chain.pending |= above->chain.pending;
    if (z->chain.pending)
        return z;
    chain_rests_on_all(&z->chain, &above->chain);
    if (above->chain.security != DNS_SECURE)
        chain_inherit(&z->chain, &above->chain);
    else if (chain_set(run, ds, z->zone, WIRE_DS).count)
        judge_keys(run, z, above);
    else
        judge_denial(run, z, above, ds);
    return z;
}

static const struct zone_chain *need_zone(struct run *run, const char *zone, unsigned depth)
{
    static const struct derivation chain = {"the keys of a zone", derive_zone};

    return need_derived(run, &chain, zone, &(struct zone_question){zone, depth});
}

const struct zone_chain *need_zone_chain(struct run *run, const char *zone)
{
    return need_zone(run, zone, 0);
}
