/* core/records/zone_keys.c - verifies the keys of a zone, and RRsets by them. */
#include "core/records/zone_keys.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/wire_name.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"

/* ---- one RRset ---- */

/* Of several the least grave one is told, since it is the one to be mended. */
static void keep_nearest(struct verification *so_far, struct verification other)
{
    if (other.verdict < so_far->verdict)
        *so_far = other;
}

static struct verification in_time(const struct rrset *set, const struct rrsig *sig, int64_t now)
{
    struct verification v = {.verdict = RRSET_VERIFIED};

    v.is_expanded = rrset_is_expanded(set, sig, &v.encloser);
    switch (rrsig_time(sig, now)) {
    case RRSIG_VALID_NOW:
        break;
    case RRSIG_EXPIRED:
        return (struct verification){.verdict = RRSET_EXPIRED, .boundary_s = sig->until_s};
    case RRSIG_NOT_YET_VALID:
        return (struct verification){.verdict = RRSET_NOT_YET_VALID, .boundary_s = sig->from_s};
    }
    return v;
}

/* Keys of one tag and algorithm are each tried, within the limits: a zone may be made of nothing but collisions. */
static struct verification try_keys(struct arena *arena, const struct rrset *set, const struct rrsig *sig,
                                    const struct zone_keys *keys, int64_t now, unsigned *tries)
{
    struct verification best = {.verdict = RRSET_NO_SIGNATURE};
    struct str data = rrset_signed_data(arena, set, sig);

    for (size_t i = 0; i < keys->count; i++) {
        const struct dnskey *key = &keys->at[i];
        struct verification v = {.verdict = RRSET_UNTRIED};

        if (key->tag != sig->key_tag || key->algorithm != sig->algorithm)
            continue;
        if ((*tries)++ < DNSSEC_VERIFICATIONS) {
            switch (dnskey_verify(arena, key, data, sig->signature)) {
            case SIGNATURE_RIGHT:
                v = in_time(set, sig, now);
                break;
            case SIGNATURE_WRONG:
                v.verdict = RRSET_WRONG;
                break;
            case SIGNATURE_UNSUPPORTED:
                break;
            }
        }
        keep_nearest(&best, v);
    }
    return best;
}

struct verification rrset_verify(struct arena *arena, const struct signed_reply *reply, const struct rrset *set,
                                 const struct zone_keys *keys, int64_t now)
{
    struct rrsig *signatures = ARENA_ARRAY(arena, struct rrsig, DNSSEC_SIGNATURES_MAX + 1);
    size_t count = rrset_signatures(arena, reply, set, signatures, DNSSEC_SIGNATURES_MAX + 1);
    struct verification best = {.verdict = RRSET_NO_SIGNATURE};
    unsigned tries = 0;

    for (size_t i = 0; i < count && i < DNSSEC_SIGNATURES_MAX && best.verdict != RRSET_VERIFIED; i++)
        if (str_equal(signatures[i].signer, keys->zone))
            keep_nearest(&best, try_keys(arena, set, &signatures[i], keys, now, &tries));
    if (count > DNSSEC_SIGNATURES_MAX)
        keep_nearest(&best, (struct verification){.verdict = RRSET_UNTRIED});
    return best;
}

/* ---- keys ---- */

size_t zone_keys_usable_ds(const struct rrset *set, struct ds out[DNSSEC_DS_MAX])
{
    size_t count = 0, kept = 0;
    bool only_sha1 = true;

    for (size_t i = 0; i < set->count && count < DNSSEC_DS_MAX; i++)
        if (ds_parse(set->records[i]->rdata, &out[count]) && ds_is_supported(&out[count]))
            only_sha1 &= out[count++].digest_type == DIGEST_SHA1;
    for (size_t i = 0; i < count; i++)
        if (only_sha1 || out[i].digest_type != DIGEST_SHA1)
            out[kept++] = out[i];
    return kept;
}

/* All that can sign, *left_out: there are more. */
static struct zone_keys keys_of(struct arena *arena, const struct rrset *set, bool *left_out)
{
    struct dnskey *keys = ARENA_ARRAY(arena, struct dnskey, DNSSEC_KEYS_MAX);
    size_t count = 0;

    *left_out = false;
    for (size_t i = 0; i < set->count; i++) {
        struct dnskey key;

        if (!dnskey_parse(set->records[i]->rdata, &key))
            continue;
        *left_out |= count == DNSSEC_KEYS_MAX;
        if (count < DNSSEC_KEYS_MAX)
            keys[count++] = key;
    }
    return (struct zone_keys){set->owner, keys, count};
}

static struct zone_keys named_by(struct arena *arena, const struct zone_keys *keys, const struct ds *ds,
                                 size_t ds_count)
{
    struct dnskey *named = ARENA_ARRAY(arena, struct dnskey, keys->count + 1);
    size_t count = 0;

    for (size_t i = 0; i < keys->count; i++)
        for (size_t k = 0; k < ds_count; k++)
            if (ds_matches(arena, &ds[k], keys->zone, &keys->at[i])) {
                named[count++] = keys->at[i];
                break;
            }
    return (struct zone_keys){keys->zone, named, count};
}

struct verification zone_keys_verify(struct arena *arena, const struct signed_reply *reply, struct str zone,
                                     const struct ds *ds, size_t ds_count, int64_t now, struct zone_keys *keys)
{
    struct rrset set = rrset_find(arena, reply, zone, WIRE_DNSKEY);
    struct zone_keys named;
    bool left_out;

    if (set.count == 0)
        return (struct verification){.verdict = RRSET_NO_KEYS};
    *keys = keys_of(arena, &set, &left_out);
    named = named_by(arena, keys, ds, ds_count);
    if (named.count == 0)
        return (struct verification){.verdict = left_out ? RRSET_UNTRIED : RRSET_OTHER_KEYS};
    return rrset_verify(arena, reply, &set, &named, now);
}

/* The first key that signs the set, among those that a DS record is meant to name, or the others; NULL: none does. */
static const struct dnskey *signer_among(struct arena *arena, const struct signed_reply *reply, const struct rrset *set,
                                         const struct zone_keys *keys, bool entries, int64_t now)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct zone_keys one = {keys->zone, &keys->at[i], 1};

        if (dnskey_is_entry(one.at) == entries && rrset_verify(arena, reply, set, &one, now).verdict == RRSET_VERIFIED)
            return one.at;
    }
    return NULL;
}

const char *zone_keys_wanted_ds(struct arena *arena, const struct signed_reply *reply, struct str zone, int64_t now)
{
    struct rrset set = rrset_find(arena, reply, zone, WIRE_DNSKEY);
    bool left_out;
    struct zone_keys keys = keys_of(arena, &set, &left_out);
    const struct dnskey *found = signer_among(arena, reply, &set, &keys, true, now);

    if (!found)
        found = signer_among(arena, reply, &set, &keys, false, now);
    return found ? ds_text_of(arena, zone, found) : NULL;
}

/* ---- denials ---- */

struct denials zone_keys_denials(struct arena *arena, const struct signed_reply *reply, const struct zone_keys *keys,
                                 int64_t now, bool *has_others)
{
    struct denial_record *records = ARENA_ARRAY(arena, struct denial_record, DNSSEC_DENIALS_MAX);
    size_t count = 0, tried = 0;

    *has_others = false;
    for (size_t i = 0; i < reply->count; i++) {
        const struct wire_record *r = &reply->records[i];
        struct verification v;
        struct rrset set;

        if (r->in_answer || (r->type != WIRE_NSEC && r->type != WIRE_NSEC3))
            continue;
        if (tried++ == DNSSEC_DENIALS_MAX) {
            *has_others = true;
            break;
        }
        set = rrset_find(arena, reply, r->owner, r->type);
        v = rrset_verify(arena, reply, &set, keys, now);
        if (set.count != 1 || v.verdict != RRSET_VERIFIED || v.is_expanded)
            *has_others = true;
        else
            records[count++] = (struct denial_record){r->owner, set.records[0]->rdata, r->type == WIRE_NSEC3};
    }
    return (struct denials){keys->zone, records, count};
}
