/* core/derive/chain.c - builds the chain of trust from a record to its zone, alias by alias. */
#include "core/derive/chain.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/wire_name.h"
#include "core/derive/chain_internal.h"
#include "core/derive/derived.h"
#include "core/derive/dnssec.h"
#include "core/derive/run.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"

struct rrset chain_set(struct run *run, const struct signed_reply *reply, const char *name, unsigned type)
{
    struct str owner;

    return wire_name_of(run_arena(run), name, &owner) ? rrset_find(run_arena(run), reply, owner, type)
                                                      : (struct rrset){0};
}

/* The CNAME record that a DNAME record, which was verified, makes of a name below it. */
static void take_redirect(struct run *run, struct chain *chain, const struct rrset *dname, const char *name,
                          struct str owner)
{
    const struct wire_record **records = ARENA_ARRAY(run_arena(run), const struct wire_record *, 1);
    struct wire_record *made = ARENA_NEW(run_arena(run), struct wire_record);
    const char *moved = NULL;
    struct str to;

    if (dname->count == 1 && wire_name_read(dname->records[0]->rdata, 0, &to))
        moved = name_redirected(run_arena(run), name, wire_name_text(run_arena(run), dname->owner),
                                wire_name_text(run_arena(run), to));
    if (!moved || !wire_name_of(run_arena(run), moved, &made->rdata)) {
        chain_undecided(chain, REASON_PROTOCOL, "there is a DNAME record above it that leads to no name");
        return;
    }
    made->owner = owner;
    made->type = DNS_CNAME;
    made->ttl_s = dname->records[0]->ttl_s;
    made->in_answer = true;
    records[0] = made;
    chain->records = records;
    chain->record_count = 1;
}

static void judge_record(struct run *run, struct chain *chain, const struct signed_reply *reply, const char *name,
                         unsigned type)
{
    struct rrsig signature;
    struct claim claim = {.name = name, .type = type, .reply = reply};
    const struct zone_chain *zone;
    struct claim_verdict v;
    struct rrset set;
    struct str owner;
    bool has_others;

    if (!wire_name_of(run_arena(run), name, &owner))
        return;
    set = claim_set(run, &claim, reply, owner);
    if (rrset_signatures(run_arena(run), reply, &set, &signature, 1))
        claim.zone = wire_name_text(run_arena(run), signature.signer);
    else
        claim.zone = chain_zone_around(run, chain, name);
    if (!claim.zone)
        return;
    zone = need_zone_chain(run, claim.zone);
    chain->pending |= zone->chain.pending;
    if (chain->pending)
        return;
    chain_rests_on_all(chain, &zone->chain);
    if (zone->chain.security != DNS_SECURE) {
        chain_inherit(chain, &zone->chain);
        return;
    }
    claim.keys = &zone->keys;
    v = need_claim(run, &claim);
    if (!chain_take_verdict(run, chain, &claim, &v))
        return;
    set = claim_set(run, &claim, v.reply, owner);
    chain->security = DNS_SECURE;
    chain->records = set.records;
    chain->record_count = set.count;
    if (set.type != type)
        take_redirect(run, chain, &set, name, owner);
    if (v.verification.is_expanded) {
        struct denials denials = zone_keys_denials(run_arena(run), v.reply, claim.keys, *need_now(run), &has_others);

        if (!denial_of_closer_name(run_arena(run), &denials, set.owner, v.verification.encloser))
            chain_undecided(chain, REASON_NO_VALIDATING_RESOLVER,
                            "it comes from a wildcard, and the proof that no other name is nearer is missing");
    }
}

struct record_question {
    const char *name;
    unsigned type;
};

static bool is_alias(struct run *run, const struct signed_reply *reply, const char *name)
{
    struct str owner;

    return wire_name_of(run_arena(run), name, &owner) && rrset_find_alias(run_arena(run), reply, owner).count > 0;
}

/* Where the alias leads, by what was verified; else by what the reply says. */
static const char *target_of(struct run *run, const struct chain *link, const struct signed_reply *reply,
                             const char *name)
{
    struct rrset set = chain_set(run, reply, name, DNS_CNAME);
    const struct wire_record *r = link->record_count == 1 ? link->records[0] : set.count == 1 ? set.records[0] : NULL;
    struct str target;

    return r && wire_name_read(r->rdata, 0, &target) ? wire_name_text(run_arena(run), target) : NULL;
}

/* Those of the signatures over the records at the end, each once. */
static void note_algorithms(struct run *run, struct chain *chain, const struct signed_reply *reply, const char *name,
                            unsigned type)
{
    struct rrsig *signatures = ARENA_ARRAY(run_arena(run), struct rrsig, CHAIN_ALGORITHMS_MAX);
    struct rrset set = chain_set(run, reply, name, type);
    size_t count = rrset_signatures(run_arena(run), reply, &set, signatures, CHAIN_ALGORITHMS_MAX);

    for (size_t i = 0; i < count; i++) {
        size_t k = 0;

        while (k < chain->algorithm_count && chain->algorithms[k] != signatures[i].algorithm)
            k++;
        chain->algorithms[k] = signatures[i].algorithm;
        chain->algorithm_count += k == chain->algorithm_count;
    }
}

/* Links of the chain of aliases one by one; what the weakest is, all are. */
static const void *derive_record(struct run *run, const void *argument)
{
    const struct record_question *q = argument;
    struct chain *whole = ARENA_NEW(run_arena(run), struct chain);
    const struct signed_reply *reply = need_signed(run, q->name, q->type);
    const char *name = name_lower(run_arena(run), q->name), *next = NULL;

    *whole = (struct chain){.security = DNS_SECURE, .zone = "", .record = "", .pending = !reply || !need_now(run)};
    if (whole->pending)
        return whole;
    for (unsigned links = 0; links <= DNS_CNAME_MAX; links++, name = next) {
        struct chain link = {.security = DNS_UNDECIDED, .zone = "", .record = ""};
        bool is_end = q->type == DNS_CNAME || chain_set(run, reply, name, q->type).count || !is_alias(run, reply, name);

        chain_rests_on(&link, reply->key);
        if (reply->trouble.reason)
            chain_undecided_by(&link, reply->trouble);
        else
            judge_record(run, &link, reply, name, is_end ? q->type : DNS_CNAME);
        next = is_end ? NULL : target_of(run, &link, reply, name);
        whole->pending |= link.pending;
        whole->records = link.records;
        whole->record_count = link.record_count;
        chain_rests_on_all(&link, whole);
        if (security_of_both(whole->security, link.security) != whole->security) {
            link.pending = whole->pending;
            *whole = link;
        } else {
            chain_rests_on_all(whole, &link);
        }
        if (!next) {
            note_algorithms(run, whole, reply, name, q->type);
            break;
        }
    }
    return whole;
}

const struct chain *need_chain(struct run *run, const char *name, unsigned type)
{
    static const struct derivation chain = {"the chain of trust", derive_record};
    char word[WIRE_TYPE_TEXT_MAX];

    wire_type_print(type, word);
    return need_derived(run, &chain, str_concat(run_arena(run), name_lower(run_arena(run), name), "/", word, NULL),
                        &(struct record_question){name, type});
}

static const void *derive_zone_of_name(struct run *run, const void *argument)
{
    struct chain *chain = ARENA_NEW(run_arena(run), struct chain);
    const char *zone;

    *chain = (struct chain){.security = DNS_UNDECIDED, .zone = "", .record = ""};
    zone = chain_zone_around(run, chain, argument);
    return zone ? &need_zone_chain(run, zone)->chain : chain;
}

const struct chain *need_chain_of_zone(struct run *run, const char *name)
{
    static const struct derivation chain = {"the chain of trust to a zone", derive_zone_of_name};

    return need_derived(run, &chain, name_lower(run_arena(run), name), name);
}
