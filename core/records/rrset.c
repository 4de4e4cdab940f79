/* core/records/rrset.c - RRsets and their signatures, in the form that is signed. */
#include "core/records/rrset.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/order.h"
#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"

enum { RRSIG_FIXED = 18, CLASS_IN = 1, RECORD_FIXED = 10, SOA_NAMES = 2, MX_NAME_AT = 2 };

static unsigned read16(struct str data, size_t at)
{
    return (unsigned)((unsigned char)data.at[at] << 8 | (unsigned char)data.at[at + 1]);
}

static uint32_t read32(struct str data, size_t at)
{
    return (uint32_t)read16(data, at) << 16 | read16(data, at + 2);
}

static char *put16(char *at, unsigned value)
{
    at[0] = (char)(value >> 8);
    at[1] = (char)value;
    return at + 2;
}

static char *put(char *at, struct str bytes)
{
    if (bytes.len)
        memcpy(at, bytes.at, bytes.len);
    return at + bytes.len;
}

/* ---- canonical form ---- */

static size_t names_of(unsigned type, size_t *at)
{
    *at = type == DNS_MX ? MX_NAME_AT : 0;
    switch (type) {
    case DNS_SOA:
        return SOA_NAMES;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
    case DNS_MX:
    case WIRE_DNAME:
        return 1;
    default:
        return 0;
    }
}

/* Names in the data of these types are signed in lower case (RFC 4034 6.2); that of NSEC is not (RFC 6840 5.1). */
static struct str canonical_data(struct arena *arena, const struct wire_record *r)
{
    size_t at, names = names_of(r->type, &at);
    struct str name;
    char *lower;

    lower = arena_alloc(arena, r->rdata.len);
    put(lower, r->rdata);
    for (; names > 0 && wire_name_read(r->rdata, at, &name); names--, at += name.len)
        memcpy(lower + at, wire_name_lower(arena, name).at, name.len);
    return (struct str){lower, r->rdata.len};
}

static int by_data(const void *a, const void *b)
{
    const struct wire_record *left = *(const struct wire_record *const *)a,
                             *right = *(const struct wire_record *const *)b;
    size_t common = left->rdata.len < right->rdata.len ? left->rdata.len : right->rdata.len;
    int order = common ? memcmp(left->rdata.at, right->rdata.at, common) : 0;

    return order ? order : order_of(left->rdata.len, right->rdata.len);
}

struct rrset rrset_find(struct arena *arena, const struct signed_reply *reply, struct str owner, unsigned type)
{
    const struct wire_record **found = ARENA_ARRAY(arena, const struct wire_record *, reply->count + 1);
    bool in_answer = type != WIRE_NSEC && type != WIRE_NSEC3;
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < reply->count; i++) {
        const struct wire_record *r = &reply->records[i];
        struct wire_record *canonical;

        if (r->type != type || r->in_answer != in_answer || !str_equal(r->owner, owner))
            continue;
        canonical = ARENA_NEW(arena, struct wire_record);
        *canonical = *r;
        canonical->rdata = canonical_data(arena, r);
        found[count++] = canonical;
    }
    qsort(found, count, sizeof *found, by_data);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_data(&found[kept - 1], &found[i]) != 0)
            found[kept++] = found[i];
    return (struct rrset){owner, (uint16_t)type, found, kept};
}

/* ---- signatures ---- */

static bool parse(struct arena *arena, struct str data, struct rrsig *out)
{
    struct str signer;
    char *head;

    if (!wire_name_read(data, RRSIG_FIXED, &signer) || RRSIG_FIXED + signer.len == data.len)
        return false;
    signer = wire_name_lower(arena, signer);
    head = arena_alloc(arena, RRSIG_FIXED + signer.len);
    put(put(head, (struct str){data.at, RRSIG_FIXED}), signer);
    *out = (struct rrsig){                          .algorithm = (uint8_t)data.at[2],
                          .labels = (uint8_t)data.at[3],
                          .ttl_s = read32(data, 4),
                          .until_s = read32(data, 8),
                          .from_s = read32(data, 12),
                          .key_tag = (uint16_t)read16(data, 16),
                          .signer = signer,
                          .head = {head, RRSIG_FIXED + signer.len},
                          .signature = {data.at + RRSIG_FIXED + signer.len, data.len - RRSIG_FIXED - signer.len}};
    return true;
}

static size_t signed_labels(struct str owner)
{
    size_t labels = wire_name_labels(owner);

    return owner.at[0] == 1 && owner.at[1] == '*' ? labels - 1 : labels;
}

size_t rrset_signatures(struct arena *arena, const struct signed_reply *reply, const struct rrset *set,
                        struct rrsig *out, size_t max)
{
    bool in_answer = set->type != WIRE_NSEC && set->type != WIRE_NSEC3;
    size_t count = 0;

    for (size_t i = 0; i < reply->count && count < max; i++) {
        const struct wire_record *r = &reply->records[i];

        if (r->type == WIRE_RRSIG && r->in_answer == in_answer && str_equal(r->owner, set->owner) &&
            parse(arena, r->rdata, &out[count]) && read16(r->rdata, 0) == set->type)
            count +=
                out[count].labels <= signed_labels(set->owner) && wire_name_is_under(set->owner, out[count].signer);
    }
    return count;
}

bool rrset_is_expanded(const struct rrset *set, const struct rrsig *sig, struct str *encloser)
{
    *encloser = wire_name_last(set->owner, sig->labels);
    return sig->labels < signed_labels(set->owner);
}

struct str rrset_signed_data(struct arena *arena, const struct rrset *set, const struct rrsig *sig)
{
    struct str encloser, owner = set->owner;
    size_t size = sig->head.len;
    char *data, *at;

    if (rrset_is_expanded(set, sig, &encloser))
        owner = wire_name_wildcard(arena, encloser);
    for (size_t i = 0; i < set->count; i++)
        size += owner.len + RECORD_FIXED + set->records[i]->rdata.len;
    data = arena_alloc(arena, size);
    at = put(data, sig->head);
    for (size_t i = 0; i < set->count; i++) {
        at = put(at, owner);
        at = put16(at, set->type);
        at = put16(at, CLASS_IN);
        at = put16(at, sig->ttl_s >> 16);
        at = put16(at, sig->ttl_s & UINT16_MAX);
        at = put16(at, (unsigned)set->records[i]->rdata.len);
        at = put(at, set->records[i]->rdata);
    }
    return (struct str){data, size};
}

struct rrset rrset_find_alias(struct arena *arena, const struct signed_reply *reply, struct str owner)
{
    struct rrset own = rrset_find(arena, reply, owner, DNS_CNAME);
    struct rrsig signature;

    if (rrset_signatures(arena, reply, &own, &signature, 1))
        return own;
    for (size_t i = 0; i < reply->count; i++) {
        const struct wire_record *r = &reply->records[i];

        if (r->type == WIRE_DNAME && r->in_answer && wire_name_is_under(owner, r->owner) && !str_equal(owner, r->owner))
            return rrset_find(arena, reply, r->owner, WIRE_DNAME);
    }
    return own;
}

enum rrsig_time rrsig_time(const struct rrsig *sig, int64_t now)
{
    uint32_t today = (uint32_t)now; /* RFC 1982: what is less than 68 years away decides */

    if ((int32_t)(today - sig->until_s) > 0)
        return RRSIG_EXPIRED;
    return (int32_t)(today - sig->from_s) < 0 ? RRSIG_NOT_YET_VALID : RRSIG_VALID_NOW;
}
